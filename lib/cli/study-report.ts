/** The tables that `study` prints. */
import { duration } from "../progress";
import type { Estimate } from "../study/estimate/estimate";
import { type AgainResult, cellsOf } from "../study/results/again";
import type { ScreeningResult } from "../study/results/factors";
import type { Power } from "../study/results/power";
import type { SuspectResult } from "../study/results/result";
import { points, signed } from "../study/results/verdict";
import { columns } from "./columns";

export function estimateTable(estimate: Estimate): string {
  const { machine, runs, runs_to_do, at_once, core_hours, wall_hours, memory_gb, disk_gb, warnings, arms } = estimate;
  if (runs_to_do === 0) return `${machine}: all ${runs} runs are on file.\n`;
  const rows = arms.map(({ arm, steps, seconds_per_step, hours, memory_gb, disk_gb, basis }) => [
    arm,
    String(steps),
    seconds_per_step.toPrecision(2),
    duration(3600 * hours),
    memory_gb.toFixed(1),
    disk_gb.toFixed(2),
    basis,
  ]);
  const table = columns([["a run of", "steps", "s/step", "takes", "GB memory", "GB disk", "by"], ...rows]);
  const sum = `${machine}: ${runs_to_do} of ${runs} runs to do, ${at_once} at once: ${core_hours.toPrecision(2)} core-hours, ${duration(3600 * wall_hours)}, ${memory_gb.toFixed(1)} GB of memory, ${disk_gb.toFixed(1)} GB of disk`;
  return `${table}${sum}\n${warnings.map((warning) => `careful: ${warning}\n`).join("")}`;
}

export function powerLines({ spread, sentences, from, seeds }: Power): string {
  const head = `spread over seeds ${spread.toFixed(2)} points${sentences ? `, sentences ${sentences.toFixed(2)}` : ""} (${from})\n`;
  const lines = Object.entries(seeds).map(([gap, n]) =>
    n === null
      ? `a gap of ${gap} points: no number of seeds would do, the choice of the sentences alone hides it\n`
      : `a gap of ${gap} points: ${n} seeds of control and arm each (seen 80 times in 100, at 95 %)\n`,
  );
  return head + lines.join("");
}

export function comparisonTable({
  control,
  arms,
  together = [],
  failed = [],
  not_run,
  verdict,
}: SuspectResult): string {
  const spread = control.sd === null ? "" : ` (sd ${points(control.sd)})`;
  const family = arms.some(({ p_holm }) => p_holm !== undefined);
  const rows = arms.map(({ value, runs, difference, ci95, p_better, p_holm, min_detectable }) => [
    value,
    String(runs.length),
    difference === null ? "-" : signed(difference),
    interval(ci95),
    p_better === null ? "-" : p_better.toFixed(2),
    min_detectable === null ? "unknown" : points(min_detectable),
    ...(family ? [p_holm?.toFixed(3) ?? "-"] : []),
  ]);
  const sums = together.map(({ name, seeds, left, ci95 }) => [
    `left: ${name}`,
    String(seeds.length),
    left === null ? "-" : signed(left),
    interval(ci95),
  ]);
  const head = `control ${control.value}: ${control.mean === null ? "no run" : points(control.mean)}${spread}, ${control.runs.length} seeds`;
  const titles = [
    head,
    "seeds",
    "points",
    "interval",
    "P(arm>control)",
    "could be seen",
    ...(family ? ["p (Holm)"] : []),
  ];
  const table = columns([titles, ...rows, ...sums.map((cells) => [...cells, ...titles.slice(4).map(() => "")])]);
  const left = not_run.map(({ value, why }) => `not run: ${value}: ${why}\n`).join("");
  const lost = failed
    .map(({ arm, seed, id, why }) => `failed every time: ${arm}, seed ${seed} (${id}): ${why}\n`)
    .join("");
  return `${table}${left}${lost}${verdict}\n`;
}

/** Runs that were made twice, side by side. */
export function againTable({ runs, verdict }: AgainResult): string {
  const rows = runs.map((run) => {
    const differ = run.losses_differ_at === null ? "not by step 10" : `from step ${run.losses_differ_at} on`;
    return [run.arm, ...cellsOf(run), differ, run.same ? "yes" : "no"];
  });
  const head = ["arm", "seed", "kept F1", "on", "here", "on", "here less kept", "losses differ", "same answers"];
  return `${columns([head, ...rows])}${verdict}\n`;
}

/** The factors of a screening, and what they make together. */
export function factorsTable({
  factors,
  together,
  runs,
  mean,
  residual,
  verdict,
  unfinished,
}: ScreeningResult): string {
  const rows = factors.map(({ name, difference, ci95, by_seed, p_holm, min_detectable }) => [
    name,
    signed(difference),
    interval(ci95),
    by_seed.map(signed).join(" "),
    p_holm === null ? "-" : p_holm.toFixed(3),
    min_detectable === null ? "unknown" : points(min_detectable),
  ]);
  const sums = together.map(({ name, difference, ci95 }) => [`together: ${name}`, signed(difference), interval(ci95)]);
  const spread = residual === null ? "" : `, a run's own spread ${points(residual.sd)}`;
  const head = `${runs.length} runs, mean ${points(mean)}${spread}`;
  const titles = [head, "points", "interval", "by seed", "p (Holm)", "could be seen"];
  const left = unfinished.length ? `not whole, and not counted: seed ${unfinished.join(", ")}\n` : "";
  return `${columns([titles, ...rows, ...sums.map((cells) => [...cells, "", "", ""])])}${left}${verdict}\n`;
}

const interval = (ci95: readonly [low: number, high: number] | null): string =>
  ci95 ? `${signed(ci95[0])} to ${signed(ci95[1])}` : "unknown";
