/** What `evaluate` prints of scores, presets and comparisons. */
import type { PresetScores } from "../evaluate/benchmark";
import type { Unrepresentable } from "../evaluate/errors/breakdown";
import type { Comparison } from "../evaluate/statistics/paired";
import { columns } from "./columns";
import type { ModelEvaluation } from "./evaluation-run";

/** The tables that `evaluate` prints: percent, fixed columns, one line a row. */
export function scoresReport({ datasets, average }: ModelEvaluation): string {
  const known = datasets.every(({ familiarity }) => familiarity !== undefined);
  const rows = datasets.map(({ name, precision, recall, f1, ci95, support, types, familiarity: close }) => {
    const row = [
      name,
      percent(precision),
      percent(recall),
      percent(f1),
      interval(ci95),
      String(support),
      String(types),
    ];
    return close ? [...row, close.value.toFixed(2), `${(100 * close.seen).toFixed(0)} %`] : row;
  });
  const head = ["data set", "P", "R", "F1", "95 % interval", "support", "types"];
  const more = known ? ["Familiarity", "types seen"] : [];
  const table = columns([
    [...head, ...more],
    ...rows,
    ["average", "", "", percent(average.f1), interval(average.ci95)],
  ]);
  return known ? `${table}${FAMILIARITY}` : table;
}

const FAMILIARITY =
  "Familiarity: 1 = the model was trained on a thousand mentions of these very types or more, 0 = on nothing like them (Golde et al. 2025).\n";

/** Gold that the model cannot say, where there is some: it counts as missed. */
export function unrepresentableReport(name: string, { width, length, alignment, ceiling }: Unrepresentable): string {
  const parts = [
    [width, "wider than the model's spans"],
    [length, "in words that were not read"],
    [alignment, "not at the edge of a word"],
  ] as const;
  const some = parts.filter(([count]) => count > 0).map(([count, why]) => `${count} ${why}`);
  if (some.length === 0) return "";
  return `${name}: gold that this model cannot say, counted as missed: ${some.join(", ")}; recall can reach ${percent(ceiling)}.\n`;
}

/** One row a preset, one column a set. */
export function presetsReport(presets: readonly PresetScores[]): string {
  const names = presets[0].datasets.map(({ name }) => name);
  const rows = presets.map(({ preset, verdict, threshold, datasets, average, difference }) => [
    verdict === "wrong" ? `${preset} (wrong)` : preset,
    String(threshold),
    ...datasets.map(({ f1 }) => percent(f1)),
    percent(average.f1),
    signed(difference.f1),
    difference.ci95 ? interval(difference.ci95) : "",
  ]);
  const table = columns([["preset", "above", ...names, "average", "against first", "95 % interval"], ...rows]);
  const notes = presets.map(({ preset, about, datasets }) => {
    const prompts = [...new Set(datasets.map(({ prompt }) => prompt))].filter((prompt) => prompt !== "as asked");
    const other = prompts.length ? ` Not its own question: ${prompts.join("; ")}.` : "";
    return `  ${preset}: ${about}.${other}\n`;
  });
  return `${table}${notes.join("")}`;
}

/** How far apart two models are. */
export function comparisonReport(a: string, b: string, rows: readonly (readonly [string, Comparison])[]): string {
  const body = rows.map(([name, { difference, low, high, probability, pBootstrap, pPermutation }]) => [
    name,
    signed(difference),
    interval([low, high]),
    probability.toFixed(3),
    pBootstrap.toFixed(4),
    pPermutation.toFixed(4),
  ]);
  const head = [`${a} - ${b}`, "F1", "95 % interval", "P(A>B)", "p bootstrap", "p permutation"];
  return columns([head, ...body]);
}

const percent = (share: number) => (100 * share).toFixed(2);
const signed = (share: number) => `${share < 0 ? "" : "+"}${(100 * share).toFixed(2)}`;
const interval = ([low, high]: readonly [number, number]) => `${percent(low)} - ${percent(high)}`;
