/** What a plan costs before it starts: hours, memory and disk, from the model of a step's cost or from runs that were measured. */
import { UserError } from "../../errors";
import { median } from "../../median";
import { costOf } from "../../model/cost";
import type { Plan } from "../plan/plan";
import type { RunSpec } from "../plan/runs";
import type { RunResult } from "../run/result";
import type { Machine } from "./machine";
import { batchOf, modelOf, sizesOf } from "./sizes";

export interface RunEstimate {
  seconds_per_step: number;
  steps: number;
  hours: number;
  memory_gb: number;
  disk_gb: number;
  /** "the cost model", or how many runs were measured. */
  basis: string;
}

/** Hours, memory and disk that a study needs. */
export interface Estimate {
  machine: string;
  runs: number;
  /** Runs that are on file count for nothing. */
  runs_to_do: number;
  at_once: number;
  core_hours: number;
  wall_hours: number;
  memory_gb: number;
  disk_gb: number;
  /** What does not fit, in words. */
  warnings: string[];
  arms: ({ arm: string } & RunEstimate)[];
}

/** Of a process with TensorFlow and the data before its model is there. */
const BASE_BYTES = 0.7e9;
/** The allocator keeps what the longest batches took, which are several times the mean. */
const LONGEST = 6;
/** Numbers that forward keeps for backward: of a subword and layer in widths of H, of a span in widths of D. */
const KEPT = { subword: 17, span: 12 };
/** Asking the seven tests, as steps of training: 6,470 sentences forward, a third of a step's cost each. */
const ASKING_STEPS = 270;

/** @param measured results of runs like these on this machine; empty = the cost model alone */
export async function estimatePlan(
  plan: Plan,
  runs: readonly RunSpec[],
  machine: Machine,
  measured: readonly RunResult[] = [],
  done: (run: RunSpec) => boolean = () => false,
): Promise<Estimate> {
  const open = runs.filter((run) => !done(run));
  const byArm = new Map<string, RunEstimate>();
  let [coreHours, disk, memory] = [0, 0, 0];
  for (const run of open) {
    const estimate = byArm.get(run.arms[0]) ?? (await estimateRun(plan, run, machine, measured));
    byArm.set(run.arms[0], estimate);
    coreHours += estimate.hours * machine.cores_per_run;
    disk += estimate.disk_gb;
    memory = Math.max(memory, estimate.memory_gb);
  }
  const fits = Math.max(1, Math.min(machine.runs_at_once, Math.floor(machine.memory_gb / Math.max(memory, 0.1))));
  const atOnce = Math.max(1, Math.min(fits, open.length));
  return {
    machine: machine.name,
    runs: runs.length,
    runs_to_do: open.length,
    at_once: atOnce,
    core_hours: coreHours,
    wall_hours: coreHours / machine.cores_per_run / atOnce,
    memory_gb: memory * atOnce,
    disk_gb: disk,
    warnings: warningsOf(machine, memory, disk),
    arms: [...byArm].map(([arm, estimate]) => ({ arm, ...estimate })),
  };
}

async function estimateRun(
  plan: Plan,
  run: RunSpec,
  machine: Machine,
  measured: readonly RunResult[],
): Promise<RunEstimate> {
  const { config, encoder } = modelOf(run.recipe);
  const batch = batchOf(run.recipe, plan.sizes ?? (await sizesOf(run.recipe)));
  const cost = costOf(config, encoder, batch);
  const alike = measured.filter(
    ({ settings, ran }) => ran.seconds_per_step !== null && isAlike(settings, run.settings),
  );
  const modelled = cost.training / (machine.gflops * 1e9 * machine.efficiency);
  const seconds = alike.length ? median(alike.map(({ ran }) => ran.seconds_per_step as number)) : modelled;
  const peaks = alike.flatMap(({ ran }) => ran.peak_rss_mb ?? []);
  const steps = run.recipe.training.num_steps;
  return {
    seconds_per_step: seconds,
    steps,
    hours: (seconds * (steps + (plan.tests.limit === null ? ASKING_STEPS : 0))) / 3600,
    memory_gb: peaks.length
      ? Math.max(...peaks) / 1000
      : memoryOf(cost.parameters, encoder, config.hidden_size, config.max_width, batch),
    // Weights, both moments, and the model of the best step; predictions are small beside them.
    disk_gb: (16 * cost.parameters + 2e7) / 1e9,
    basis: alike.length ? `${alike.length} measured runs` : "the cost model",
  };
}

/** Same size of model and batch: speed does not depend on the rest. */
function isAlike(a: RunSpec["settings"], b: RunSpec["settings"]): boolean {
  const key = ({ model, training, engine, environment, hashes }: RunSpec["settings"]) =>
    JSON.stringify([engine, environment, hashes, model, training.train_batch_size, training.neg_source, training.era]);
  return key(a) === key(b);
}

function memoryOf(
  parameters: number,
  encoder: { hidden_size: number; num_hidden_layers: number },
  D: number,
  K: number,
  batch: { subwords: readonly number[]; words: readonly number[] },
): number {
  const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const encoded = total(batch.subwords) * encoder.num_hidden_layers * encoder.hidden_size * KEPT.subword;
  const spans = total(batch.words) * K * D * KEPT.span;
  return (BASE_BYTES + 16 * parameters + 4 * LONGEST * (encoded + spans)) / 1e9;
}

function warningsOf({ name, memory_gb, disk_gb }: Machine, memory: number, disk: number): string[] {
  const warnings: string[] = [];
  if (memory > memory_gb)
    warnings.push(`one run takes about ${memory.toFixed(1)} GB of memory, ${name} has ${memory_gb.toFixed(1)}`);
  if (disk > disk_gb)
    warnings.push(`the runs take about ${disk.toFixed(1)} GB of disk, ${name} has ${disk_gb.toFixed(1)}`);
  return warnings;
}

/** @throws UserError where the plan costs more than its budget */
export function checkBudget(plan: Plan, { core_hours, machine, runs_to_do }: Estimate): void {
  if (plan.coreHours !== null && core_hours > plan.coreHours)
    throw new UserError(
      `${plan.name}: ${runs_to_do} runs take about ${core_hours.toPrecision(2)} core-hours on ${machine}, the budget is ${plan.coreHours}; give fewer --seeds or --steps, or raise budget: {core_hours} in the plan.`,
    );
}
