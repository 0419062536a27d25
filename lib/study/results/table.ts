/** The table of all suspects: data/results/suspects.md is made from the stored results and the suspects' files, and from nothing else. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../files/atomic";
import { readJson } from "../../files/json";
import { PROJECT_ROOT } from "../../files/places";
import { readSuspect, type Suspect, suspectIds } from "../suspects/suspect";
import type { StoredArm, SuspectResult } from "./result";
import { points, signed } from "./verdict";

export const RESULTS_FOLDER = join(PROJECT_ROOT, "data", "results", "suspects");

/** Stores a result and makes the table anew. @returns the files */
export function recordResult(result: SuspectResult, folder = RESULTS_FOLDER): string[] {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${result.suspect}.json`);
  writeAtomically(path, `${JSON.stringify(result, null, 1)}\n`);
  const table = `${folder}.md`;
  writeAtomically(
    table,
    suspectsTable(
      suspectResults(folder),
      suspectIds().map((id) => readSuspect(id)),
    ),
  );
  return [path, table];
}

/** @throws UserError where a file is no JSON */
export function suspectResults(folder = RESULTS_FOLDER): SuspectResult[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  return names.sort().map((name) => readJson(join(folder, name)) as SuspectResult);
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
export function suspectsTable(results: readonly SuspectResult[], suspects: readonly Suspect[]): string {
  const rows = results.flatMap((result) => result.arms.map((arm) => rowOf(result, arm)));
  const lines = [HEAD, HEAD.map(() => "---"), ...rows].map((cells) => `| ${cells.map(escaped).join(" | ")} |`);
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
    "## Commands",
    "",
    ...(commands.length ? commands : ["None yet."]),
    "",
    "## Not measured",
    "",
    ...unmeasured(results, suspects),
    "",
  ].join("\n");
}

function rowOf({ suspect, gap, control, expected }: SuspectResult, arm: StoredArm): string[] {
  const worth =
    arm.difference === null
      ? "-"
      : `${signed(arm.difference)}${arm.ci95 ? ` [${arm.ci95.map(signed).join(", ")}]` : ""}`;
  return [
    `${suspect}: ${arm.value} against ${control.value}`,
    gap.length ? gap.map((one) => `issue ${one}`).join(", ") : "neither",
    worth,
    `${arm.runs.length} and ${control.runs.length}${arm.paired ? ", paired" : ""}`,
    arm.min_detectable === null ? "unknown" : points(arm.min_detectable),
    expected ?? "",
    arm.verdict,
  ];
}

function unmeasured(results: readonly SuspectResult[], suspects: readonly Suspect[]): string[] {
  const measured = new Set(results.map(({ suspect }) => suspect));
  return suspects
    .filter(({ id }) => !measured.has(id))
    .map(({ id, arms, needs }) => {
      const blocked = arms.every(({ notRunnable }) => notRunnable !== null);
      return `* ${id}: ${blocked ? `cannot be run here: ${arms[0].notRunnable}` : `\`npm run -s study -- ${id} --out runs/${id}\` (needs: ${needs})`}`;
    });
}

const escaped = (cell: string) => cell.replaceAll("|", "\\|");
