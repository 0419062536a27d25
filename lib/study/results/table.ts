/** The table of all suspects: data/results/suspects.md, from the stored results and the suspects' files, and from nothing else. */
import { mean } from "../../evaluate/statistics/mean";
import { GAP_NAMES, type GapName, gapName } from "../gaps";
import type { Suspect } from "../suspects/suspect";
import { type AgainResult, cellsOf } from "./again";
import type { ScreeningResult } from "./factors";
import { type Ranked, ranked } from "./rank";
import { type StoredArm, type SuspectResult, settingWords } from "./result";
import { points, signed, withInterval } from "./verdict";

const HEAD = [
  "suspect",
  "worth, points of F1 [95 % interval]",
  "asked at .3",
  "seeds",
  "smallest difference that could be seen",
  "expected from the literature",
  "verdict",
];

/** The table's parts: a line stands in one, by the gaps that it can explain. */
const PARTS: Readonly<Record<GapName, string>> = {
  "issue 36": "Can explain issue 36 (March 2024) alone",
  "issue 209": "Can explain issue 209 (November 2024) alone",
  both: "Can explain either",
  neither: "Can explain neither",
};

/** One line, and what it is sorted by. */
interface Row extends Ranked {
  gap: readonly string[];
  cells: string[];
}

/** What the table is made of. */
export interface TableParts {
  results: readonly SuspectResult[];
  screenings: readonly ScreeningResult[];
  again: readonly AgainResult[];
  /** All of them: those without a result are listed below the tables. */
  suspects: readonly Suspect[];
}

/** Markdown. */
export function suspectsTable({ results, screenings, again, suspects }: TableParts): string {
  const usual = settingOf(results);
  const rows = [
    ...results.flatMap((result) => result.arms.map((arm) => rowOf(result, arm, usual))),
    ...screenings.flatMap((screening) => factorRows(screening, suspects)),
  ];
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
    `suspect *can* explain one is a matter of dates and says nothing of whether it does. Everything holds for ${usual ?? "the model"} where a line names no`,
    "other. In each table first what stands (0 is outside its interval), the largest first, then what cannot be told. *Asked at .3* is the same",
    "difference with a threshold of .3 on both sides. A sign is that of arm less control, as the line names them: in some lines the later",
    `report's value is the arm, in others the control, so that a minus is no lower score of that report. ${byChance(rows)}`,
    "",
    ...GAP_NAMES.flatMap((name) => {
      const held = ranked(rows.filter(({ gap }) => gapName(gap) === name));
      const lines = tableLines(
        HEAD,
        held.map(({ cells }) => cells),
      );
      return [`## ${PARTS[name]}`, "", ...(held.length ? lines : ["Nothing was measured."]), ""];
    }),
    ...screenings.flatMap(screeningLines),
    ...againLines(again),
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

/** How many lines stand by chance alone: each interval has its 5 % for itself. */
function byChance(rows: readonly Row[]): string {
  const told = rows.filter(({ ci95 }) => ci95 !== null && ci95[0] < ci95[1]).length;
  return `Each interval has 5 % of its own: were nothing worth anything, about ${Math.round(told / 20)} of these ${told} would leave 0 out.`;
}

/** The encoder and steps that most results are of. */
function settingOf(results: readonly SuspectResult[]): string | null {
  const counts = new Map<string, number>();
  for (const result of results) counts.set(settingWords(result), (counts.get(settingWords(result)) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
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

/** The same runs on two machines. */
function againLines(again: readonly AgainResult[]): string[] {
  if (again.length === 0) return [];
  const head = ["runs", "seed", "F1 as kept", "on", "made again", "on", "difference", "losses differ from step"];
  return [
    "## The same runs on another machine",
    "",
    "Settings, data, seed and one thread are the same; processor and commit are not. No suspect is turned here: what is seen is what another machine does.",
    "",
    ...again.flatMap(({ again: name, runs, verdict, command }) => [
      ...tableLines(
        head,
        runs.map((run) => [
          `${name}: ${run.arm}`,
          ...cellsOf(run),
          run.losses_differ_at === null ? "none of 1, 2, 5, 10" : String(run.losses_differ_at),
        ]),
      ),
      "",
      `* ${verdict}`,
      `* \`${command}\``,
      "",
    ]),
  ];
}

const gapCell = (gap: readonly string[]) => (gap.length ? gap.map((one) => `issue ${one}`).join(", ") : "neither");

function rowOf(result: SuspectResult, arm: StoredArm, usual: string | null): Row {
  const { suspect, gap, control, expected } = result;
  const { difference, ci95 } = arm;
  const other = settingWords(result) === usual ? "" : ` (${settingWords(result)})`;
  const cells = [
    `${suspect}: ${arm.value} against ${control.value}${other}`,
    difference === null ? "-" : withInterval(difference, ci95),
    elsewhere(pairedAt(ELSEWHERE, arm, control)),
    `${arm.runs.length} and ${control.runs.length}${arm.paired ? ", paired" : ""}`,
    arm.min_detectable === null ? "unknown" : points(arm.min_detectable),
    expected ?? "",
    clauseOf(arm),
  ];
  return { gap: arm.gap ?? gap, difference, ci95, cells };
}

/** The other threshold that every run was scored at. */
const ELSEWHERE = ".3";

/** An arm less its control at another threshold; null where its own way of scoring has none, or a run lacks it. */
function pairedAt(
  threshold: string,
  { threshold: own, runs, paired }: StoredArm,
  control: SuspectResult["control"],
): number | null {
  if (own !== 0.5) return null;
  const seeds = new Set(runs.map(({ seed }) => seed));
  const beside = paired ? control.runs.filter(({ seed }) => seeds.has(seed)) : control.runs;
  return less(...([runs, beside].map((side) => meanOrNull(side.map(({ f1 }) => f1[threshold]))) as [Mean, Mean]));
}

type Mean = number | null;
const meanOrNull = (values: readonly (number | undefined)[]): Mean =>
  values.length > 0 && values.every((value) => value !== undefined) ? mean(values as number[]) : null;
const less = (a: Mean, b: Mean): Mean => (a === null || b === null ? null : a - b);
const elsewhere = (difference: Mean) => (difference === null ? "" : signed(difference));

/** A screening's factors among the arms: what was turned together with others is the only measure of some suspects. */
function factorRows({ screening, runs, seeds, factors }: ScreeningResult, suspects: readonly Suspect[]): Row[] {
  return factors.map((one, f) => {
    const suspect = suspects.find(({ id }) => id === one.suspect);
    const at = (sign: string) =>
      meanOrNull(runs.filter(({ levels }) => levels[f] === sign).map(({ f1 }) => f1[ELSEWHERE]));
    const cells = [
      `${one.suspect ?? screening}: ${one.name} (turned together, ${screening})`,
      withInterval(one.difference, one.ci95),
      elsewhere(less(at("+"), at("-"))),
      `${runs.length} runs, ${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"}`,
      one.min_detectable === null ? "unknown" : points(one.min_detectable),
      suspect?.expected ?? "",
      clauseOf({ value: one.name, verdict: one.verdict }),
    ];
    return { gap: one.gap, difference: one.difference, ci95: one.ci95, cells };
  });
}

/** The verdict without the name that its line begins with. */
const clauseOf = ({ value, verdict }: { value: string; verdict: string }) =>
  verdict.startsWith(`${value}: `) ? verdict.slice(value.length + 2) : verdict;

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
