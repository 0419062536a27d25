/**
 * The course's casebook: every suspect with the gap it can explain, the chapter that measures it, what it is worth as far as
 * anybody knows, and what the reader wrote beside it. Chapters show their own rows, notebook 09 all of them.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Effect } from "../../audit/effects/effect";
import { measuredPreset } from "../../audit/effects/measured";
import { publishedChoice, publishedKey } from "../../audit/effects/published";
import { dataPath } from "../../data/project";
import { usageError } from "../../errors";
import { storedCurve } from "../../evaluate/stored/curve";
import { writeAtomically } from "../../files/atomic";
import { readJson } from "../../files/json";
import { isObject } from "../../files/json-object";
import { PROJECT_ROOT } from "../../files/places";
import { readYaml } from "../../files/yaml";
import { gapName } from "../../study/gaps";
import type { ScreeningResult } from "../../study/results/factors";
import type { SuspectResult } from "../../study/results/result";
import { screeningResults, suspectResults } from "../../study/results/stored";
import { signed, withInterval } from "../../study/results/verdict";
import { readSuspect, type Suspect, suspectIds } from "../../study/suspects/suspect";

/** A line of the casebook. */
export interface CaseRow {
  suspect: string;
  /** By its date: "issue 36", "issue 209", "both" or "neither". */
  "gap it can explain": string;
  /** Numbers of the chapters that look at it. */
  "measured in": string;
  /** Points of F1, with the 95 % interval where there is one. */
  worth: string;
  /** Of whom: this project's laboratory, its own model re-scored, a publication; or why nobody knows. */
  "known from": string;
  /** The reader's own words; empty until `note` was called. */
  "your verdict": string;
}

/** Which chapters look at a suspect. */
export function chaptersOf(): Map<string, string[]> {
  const chapters = readYaml(dataPath("casebook.yaml"), "the casebook");
  const found = new Map<string, string[]>();
  if (!isObject(chapters)) return found;
  for (const [chapter, ids] of Object.entries(chapters))
    for (const id of Array.isArray(ids) ? ids : []) found.set(String(id), [...(found.get(String(id)) ?? []), chapter]);
  return found;
}

/**
 * Rows of the casebook.
 * @param chosen ids of suspects, or the number of a chapter ("04"); default: all, those that can explain a gap first
 * @throws UserError for an id that no file of data/suspects has
 */
export function caseRows(chosen?: readonly string[] | string): CaseRow[] {
  const chapters = chaptersOf();
  const ids = chosen === undefined ? suspectIds() : typeof chosen === "string" ? ofChapter(chosen, chapters) : chosen;
  const suspects = ids.map((id) => readSuspect(id));
  const sorted = chosen === undefined ? [...suspects].sort((a, b) => b.gap.length - a.gap.length) : suspects;
  const results = chosen === undefined ? suspectResults() : resultsOf(ids);
  const screenings = screeningResults();
  const { notes } = openCasebook();
  return sorted.flatMap((suspect) =>
    knownOf(suspect, results, screenings).map(({ what, gap = suspect.gap, worth, from }) => ({
      suspect: what ? `${suspect.id}: ${what}` : suspect.id,
      "gap it can explain": gapName(gap),
      "measured in": chapters.get(suspect.id)?.join(", ") ?? "",
      worth,
      "known from": from,
      "your verdict": notes[suspect.id] ?? "",
    })),
  );
}

/** The laboratory's results of some suspects, as far as they are on file. */
export const resultsOf = (ids: readonly string[]): SuspectResult[] => ids.flatMap(resultOf);

/** Read by itself, so that a chapter's outputs are of its own suspects' results and of no others'. */
function resultOf(id: string): SuspectResult[] {
  const path = dataPath("results", "suspects", `${id}.json`);
  try {
    return [JSON.parse(readFileSync(path, "utf8")) as SuspectResult];
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

function ofChapter(chapter: string, chapters: ReadonlyMap<string, readonly string[]>): string[] {
  const ids = [...chapters].filter(([, of]) => of.includes(chapter)).map(([id]) => id);
  if (ids.length === 0)
    throw usageError(`no suspect belongs to the chapter "${chapter}"; data/casebook.yaml has them.`);
  return ids;
}

interface Known {
  what: string;
  /** Where it can explain other gaps than its suspect. */
  gap?: readonly string[];
  worth: string;
  from: string;
}

/** One line for each arm, and each factor of a screening, that was measured; else one line that says what is known. */
function knownOf(suspect: Suspect, results: readonly SuspectResult[], screenings: readonly ScreeningResult[]): Known[] {
  const measured = [
    ...results.filter(({ suspect: id }) => id === suspect.id).flatMap(armsOf),
    ...screenings.flatMap((screening) => factorsOf(screening, suspect.id)),
  ];
  if (measured.length > 0) return measured;
  const effects = otherwise(suspect.id).flatMap((effect) => effect ?? []);
  if (effects.length > 0)
    return effects.map(({ f1, ci95, source }) => ({ what: "", worth: worthOf(f1, ci95), from: source }));
  return [{ what: "", worth: "unknown", from: whyUnknown(suspect) }];
}

function armsOf({ arms, control, setting }: SuspectResult): Known[] {
  return arms.flatMap(({ value, gap, difference, ci95, runs }) =>
    difference === null
      ? []
      : [
          {
            what: `${value} against ${control.value}`,
            gap,
            worth: worthOf(difference, ci95),
            from: `laboratory: ${setting.encoder}, ${setting.steps} steps, ${runs.length} seed${runs.length === 1 ? "" : "s"}`,
          },
        ],
  );
}

function factorsOf({ screening, factors, runs, setting }: ScreeningResult, suspect: string): Known[] {
  return factors
    .filter((one) => one.suspect === suspect)
    .map(({ name, gap, difference, ci95 }) => ({
      what: name,
      gap,
      worth: worthOf(difference, ci95),
      from: `screening ${screening}: ${setting.encoder}, ${setting.steps} steps, ${runs.length} runs`,
    }));
}

const worthOf = (f1: number, ci95: readonly [number, number] | null): string =>
  `${withInterval(f1, ci95)}${ci95 ? "" : ", no interval"}`;

function whyUnknown({ arms, needs }: Suspect): string {
  const [blocked] = arms.every(({ notRunnable }) => notRunnable !== null) ? arms : [];
  return blocked ? `not run: ${blocked.notRunnable}` : `not run yet: needs ${needs}`;
}

/** What is known without the laboratory: the model that comes with the project scored in another way, or a publication. */
function otherwise(id: string): (Effect | null)[] {
  const preset = PRESET_OF[id];
  if (preset) return [measuredPreset(preset)];
  if (id === "checkpoint-choice") return [bestAgainstLast(), publishedChoice()];
  if (id === "random-type-drop") return [publishedKey("random_drop", true, false)];
  if (id === "negative-ratio") return [0, 3].map((ratio) => publishedKey("max_neg_type_ratio", ratio, 1));
  if (id === "encoder-size")
    return [publishedKey("model_name", "microsoft/deberta-v3-base", "microsoft/deberta-v3-large")];
  return [];
}

/** Suspects that are a way of scoring. */
const PRESET_OF: Readonly<Record<string, string>> = {
  "decode-order": "0.1.6",
  "else-type": "universal-ner",
  "lower-cased-types": "paper-2023",
  "nested-decoding": "nested",
  "no-sentence-index": "no-sentence-index",
  "oracle-types": "oracle-types",
  "wrong-gold": "shipped-gold",
};

/** The checkpoint that held-out types chose against the last one, in the run behind data/checkpoint. */
function bestAgainstLast(): Effect | null {
  const pair = storedCurve("long-run").pairs.find(({ model, other }) => model === "best" && other === "last");
  if (!pair) return null;
  const [low, high] = pair.average.ci95;
  const source =
    "measured here: data/results/long-run.json, the step that held-out types chose against the last, one seed";
  return { f1: pair.average.difference / 100, ci95: [low / 100, high / 100], source };
}

/** What a reader keeps between chapters: runs/casebook.json, which no repository has. */
export interface Casebook {
  /** Three suspects, named in notebook 01 before anything was measured. */
  prediction: string[];
  /** The reader's verdicts, by suspect. */
  notes: Record<string, string>;
}

const CASEBOOK = join(PROJECT_ROOT, "runs", "casebook.json");

/** The reader's casebook; empty where nothing was written yet. */
export function openCasebook(path = CASEBOOK): Casebook {
  const stored = existsSync(path) ? readJson(path) : {};
  const { prediction = [], notes = {} } = isObject(stored) ? (stored as Partial<Casebook>) : {};
  return { prediction, notes };
}

/**
 * Writes the reader's prediction: which three suspects will turn out to matter most.
 * @param ids undefined: nothing is written, the sentence says what to do
 * @returns a sentence
 * @throws UserError for another number than three, or an id that no suspect has
 */
export function predictThree(ids?: readonly string[], path = CASEBOOK): string {
  const before = openCasebook(path);
  if (ids === undefined)
    return before.prediction.length
      ? `Your prediction: ${before.prediction.join(", ")}.`
      : 'No prediction yet: predictThree(["...", "...", "..."]) with three names of the table keeps it for notebook 09.';
  if (new Set(ids).size !== 3)
    throw usageError(`a prediction is three suspects, got ${ids.length}: ${ids.join(", ")}.`);
  for (const id of ids) readSuspect(id);
  save({ ...before, prediction: [...ids] }, path);
  return `Kept for notebook 09: ${ids.join(", ")}.`;
}

/**
 * Writes the reader's verdict on a suspect into the casebook.
 * @param text undefined: nothing is written
 * @returns a sentence
 */
export function note(id: string, text?: string, path = CASEBOOK): string {
  readSuspect(id);
  const before = openCasebook(path);
  if (text === undefined) return before.notes[id] ? `${id}: ${before.notes[id]}` : `${id}: no verdict of yours yet.`;
  save({ ...before, notes: { ...before.notes, [id]: text } }, path);
  return `${id}: ${text}`;
}

function save(casebook: Casebook, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeAtomically(path, `${JSON.stringify(casebook, null, 1)}\n`);
}

/** "markerV0 is worth X here": the sentence that a result allows, for a reader to compare with an own one. */
export function sentenceOf(result: Pick<SuspectResult, "control" | "arms" | "setting">): string[] {
  return result.arms.flatMap((arm) => {
    if (arm.difference === null) return [];
    const seeds = arm.runs.length === 1 ? "1 seed" : `${arm.runs.length} seeds`;
    if (arm.ci95 === null)
      return [`${arm.value}: ${signed(arm.difference)} with ${seeds}, from which nothing follows.`];
    const [low, high] = arm.ci95;
    const told = low > 0 || high < 0 ? "" : ` The interval holds 0: on these runs the two cannot be told apart.`;
    return [
      `${arm.value} instead of ${result.control.value} is worth ${signed(arm.difference)} points here (95 % ${signed(low)} to ${signed(high)}, ${seeds}, ${result.setting.encoder}, ${result.setting.steps} steps); nothing follows for the large model.${told}`,
    ];
  });
}
