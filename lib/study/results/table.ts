/**
 * The table of all suspects: data/results/suspects.md is made from the stored results, of suspects and of screenings, and the
 * suspects' files, and from nothing else.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeAtomically } from "../../files/atomic";
import { readJson } from "../../files/json";
import { PROJECT_ROOT } from "../../files/places";
import { readSuspect, type Suspect, suspectIds } from "../suspects/suspect";
import type { ScreeningResult } from "./factors";
import type { StoredArm, SuspectResult } from "./result";
import { points, signed, withInterval } from "./verdict";

export const RESULTS_FOLDER = join(PROJECT_ROOT, "data", "results", "suspects");

/** Stores a result and makes the table anew. @returns the files */
export function recordResult(result: SuspectResult, folder = RESULTS_FOLDER): string[] {
  return [storeIn(folder, result.suspect, result), writeTable(folder)];
}

/** Stores a screening's result beside those of the suspects and makes the table anew. @returns the files */
export function recordScreening(result: ScreeningResult, folder = RESULTS_FOLDER): string[] {
  return [storeIn(screeningsBeside(folder), result.screening, result), writeTable(folder)];
}

function storeIn(folder: string, name: string, result: object): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  writeAtomically(path, `${JSON.stringify(result, null, 1)}\n`);
  return path;
}

function writeTable(folder: string): string {
  const table = `${folder}.md`;
  const suspects = suspectIds().map((id) => readSuspect(id));
  writeAtomically(table, suspectsTable(suspectResults(folder), screeningResults(folder), suspects));
  return table;
}

/** @throws UserError where a file is no JSON */
export const suspectResults = (folder = RESULTS_FOLDER): SuspectResult[] => readAll(folder) as SuspectResult[];

/** Those beside the suspects' results. @throws UserError where a file is no JSON */
export const screeningResults = (folder = RESULTS_FOLDER): ScreeningResult[] =>
  readAll(screeningsBeside(folder)) as ScreeningResult[];

/** data/results/screenings */
export const screeningsBeside = (folder = RESULTS_FOLDER): string => join(dirname(folder), "screenings");

function readAll(folder: string): unknown[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  return names.sort().map((name) => readJson(join(folder, name)));
}

const HEAD = [
  "suspect",
  "gap it can explain",
  "worth, points of F1 [95 % interval]",
  "seeds",
  "smallest difference that could be seen",
  "expected from the literature",
  "verdict",
];

/** Markdown. @param suspects all of them: those without a result are listed below the table */
export function suspectsTable(
  results: readonly SuspectResult[],
  screenings: readonly ScreeningResult[],
  suspects: readonly Suspect[],
): string {
  const rows = results.flatMap((result) => result.arms.map((arm) => rowOf(result, arm)));
  const lines = tableLines(HEAD, rows);
  const commands = results.map(({ suspect, command, control, setting }) => {
    const mean =
      control.mean === null
        ? "no run"
        : `${points(control.mean)} F1, standard deviation over seeds ${control.sd === null ? "unknown" : points(control.sd)}`;
    return `* \`${command}\`: ${suspect}; control ${control.value}, ${control.runs.length} seeds, ${mean}; ${setting.encoder}, ${setting.steps} steps of ${setting.batch}, ${setting.sentences} sentences.`;
  });
  return [
    "# What each suspect is worth",
    "",
    "Made by `npm run -s study -- SUSPECT --out DIR --record` from `data/results/suspects/*.json`; do not edit. Mean zero-shot F1 of the",
    "tests, arm less control; intervals over seeds and sentences. Issue 36 (March 2024) and issue 209 (November 2024) are two gaps; that a",
    "suspect *can* explain one is a matter of dates and says nothing of whether it does. Everything holds for the small encoder named below.",
    "",
    ...lines,
    "",
    ...screenings.flatMap(screeningLines),
    "## Commands",
    "",
    ...(commands.length ? commands : ["None yet."]),
    "",
    "## Not measured",
    "",
    ...unmeasured(results, screenings, suspects),
    "",
  ].join("\n");
}

const tableLines = (head: readonly string[], rows: readonly string[][]) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(escaped).join(" | ")} |`);

const SCREENING_HEAD = [
  "factor, second level less first",
  "gap it lies in",
  "worth, points of F1 [95 % interval]",
  "by seed",
  "smallest difference that could be seen",
  "verdict",
];

/** A screening's factors, and what they make together. */
function screeningLines(result: ScreeningResult): string[] {
  const { screening, question, setting, runs, seeds, mean, residual, factors, together, command } = result;
  const rows = factors.map((one) => [
    one.suspect === null ? one.name : `${one.name} (${one.suspect})`,
    gapCell(one.gap),
    withInterval(one.difference, one.ci95),
    one.by_seed.map(signed).join(", "),
    one.min_detectable === null ? "unknown" : points(one.min_detectable),
    one.verdict,
  ]);
  const rest =
    residual === null ? "" : `; a run's own spread ${points(residual.sd)} (${residual.degrees} degrees of freedom)`;
  return [
    `## Turned together: ${screening}`,
    "",
    `${question} Every run has about half of the factors turned; each effect is of all ${runs.length} runs (${seeds.length === 1 ? "one seed" : `${seeds.length} seeds, the design and its mirror in turn`}), the`,
    `others turned as often on either side. Mean ${points(mean)} F1${rest}; ${setting.encoder}, ${setting.steps} steps of ${setting.batch}, ${setting.sentences} sentences.`,
    "",
    ...tableLines(SCREENING_HEAD, rows),
    "",
    ...together.map(
      (one) => `* ${one.name}: ${withInterval(one.difference, one.ci95)}, the sum of ${one.factors.length} effects.`,
    ),
    `* \`${command}\``,
    "",
  ];
}

const gapCell = (gap: readonly string[]) => (gap.length ? gap.map((one) => `issue ${one}`).join(", ") : "neither");

function rowOf({ suspect, gap, control, expected }: SuspectResult, arm: StoredArm): string[] {
  const { difference, ci95 } = arm;
  const worth = difference === null ? "-" : withInterval(difference, ci95);
  return [
    `${suspect}: ${arm.value} against ${control.value}`,
    gapCell(arm.gap ?? gap),
    worth,
    `${arm.runs.length} and ${control.runs.length}${arm.paired ? ", paired" : ""}`,
    arm.min_detectable === null ? "unknown" : points(arm.min_detectable),
    expected ?? "",
    arm.verdict,
  ];
}

function unmeasured(
  results: readonly SuspectResult[],
  screenings: readonly ScreeningResult[],
  suspects: readonly Suspect[],
): string[] {
  const measured = new Set(results.map(({ suspect }) => suspect));
  const screened = new Map(
    screenings.flatMap(({ screening, factors }) => factors.map(({ suspect }) => [suspect, screening])),
  );
  return suspects
    .filter(({ id }) => !measured.has(id))
    .map(({ id, arms, needs }) => {
      const blocked = arms.every(({ notRunnable }) => notRunnable !== null);
      const seen = screened.has(id) ? `by itself; turned together with others in ${screened.get(id)}: ` : "";
      return `* ${id}: ${seen}${blocked ? `cannot be run here: ${arms[0].notRunnable}` : `\`npm run -s study -- ${id} --out runs/${id}\` (needs: ${needs})`}`;
    });
}

const escaped = (cell: string) => cell.replaceAll("|", "\\|");
