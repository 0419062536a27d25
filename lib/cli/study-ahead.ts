/** What `study` says before anything starts: costs, seeds, the list of suspects. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { usageError } from "../errors";
import { compareOnFile, resultsOf } from "../study/conduct";
import { estimatePlan } from "../study/estimate/estimate";
import { type Found, leftOf } from "../study/estimate/left";
import { type Machine, readMachine, thisMachine } from "../study/estimate/machine";
import { levelOf, type Plan } from "../study/plan/plan";
import { type PlannedRuns, planRuns, type RunSpec } from "../study/plan/runs";
import type { StudyComparison } from "../study/results/compare";
import { measuredPower, type Power, powerTable } from "../study/results/power";
import { screeningResults, suspectResults } from "../study/results/stored";
import { StudyFolder } from "../study/run/folder";
import { KEPT_RUNS, keptRuns, noRuns, type RunsOnFile } from "../study/run/store";
import { readSuspect, suspectIds } from "../study/suspects/suspect";
import { columns } from "./columns";
import { number, type Values, whole } from "./command";
import { estimateTable, powerLines } from "./study-report";

/** What is to do of a plan on this machine; `--jobs` says how many runs at once. */
export const estimate = (plan: Plan, planned: PlannedRuns, found: Found, machine: Machine, values: Values) =>
  estimatePlan(plan, planned.runs, machine, {
    measured: [...resultsOf(planned.runs, found).values()],
    left: (run) => leftOf(run, found),
    jobs: jobsIn(values),
  });

const jobsIn = (values: Values) => (values.jobs === undefined ? undefined : whole(values, "jobs", 1, 1, 1000));

/** Options of --power alone. */
const OF_POWER = ["gap", "spread", "sentences", "paired"];

/** What runs nothing, and what would then be without effect. */
const NOT_BESIDE: Readonly<Record<string, readonly string[]>> = {
  compare: ["queue", "jobs"],
  estimate: ["compare", "queue", "record"],
  power: ["compare", "queue", "record"],
};

/**
 * Nothing that is given may be without effect.
 * @throws UserError (usage) where an option lacks the one that it belongs to, or does not go with what looks ahead
 */
export function checkAhead(values: Values, positionals: readonly string[]): void {
  const of = (name: string) => `--${name}${values[name] === true ? "" : ` ${values[name]}`}`;
  const given = OF_POWER.filter((name) => values[name] !== undefined);
  if (given.length && !values.power)
    throw usageError(
      `got ${given.map(of).join(" ")} without --power, to which ${given.length === 1 ? "it belongs" : "they belong"}; add --power, or leave ${given.length === 1 ? "it" : "them"} out.`,
    );
  if (values.lease !== undefined && values.queue === undefined)
    throw usageError(`got ${of("lease")} without --queue, to which it belongs; add --queue URL, or leave it out.`);
  for (const [idle, others] of Object.entries(NOT_BESIDE)) {
    const other = others.find((name) => values[name] !== undefined);
    if (values[idle] && other !== undefined)
      throw usageError(`--${idle} runs nothing, got ${of(other)} beside it; leave one of the two out.`);
  }
  if (values.machine !== undefined && !values.estimate && values.queue === undefined)
    throw usageError(
      `got ${of("machine")} without --estimate or --queue, to which it belongs; add one of them, or leave it out.`,
    );
  const ahead = ["estimate", "power"].find((name) => values[name]);
  if (ahead !== undefined && Array.isArray(values.adopt))
    throw usageError(
      `--${ahead} only looks ahead and takes no run over, got --adopt ${values.adopt.join(" ")}; call with --adopt and --compare first, which runs nothing, then with --${ahead} and the same --out.`,
    );
  if (!values.power) return;
  if (positionals.length === 0 && values.estimate)
    throw usageError("--estimate wants a suspect or a plan, got none; name one, or leave --estimate out.");
  if (positionals.length > 0 && values.spread === undefined && values.sentences !== undefined)
    throw usageError(
      `got ${of("sentences")} with ${positionals[0]} and without --spread, wanted both or neither: what seeds and sentences do to a plan is taken from its runs; leave --sentences out, or give --spread POINTS and --gap POINTS too.`,
    );
}

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
    const power = values.power ? powerFor(plan, planned, onFile, values) : undefined;
    if (power) process.stdout.write(powerLines(power));
    if (!values.estimate) return { power };
    const other = typeof values.machine === "string" ? readMachine(values.machine) : undefined;
    const estimates = [await estimate(plan, planned, onFile, await thisMachine(out ?? "."), values)];
    // What is on file is done wherever the rest is run; how fast it was is known of this machine alone.
    const known = { left: (run: RunSpec) => leftOf(run, onFile), jobs: jobsIn(values) };
    if (other) estimates.push(await estimatePlan(plan, planned.runs, other, known));
    for (const one of estimates) process.stdout.write(`${estimateTable(one)}\n`);
    if (plan.coreHours !== null) process.stdout.write(`the budget is ${plan.coreHours} core-hours\n`);
    return { power, estimates };
  } finally {
    folder?.close();
  }
}

/** Seeds for a plan: by the spread that a reader gives, else by the one that was measured. */
function powerFor(plan: Plan, planned: PlannedRuns, onFile: RunsOnFile, values: Values): Power {
  if (values.spread !== undefined) return givenPower(values);
  const own = compareOnFile(plan, planned, onFile);
  const level = levelOf(plan);
  const measured = measuredPower(planned, own, suspectResults(), level);
  const gaps = values.gap === undefined ? undefined : [gapIn(values)];
  if (!values.paired) return gaps ? powerTable({ ...measured, gaps, level }) : measured;
  return powerTable({ ...measured, ...spreadOfPairs(own, measured), paired: true, gaps, level });
}

/** Pairs of an arm from which on their spread is taken. */
const FEWEST_PAIRS = 3;

/**
 * Spread of the differences of pairs, in points: of the arm whose pairs differ most, where there are pairs. Else pairs are taken
 * to share nothing; then it is that of one recipe's seeds times the root of two, and the seeds are the most that are needed.
 */
function spreadOfPairs({ arms }: StudyComparison, { spread, from }: Power): Pick<Power, "spread" | "from"> {
  const pairs = arms.flatMap(({ arm, seen, seeds }) =>
    seen?.paired && seeds >= FEWEST_PAIRS && seen.variance.seeds > 0
      ? [{ arm, seeds, sd: Math.sqrt(seen.variance.seeds) }]
      : [],
  );
  const widest = pairs.sort((a, b) => b.sd - a.sd)[0];
  if (!widest) return { spread: Math.SQRT2 * spread, from: `${from}; of differences, as if pairs shared nothing` };
  return { spread: 100 * widest.sd, from: `differences of ${widest.seeds} pairs with the arm "${widest.arm.value}"` };
}

/** Seeds for a gap and a spread that a reader gives, without a plan. */
export function calculator(values: Values): unknown {
  const power = givenPower(values);
  process.stdout.write(powerLines(power));
  return { power };
}

function givenPower(values: Values): Power {
  if (values.spread === undefined) {
    const got = OF_POWER.flatMap((name) => (values[name] === undefined ? [] : `--${name}`));
    throw usageError(
      `--power got ${got.length ? `${got.join(" and ")} without --spread` : "nothing to go by"}, wanted --gap POINTS and --spread POINTS, or a suspect or a plan whose spread was measured; --list shows the suspects.`,
    );
  }
  if (values.gap === undefined) throw usageError("--spread wants --gap POINTS beside it.");
  const spread = number(values, "spread", 1, 0.001, 100);
  const sentences = number(values, "sentences", 0, 0, 100);
  return powerTable({ spread, sentences, paired: values.paired === true, gaps: [gapIn(values)], from: "--spread" });
}

const gapIn = (values: Values) => number(values, "gap", 1, 0.001, 100);

/** The suspects: what they can explain by their date, what they need, and what is measured of them. */
export function listSuspects(): unknown {
  const [results, screenings] = [suspectResults(), screeningResults()];
  const suspects = suspectIds().map((id) => readSuspect(id));
  const found = suspects.map(({ id, gap, needs, question, arms }) => {
    const measured = results.find(({ suspect }) => suspect === id)?.arms.filter((arm) => arm.difference !== null) ?? [];
    return {
      id,
      gap,
      needs,
      question,
      arms: arms.filter(({ notRunnable }) => notRunnable === null).length,
      measured: measured.map(({ value, runs }) => ({ value, seeds: runs.length })),
      screened: screenings.flatMap(({ screening, factors }) =>
        factors.some(({ suspect }) => suspect === id) ? [screening] : [],
      ),
    };
  });
  const rows = found.map(({ id, gap, needs, arms, measured, screened }) => {
    const seeds = Math.max(0, ...measured.map((arm) => arm.seeds));
    const own = measured.length
      ? `${measured.length} of ${arms} arms, ${seeds} seeds`
      : arms === 0
        ? "cannot be"
        : "no";
    return [id, gap.join(", ") || "neither", needs, screened.length ? `${own}; in a screening` : own];
  });
  const lines = columns([["suspect", "can explain issue", "needs", "measured"], ...rows])
    .trimEnd()
    .split("\n");
  const questions = ["question", ...found.map(({ question }) => question)];
  process.stdout.write(lines.map((line, i) => `${line}  ${questions[i]}\n`).join(""));
  return { suspects: found };
}
