/** `study`: what is a suspect, or a plan's arm, worth? Estimates, runs, goes on, compares. */
import { join } from "node:path";
import { UserError, usageError } from "../errors";
import { writeAtomically } from "../files/atomic";
import { scrubbed } from "../provenance/scrub";
import { checkAddress } from "../queue/door";
import { conduct, type Engine, resultsOf } from "../study/conduct";
import { jobsThatFit, runProcesses } from "../study/engines/processes";
import { runOverQueue } from "../study/engines/queue/order";
import { checkBudget, type Estimate } from "../study/estimate/estimate";
import { readMachine, thisMachine } from "../study/estimate/machine";
import { changedPlan, MOST_SEEDS, type Plan, seedList } from "../study/plan/plan";
import { readPlan } from "../study/plan/read";
import { type PlannedRuns, planRuns } from "../study/plan/runs";
import { recipeOf } from "../study/plan/settings";
import { type AgainResult, compareAgain, keptOnly } from "../study/results/again";
import type { ScreeningResult } from "../study/results/factors";
import { recordAgain, refuseRecord } from "../study/results/record";
import type { SuspectResult } from "../study/results/result";
import { adoptRuns, checkAdopted } from "../study/run/adopt";
import { failedLine } from "../study/run/failed";
import { StudyFolder } from "../study/run/folder";
import type { Programs } from "../study/run/perform";
import { distinctQuestions } from "../study/run/questions";
import { KEPT_RUNS, keepResult, keptRuns } from "../study/run/store";
import { openTests } from "../study/run/tests";
import { type Command, number, required, runCommand, type Values, whole } from "./command";
import { interruptible } from "./interruptible";
import { calculator, checkAhead, estimate, listSuspects, lookAhead } from "./study-ahead";
import { sayComparison, sayScreening } from "./study-outcome";
import { againTable, estimateTable } from "./study-report";

export const command: Command = {
  name: "study",
  summary:
    "The laboratory: runs a suspect's or a plan's control and arms over several seeds and says what each difference is worth.",
  usage: "SUSPECT|PLAN.yaml [--seeds N] [--steps N] [--jobs N] [--queue URL] [--estimate] [--power] --out DIR",
  help: [
    ["SUSPECT", "a file of data/suspects without its ending, such as span-representation; --list shows them"],
    [
      "PLAN.yaml",
      "a plan of your own: recipe, arms or factors (one at a time, all, or a screening of many at once), seeds, budget; data/studies has some",
    ],
    ["--out DIR", "the results folder of this plan; the same command goes on where it stopped"],
    [
      "--seeds N|A-B|A,B",
      "seeds 0 to N - 1, or those from A to B, or those listed, of the control and of every arm (default 5, or the plan's)",
    ],
    ["--steps N", "steps of training instead of the recipe's"],
    ["--limit N", "asks only the first N sentences of each test"],
    ["--ask-only", "only the arms that ask or score the control's own runs otherwise; the others are not trained"],
    ["--jobs N", "runs at once (default: as many as cores and memory allow)"],
    ["--queue URL", "redis://... or postgres://...: the runs go to workers, see `worker --help`"],
    ["--lease SECONDS", "with --queue: after so long without a sign a worker's run goes to another one (default 30)"],
    [
      "--adopt DIR...",
      "finished run folders of `train` and `evaluate --predictions DIR/predictions` that are runs of this plan",
    ],
    ["--compare", "compares what is on file, with --adopt what is taken over, and runs nothing"],
    ["--estimate", "hours, memory and disk, and nothing else"],
    [
      "--machine FILE",
      "a described machine, such as data/studies/machines/a100.yaml: with --estimate beside this one; with --queue that of the workers, for the budget",
    ],
    ["--power", "seeds that would show 1, 2 and 5 points, from the spread that was measured, and nothing else"],
    [
      "--gap POINTS",
      "with --power: this gap in place of 1, 2 and 5; with --spread too, a calculator that needs no plan",
    ],
    ["--spread POINTS", "standard deviation of F1 over seeds of one recipe (with --paired: of the differences)"],
    ["--sentences POINTS", "what the choice of the sentences adds, as a standard deviation (default 0)"],
    ["--paired", "control and arm are compared seed by seed"],
    [
      "--record",
      "also keeps the runs in data/results/laboratory and the result in data/results/suspects/ID.json, and makes the table and the picture of all: data/results/suspects.md, .png",
    ],
    ["--fresh", "trains every run anew, also those whose results the repository keeps (data/results/laboratory)"],
    [
      "--again",
      "trains anew, on this machine, the runs that the repository keeps, and holds them against these: does another machine give another F1?",
    ],
    ["--list", "the suspects"],
  ],
  options: {
    out: { type: "string" },
    seeds: { type: "string" },
    steps: { type: "string" },
    limit: { type: "string" },
    "ask-only": { type: "boolean" },
    jobs: { type: "string" },
    queue: { type: "string" },
    lease: { type: "string" },
    adopt: { type: "string", multiple: true },
    compare: { type: "boolean" },
    estimate: { type: "boolean" },
    machine: { type: "string" },
    power: { type: "boolean" },
    gap: { type: "string" },
    spread: { type: "string" },
    sentences: { type: "string" },
    paired: { type: "boolean" },
    record: { type: "boolean" },
    fresh: { type: "boolean" },
    again: { type: "boolean" },
    list: { type: "boolean" },
  },
  allowPositionals: true,
  async run(values, positionals) {
    if (values.list) return listSuspects();
    checkAhead(values, positionals);
    if (values.power && positionals.length === 0) return calculator(values);
    const [name, ...more] = positionals;
    if (name === undefined)
      throw usageError(`wanted a suspect or a plan: ${command.usage}; --list shows the suspects.`);
    const adopted = [...(Array.isArray(values.adopt) ? values.adopt.map(String) : [])];
    if (more.length && adopted.length === 0)
      throw usageError(`got "${more[0]}" behind ${name}, wanted one suspect or plan.`);
    const plan = planFor(name, values);
    if (values.estimate || values.power) return lookAhead(plan, values);
    if (typeof values.queue === "string") checkAddress(values.queue);
    return values.again ? again(name, plan, values, adopted) : study(name, plan, values, [...adopted, ...more]);
  },
};

const PROGRAMS: Programs = { train: join(__dirname, "train.js"), evaluate: join(__dirname, "evaluate.js") };

function planFor(name: string, values: Values): Plan {
  const plan = readPlan(name);
  const seeds = values.seeds === undefined ? undefined : seedsFor(values);
  const steps = values.steps === undefined ? undefined : whole(values, "steps", 1, 1, 10_000_000);
  const limit = values.limit === undefined ? undefined : whole(values, "limit", 1, 1, 10_000_000);
  const baseSteps = () => recipeOf(plan.recipe, plan.control).training.num_steps;
  return changedPlan(plan, { seeds, steps, limit, askOnly: values["ask-only"] === true }, baseSteps);
}

/** @throws UserError (usage) where it is neither a number of seeds, nor a range or a list of them */
function seedsFor(values: Values): number[] {
  const given = String(values.seeds);
  const wrong = usageError(
    `--seeds got "${given}", wanted how many from 1 to ${MOST_SEEDS}, or which: the first and the last such as 2-7, or a list such as 5,7.`,
  );
  if (/^\d+$/.test(given)) {
    if (Number(given) >= 1 && Number(given) <= MOST_SEEDS) return seedList(Number(given));
    throw wrong;
  }
  const seeds = given.split(",").flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    const count = Number(last) - Number(first) + 1;
    if (!(count >= 1 && count <= MOST_SEEDS)) throw wrong;
    return seedList(count).map((seed) => Number(first) + seed);
  });
  if (new Set(seeds).size < seeds.length || seeds.length > MOST_SEEDS) throw wrong;
  return seeds;
}

/** The whole way: estimate, budget, runs, comparison. */
async function study(
  name: string,
  plan: Plan,
  values: Values,
  adopted: readonly string[],
): Promise<SuspectResult | ScreeningResult> {
  const out = required(values, "out", command);
  if (values.record) refuseRecord(plan);
  const planned = await planRuns(plan);
  const kept = values.fresh ? null : KEPT_RUNS;
  return inFolder(out, { plan, planned, kept }, async (folder, signal) => {
    if (adopted.length) await adopt(adopted, planned, folder);
    if (!values.compare) await perform(plan, planned, { folder, values, signal });
    // A screening's seed with a hole counts for nothing; --compare shows the whole ones.
    if (!values.compare && plan.screening) refuseFailed(planned, folder);
    const command = commandOf(name, plan, values);
    const written = values.record
      ? [...resultsOf(planned.runs, folder).values()].map((run) => keepResult(KEPT_RUNS, run))
      : [];
    const sayAll = plan.screening ? sayScreening : sayComparison;
    const { result, files } = await sayAll(plan, planned, { folder, out, command, record: values.record === true });
    written.push(...files);
    for (const path of written) say(`written: ${path}`);
    if (!values.compare) refuseFailed(planned, folder);
    return result;
  });
}

/** What is there has been said and written: the others are said last. @throws UserError where a run failed, and failed again */
function refuseFailed({ runs }: PlannedRuns, folder: StudyFolder): void {
  const failed = folder.failed(runs);
  if (failed.length === 0) return;
  const done = runs.filter((run) => folder.result(run)).length;
  throw new UserError(`${done} of ${runs.length} runs are on file; ${failedLine(failed)}`);
}

/** Kept runs made once more, none of which counts as done. */
async function again(name: string, plan: Plan, values: Values, adopted: readonly string[]): Promise<AgainResult> {
  const out = required(values, "out", command);
  if (adopted.length || values.fresh)
    throw usageError(
      `--again trains kept runs anew and takes none over, got ${adopted.length ? `--adopt ${adopted.join(" ")}` : "--fresh, which it means already"}; leave that out.`,
    );
  const all = await planRuns(plan);
  const kept = resultsOf(all.runs, keptRuns);
  const planned = keptOnly(plan, all, kept);
  return inFolder(out, { plan, planned, kept: null }, async (folder, signal) => {
    // Every run is wanted, whatever the first ones show.
    if (!values.compare) await perform({ ...plan, stopping: null }, planned, { folder, values, signal });
    refuseFailed(planned, folder);
    const here = resultsOf(planned.runs, folder);
    const command = `${commandOf(name, plan, values)} --again`;
    const result = scrubbed(compareAgain(plan, planned, { kept, here, command }));
    const files = [join(out, "again.json")];
    writeAtomically(files[0], `${JSON.stringify(result, null, 1)}\n`);
    if (values.record) files.push(...recordAgain(result));
    process.stdout.write(againTable(result));
    for (const path of files) say(`written: ${path}`);
    return result;
  });
}

/** Opens the results folder, ends in order when it is told to, and closes it whatever comes. */
async function inFolder<Result>(
  out: string,
  { plan, planned, kept }: { plan: Plan; planned: PlannedRuns; kept: string | null },
  work: (folder: StudyFolder, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const folder = StudyFolder.open(out, { id: planned.planId, name: plan.name }, kept);
  try {
    return await interruptible((signal) => work(folder, signal));
  } finally {
    folder.close();
  }
}

/** Everything that is not on file, within the budget. */
async function perform(
  plan: Plan,
  planned: PlannedRuns,
  { folder, values, signal }: { folder: StudyFolder; values: Values; signal: AbortSignal },
): Promise<void> {
  // Over a queue others compute: a budget held against this machine's speed would refuse what they can do.
  const machine = typeof values.machine === "string" ? readMachine(values.machine) : await thisMachine(folder.path);
  const ahead = await estimate(plan, planned, folder, machine, values);
  if (ahead.runs_to_do > 0) say(estimateTable(ahead));
  checkBudget(plan, ahead);
  // A test that is not there, or has no type left, is found before the first step of a training and not after the last.
  if (ahead.runs_to_do > 0) {
    const readings = planned.runs.flatMap((run) => run.readings);
    for (const { ask } of distinctQuestions(readings)) await openTests(plan.tests, ask);
  }
  await conduct(plan, planned, folder, engineFor(values, folder, ahead, signal), say);
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

/** The call that makes this result again, without what depends on the machine. */
function commandOf(name: string, plan: Plan, values: Values): string {
  const steps = values.steps === undefined ? "" : ` --steps ${values.steps}`;
  const limit = values.limit === undefined ? "" : ` --limit ${values.limit}`;
  const askOnly = values["ask-only"] ? " --ask-only" : "";
  const seeds = values.seeds === undefined ? "" : ` --seeds ${values.seeds}`;
  return `npm run -s study -- ${name}${seeds}${steps}${limit}${askOnly} --out runs/${plan.name}`;
}

const say = (line: string) => void process.stderr.write(`${line.trimEnd()}\n`);

if (require.main === module) void runCommand(command);
