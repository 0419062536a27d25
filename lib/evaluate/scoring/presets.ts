/** The table of historical ways to ask and score the zero-shot benchmark, each with its source and a verdict. */
import { readSources } from "../../data/sources";
import { UserError, usageError } from "../../errors";
import type { Predictions } from "../predictions/predictions";
import { PLAIN_RULES, type ScoringRules } from "./scoring";

/**
 * Ways in which zero-shot scores of GLiNER have been made, by name. What is asked is one half (the prompt: which types, in
 * which order), how answers are scored the other; only the second half can be changed on saved predictions.
 */
export interface Preset {
  name: string;
  /** `wrong` = no score made this way can be compared with a right one. */
  verdict: "sound" | "wrong";
  /** One line; for a wrong one, why. */
  about: string;
  source: string;
  ask: {
    /** `gold`: the sorted gold types of the file. `list`: GLiNER's own order of the set's types, where it is known. */
    order: "gold" | "list";
    drop: readonly string[];
    lowerCase: boolean;
  };
  /** Of one set: what differs from PLAIN_RULES. */
  score: Partial<ScoringRules> | ((set: string) => Partial<ScoringRules>);
}

const GLINER_ASKS = { order: "list", drop: [], lowerCase: true } as const;
const CURRENT: Partial<ScoringRules> = { lowerCase: true };

/** Every historical way of asking and scoring, by name. */
export const PRESETS: readonly Preset[] = [
  {
    name: "workbook",
    verdict: "sound",
    about: "the default here: the sorted gold types of the file, threshold .5, flat",
    source: "this project",
    ask: { order: "gold", drop: [], lowerCase: false },
    score: {},
  },
  {
    name: "gliner",
    verdict: "sound",
    about:
      "GLiNER's own evaluation: its list of types with else, in lower case, words split at white space, threshold .5, flat",
    source: "gliner/evaluation/evaluate_ner.py, 0.2.3 to 0.2.29; urchade in GNER issue 3",
    ask: GLINER_ASKS,
    score: CURRENT,
  },
  {
    name: "universal-ner",
    verdict: "sound",
    about: "as gliner, without the type else: neither asked nor gold",
    source: "UniversalNER's benchmark, as GNER issue 3 describes it",
    ask: { ...GLINER_ASKS, drop: ["else"] },
    score: { ...CURRENT, drop: ["else"] },
  },
  {
    name: "paper-2023",
    verdict: "sound",
    about: "the code of the paper: as gliner, but types are asked and compared in their own case",
    source: "modules/run_evaluation.py and evaluator.py, November 2023 to 0.2.2",
    ask: { ...GLINER_ASKS, lowerCase: false },
    score: {},
  },
  {
    name: "nested",
    verdict: "sound",
    about:
      "GLiNER.evaluate() called without flat_ner: an answer may lie inside another; another question than the benchmark's",
    source: "gliner/model.py, 0.2.29: evaluate(flat_ner=False)",
    ask: GLINER_ASKS,
    score: { ...CURRENT, flatNer: false },
  },
  {
    name: "threshold-.3",
    verdict: "sound",
    about: "as gliner at the threshold that a model card suggests; sound only where it was not chosen on the test",
    source: "card of gliner_medium-v2.1",
    ask: GLINER_ASKS,
    score: { ...CURRENT, threshold: 0.3 },
  },
  {
    name: "0.1.6",
    verdict: "wrong",
    about: "greedy decoding serves the least probable span first: where answers overlap, the worst one is kept",
    source: "df67485 (0.1.5, 0.1.6) to 53ea72f (0.1.7): span_prob = sorted(spans, key=lambda x: x[-1])",
    ask: { ...GLINER_ASKS, lowerCase: false },
    score: { worstFirst: true },
  },
  {
    name: "oracle-types",
    verdict: "wrong",
    about: "each sentence is asked only for the types that its gold has: the answer key is in the question",
    source: "GLiNER.evaluate() without entity_types builds the types from each example's gold",
    ask: GLINER_ASKS,
    score: { ...CURRENT, oracleTypes: true },
  },
  {
    name: "no-sentence-index",
    verdict: "wrong",
    about:
      "a mention is its type and its word numbers, whatever the sentence: an answer is right where any sentence has such a one",
    source: "PR 71 of urchade/GLiNER (622d450), never merged",
    ask: GLINER_ASKS,
    score: { ...CURRENT, noSentenceIndex: true },
  },
  {
    name: "shipped-gold",
    verdict: "wrong",
    about:
      "the gold of CrossNER music names two types otherwise than the list of types: those mentions can never be found",
    source: "data/NER_datasets of urchade/GLiNER at cdd9536: organisation and misc for organization and else",
    ask: GLINER_ASKS,
    score: (set) =>
      set === "crossner_music" ? { ...CURRENT, goldNames: { organization: "organisation", else: "misc" } } : CURRENT,
  },
];

/** The preset of a name. @throws UserError (usage) naming those there are */
export function presetOf(name: string): Preset {
  const preset = PRESETS.find((candidate) => candidate.name === name);
  if (preset) return preset;
  throw usageError(`there is no preset "${name}"; wanted one of ${PRESETS.map((one) => one.name).join(", ")}.`);
}

/** The rules by which a preset scores a set. */
export function rulesOf({ score }: Preset, set: string): ScoringRules {
  return { ...PLAIN_RULES, ...(typeof score === "function" ? score(set) : score) };
}

/**
 * The types that a preset asks of a set, in the order of its prompt.
 * @param types those of the set, sorted
 */
export function askedLabels({ ask }: Preset, set: string, types: readonly string[]): string[] {
  const listed = ask.order === "list" ? listOf(set).filter((type) => types.includes(type)) : [];
  const rest = types.filter((type) => !listed.includes(type));
  const asked = [...listed, ...rest].filter((type) => !ask.drop.includes(type));
  return [...new Set(ask.lowerCase ? asked.map((type) => type.toLowerCase()) : asked)];
}

/** GLiNER's own list of a set's types; of other files none is known. */
function listOf(set: string): string[] {
  const source = readSources().find(({ id }) => id === set);
  return source ? Object.values(source.labels).filter((type) => type !== null) : [];
}

/**
 * Whether predictions can be scored by a preset, and how far they answer its own question.
 * @param types those of the set, sorted
 * @returns "as asked", or how the preset's prompt differs from the one that was used
 * @throws UserError where a type that the preset counts as gold was never asked
 */
export function promptDifference(preset: Preset, { header }: Predictions, types: readonly string[]): string {
  const wanted = askedLabels(preset, header.data.name, types);
  const missing = wanted.filter((type) => !header.labels.some((label) => sameType(label, type, preset)));
  if (missing.length)
    throw new UserError(
      `the predictions of ${header.data.name} were not asked for ${missing.join(", ")}, which the preset ${preset.name} counts; predict again with --preset ${preset.name} first.`,
    );
  if (preset.name === "oracle-types") return "its prompt would name the sentence's own types only";
  const extra = header.labels.filter((label) => !wanted.some((type) => sameType(label, type, preset)));
  if (extra.length) return `its prompt would lack ${extra.join(", ")}`;
  if (header.labels.some((label, i) => label !== wanted[i]))
    return header.labels.some((label) => !wanted.includes(label))
      ? "its prompt would spell types otherwise"
      : "its prompt would have another order";
  return "as asked";
}

const sameType = (a: string, b: string, { ask }: Preset) =>
  a === b || (ask.lowerCase && a.toLowerCase() === b.toLowerCase());
