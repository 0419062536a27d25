/** `study`: what is a suspect, or a plan's arm, worth? Estimates, runs, goes on, compares. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { usageError } from "../errors";
import { writeAtomically } from "../files/atomic";
import { scrubbed } from "../provenance/scrub";
import { compareOnFile, conduct, type Engine, resultsOf } from "../study/conduct";
import { jobsThatFit, runProcesses } from "../study/engines/processes";
import { runOverQueue } from "../study/engines/queue/coordinator";
import { checkBudget, type Estimate, estimatePlan } from "../study/estimate/estimate";
import { type Machine, readMachine, thisMachine } from "../study/estimate/machine";
import { changedPlan, type Plan } from "../study/plan/plan";
import { readPlan } from "../study/plan/read";
import { type PlannedRuns, planRuns } from "../study/plan/runs";
import { recipeOf } from "../study/plan/settings";
import { measuredPower, powerTable } from "../study/results/power";
import { type StoredResult, storedResult } from "../study/results/result";
import { recordResult, storedResults } from "../study/results/table";
import { adoptRuns, checkAdopted } from "../study/run/adopt";
import { StudyFolder } from "../study/run/folder";
import type { Programs } from "../study/run/perform";
import { readSuspect, suspectIds } from "../study/suspects/suspect";
import { columns } from "./columns";
import { type Command, number, required, runCommand, type Values, whole } from "./command";
import { comparisonTable, estimateTable, powerLines } from "./study-report";

export const command: Command = {
  name: "study",
  summary:
    "The laboratory: runs a suspect's or a plan's control and arms over several seeds and says what each difference is worth.",
  usage: "SUSPECT|PLAN.yaml [--seeds N] [--steps N] [--jobs N] [--queue URL] [--estimate] [--power] --out DIR",
  help: [
    ["SUSPECT", "a file of data/suspects without its ending, such as span-representation; --list shows them"],
    ["PLAN.yaml", "a plan of your own: recipe, factors or arms, seeds, budget; data/studies has one"],
    ["--out DIR", "the results folder of this plan; the same command goes on where it stopped"],
    ["--seeds N", "seeds 0 to N - 1 of the control and of every arm (default 5, or the plan's)"],
    ["--steps N", "steps of training instead of the recipe's"],
    ["--jobs N", "runs at once (default: as many as cores and memory allow)"],
    ["--queue URL", "redis://... or postgres://...: the runs go to workers, see `worker --help`"],
    ["--lease SECONDS", "with --queue: after so long without a sign a worker's run goes to another one (default 30)"],
    [
      "--adopt DIR...",
      "finished run folders of `train` and `evaluate --predictions DIR/predictions` that are runs of this plan",
    ],
    ["--estimate", "hours, memory and disk, and nothing else"],
    [
      "--machine FILE",
      "with --estimate: a described machine, such as data/studies/machines/a100.yaml, beside this one",
    ],
    ["--power", "seeds that would show 1, 2 and 5 points, from the spread that was measured, and nothing else"],
    ["--gap POINTS", "with --power and --spread: a calculator that needs no plan"],
    ["--spread POINTS", "standard deviation of F1 over seeds of one recipe (with --paired: of the differences)"],
    ["--sentences POINTS", "what the choice of the sentences adds, as a standard deviation (default 0)"],
    ["--paired", "control and arm are compared seed by seed"],
    ["--record", "also writes data/results/suspects/ID.json and the table data/results/suspects.md"],
    ["--list", "the suspects"],
  ],
  options: {
    out: { type: "string" },
    seeds: { type: "string" },
    steps: { type: "string" },
    jobs: { type: "string" },
    queue: { type: "string" },
    lease: { type: "string" },
    adopt: { type: "string", multiple: true },
    estimate: { type: "boolean" },
    machine: { type: "string" },
    power: { type: "boolean" },
    gap: { type: "string" },
    spread: { type: "string" },
    sentences: { type: "string" },
    paired: { type: "boolean" },
    record: { type: "boolean" },
    list: { type: "boolean" },
  },
  allowPositionals: true,
  async run(values, positionals) {
    if (values.list) return listSuspects();
    if (values.power && values.spread !== undefined) return calculator(values);
    const [name, ...more] = positionals;
    if (name === undefined)
      throw usageError(`wanted a suspect or a plan: ${command.usage}; --list shows the suspects.`);
    const adopted = [...(Array.isArray(values.adopt) ? values.adopt.map(String) : [])];
    if (more.length && adopted.length === 0)
      throw usageError(`got "${more[0]}" behind ${name}, wanted one suspect or plan.`);
    const plan = planFor(name, values);
    return values.estimate || values.power ? lookAhead(plan, values) : study(name, plan, values, [...adopted, ...more]);
  },
};

const PROGRAMS: Programs = { train: join(__dirname, "train.js"), evaluate: join(__dirname, "evaluate.js") };

function planFor(name: string, values: Values): Plan {
  const plan = readPlan(name);
  const seeds = values.seeds === undefined ? undefined : whole(values, "seeds", 1, 1, 10_000);
  const steps = values.steps === undefined ? undefined : whole(values, "steps", 1, 1, 10_000_000);
  return changedPlan(plan, { seeds, steps }, recipeOf(plan.recipe, plan.control).training.num_steps);
}

/** The whole way: estimate, budget, runs, comparison. */
async function study(name: string, plan: Plan, values: Values, adopted: readonly string[]): Promise<StoredResult> {
  const out = required(values, "out", command);
  const planned = await planRuns(plan);
  const folder = StudyFolder.open(out, { id: planned.planId, name: plan.name });
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    if (adopted.length) await adopt(adopted, planned, folder);
    const ahead = await estimate(plan, planned, folder, await thisMachine(out));
    if (ahead.runs_to_do > 0) say(estimateTable(ahead));
    checkBudget(plan, ahead);
    const comparison = await conduct(plan, planned, folder, engineFor(values, folder, ahead, stop.signal), say);
    const result = scrubbed(storedResult(plan, planned, comparison, commandOf(name, plan, values)));
    writeAtomically(join(out, "result.json"), `${JSON.stringify(result, null, 1)}\n`);
    process.stdout.write(comparisonTable(result));
    if (values.record) for (const path of recordResult(result)) say(`written: ${path}`);
    return result;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    folder.close();
  }
}

function engineFor(values: Values, folder: StudyFolder, ahead: Estimate, signal: AbortSignal): Engine {
  if (typeof values.queue === "string") {
    const [url, lease] = [values.queue, number(values, "lease", 30, 1, 3600)];
    return (runs) => runOverQueue(runs, folder, { url, lease, signal, say });
  }
  const perRun = (ahead.memory_gb / ahead.at_once) * 1e9;
  const jobs = values.jobs === undefined ? jobsThatFit(perRun) : whole(values, "jobs", 1, 1, 1000);
  return (runs) => runProcesses(runs, folder, { programs: PROGRAMS, jobs, signal, say });
}

async function adopt(folders: readonly string[], { runs }: PlannedRuns, folder: StudyFolder): Promise<void> {
  const adoptions = await adoptRuns(folders, runs, folder);
  for (const { folder: from, id, why } of adoptions) say(`--adopt ${from}: ${why ?? `taken over as the run ${id}`}`);
  checkAdopted(adoptions);
}

const estimate = (plan: Plan, planned: PlannedRuns, folder: StudyFolder | undefined, machine: Machine) => {
  const measured = folder ? [...resultsOf(planned.runs, folder).values()] : [];
  return estimatePlan(plan, planned.runs, machine, measured, (run) => folder?.result(run) !== undefined);
};

/** What can be said before anything starts. */
async function lookAhead(plan: Plan, values: Values): Promise<unknown> {
  const planned = await planRuns(plan, "allowed");
  const out = typeof values.out === "string" ? values.out : undefined;
  // What only looks ahead makes no folder.
  const isThere = out !== undefined && existsSync(join(out, "study.json"));
  const folder = isThere ? StudyFolder.open(out, { id: planned.planId, name: plan.name }) : undefined;
  try {
    const power = values.power
      ? measuredPower(planned, folder && compareOnFile(plan, planned, folder), storedResults())
      : undefined;
    if (power) process.stdout.write(powerLines(power));
    if (!values.estimate) return { power };
    const estimates = [await estimate(plan, planned, folder, await thisMachine(out ?? "."))];
    if (typeof values.machine === "string")
      estimates.push(await estimatePlan(plan, planned.runs, readMachine(values.machine)));
    for (const one of estimates) process.stdout.write(`${estimateTable(one)}\n`);
    if (plan.coreHours !== null) say(`the budget is ${plan.coreHours} core-hours`);
    return { power, estimates };
  } finally {
    folder?.close();
  }
}

function calculator(values: Values): unknown {
  if (values.gap === undefined) throw usageError("--spread wants --gap POINTS beside it.");
  const gap = number(values, "gap", 1, 0.001, 100);
  const spread = number(values, "spread", 1, 0.001, 100);
  const sentences = number(values, "sentences", 0, 0, 100);
  const power = powerTable({ spread, sentences, paired: values.paired === true, gaps: [gap], from: "--spread" });
  process.stdout.write(powerLines(power));
  return { power };
}

function listSuspects(): unknown {
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

/** The call that makes this result again, without what depends on the machine. */
function commandOf(name: string, plan: Plan, values: Values): string {
  const steps = values.steps === undefined ? "" : ` --steps ${values.steps}`;
  return `npm run -s study -- ${name} --seeds ${plan.seeds.length}${steps} --out runs/${plan.name}`;
}

const say = (line: string) => void process.stderr.write(`${line.trimEnd()}\n`);

if (require.main === module) void runCommand(command);
