/** What `study` says before anything starts: costs, seeds, the list of suspects. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { usageError } from "../errors";
import { compareOnFile, resultsOf } from "../study/conduct";
import { estimatePlan } from "../study/estimate/estimate";
import { type Machine, readMachine, thisMachine } from "../study/estimate/machine";
import type { Plan } from "../study/plan/plan";
import { type PlannedRuns, planRuns } from "../study/plan/runs";
import { measuredPower, powerTable } from "../study/results/power";
import { suspectResults } from "../study/results/table";
import { StudyFolder } from "../study/run/folder";
import { KEPT_RUNS, keptRuns, noRuns, type RunsOnFile } from "../study/run/store";
import { readSuspect, suspectIds } from "../study/suspects/suspect";
import { columns } from "./columns";
import { number, type Values } from "./command";
import { estimateTable, powerLines } from "./study-report";

/** What is to do of a plan, on a machine. */
export const estimate = (plan: Plan, planned: PlannedRuns, onFile: RunsOnFile, machine: Machine) => {
  const measured = [...resultsOf(planned.runs, onFile).values()];
  return estimatePlan(plan, planned.runs, machine, measured, (run) => onFile.result(run) !== undefined);
};

/** What can be said before anything starts. */
export async function lookAhead(plan: Plan, values: Values): Promise<unknown> {
  if (values.power && plan.screening)
    throw usageError(
      `${plan.name}: --power plans a control and arms, and this is a screening: its runs are fixed by its factors, which --estimate counts.`,
    );
  const planned = await planRuns(plan, "allowed");
  const out = typeof values.out === "string" ? values.out : undefined;
  // What only looks ahead makes no folder.
  const isThere = out !== undefined && existsSync(join(out, "study.json"));
  const kept = values.fresh ? null : KEPT_RUNS;
  const folder = isThere ? StudyFolder.open(out, { id: planned.planId, name: plan.name }, kept) : undefined;
  const onFile = folder ?? (values.fresh ? noRuns : keptRuns);
  try {
    const power = values.power
      ? measuredPower(planned, compareOnFile(plan, planned, onFile), suspectResults())
      : undefined;
    if (power) process.stdout.write(powerLines(power));
    if (!values.estimate) return { power };
    const estimates = [await estimate(plan, planned, onFile, await thisMachine(out ?? "."))];
    if (typeof values.machine === "string")
      estimates.push(await estimatePlan(plan, planned.runs, readMachine(values.machine)));
    for (const one of estimates) process.stdout.write(`${estimateTable(one)}\n`);
    if (plan.coreHours !== null) process.stdout.write(`the budget is ${plan.coreHours} core-hours\n`);
    return { power, estimates };
  } finally {
    folder?.close();
  }
}

/** Seeds for a gap and a spread that a reader gives. */
export function calculator(values: Values): unknown {
  if (values.gap === undefined) throw usageError("--spread wants --gap POINTS beside it.");
  const gap = number(values, "gap", 1, 0.001, 100);
  const spread = number(values, "spread", 1, 0.001, 100);
  const sentences = number(values, "sentences", 0, 0, 100);
  const power = powerTable({ spread, sentences, paired: values.paired === true, gaps: [gap], from: "--spread" });
  process.stdout.write(powerLines(power));
  return { power };
}

/** The suspects, what they can explain by their date and what they need. */
export function listSuspects(): unknown {
  const suspects = suspectIds().map((id) => readSuspect(id));
  const rows = suspects.map(({ id, gap, needs, arms }) => {
    const runnable = arms.filter(({ notRunnable }) => notRunnable === null).length;
    return [id, gap.join(", ") || "neither", needs, `${runnable} of ${arms.length}`];
  });
  const lines = columns([["suspect", "can explain issue", "needs", "arms that run here"], ...rows])
    .trimEnd()
    .split("\n");
  const questions = ["question", ...suspects.map(({ question }) => question)];
  process.stdout.write(lines.map((line, i) => `${line}  ${questions[i]}\n`).join(""));
  return { suspects: suspects.map(({ id, gap, needs, question }) => ({ id, gap, needs, question })) };
}
