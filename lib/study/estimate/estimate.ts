/** What a plan costs before it starts: hours, memory and disk, from the model of a step's cost or from runs that were measured. */
import { UserError } from "../../errors";
import { median } from "../../median";
import { costOf } from "../../model/cost";
import { askName } from "../plan/ask";
import type { Plan } from "../plan/plan";
import type { RunSpec } from "../plan/runs";
import type { RunResult } from "../run/result";
import { allOf, type Left } from "./left";
import type { Machine } from "./machine";
import { promptsOf } from "./prompts";
import { hoursSideBySide, stagesOf } from "./schedule";
import { batchOf, modelOf, sizesOf } from "./sizes";

/** Of an arm: of its run that takes longest. */
export interface RunEstimate {
  seconds_per_step: number;
  /** Of a test, read forward only; its texts are taken to be as long as those of the training. */
  seconds_per_text: number;
  /** 0 where the run is trained and only questions are left. */
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
  /** Of the plan at most: with a stopping rule, those up to its last look. */
  runs: number;
  /** Runs that are on file count for nothing; one that lacks a question is to do and costs its questions. */
  runs_to_do: number;
  at_once: number;
  core_hours: number;
  /** Until the last run has ended, at_once side by side but no more than the machine computes at once. */
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

/** What is known before the runs start. */
export interface Known {
  /** Results of runs like these on this machine; by default none, and the cost model stands alone. */
  measured?: readonly RunResult[];
  /** What is left of a run, null where it is on file; by default all of it. */
  left?: (run: RunSpec) => Left | null;
  /** Runs at once, as `--jobs` says; by default as many as fit. */
  jobs?: number;
}

/** Cost of the runs that are left, as far as the plan comes to them. */
export async function estimatePlan(
  plan: Plan,
  runs: readonly RunSpec[],
  machine: Machine,
  { measured = [], left = allOf, jobs }: Known = {},
): Promise<Estimate> {
  const stages = stagesOf(plan, runs);
  const models = new Map<string, Modelled>();
  const texts = new Map<string, number>();
  const byArm = new Map<string, RunEstimate>();
  const hours: number[][] = [];
  let [disk, memory] = [0, 0];
  for (const stage of stages) {
    const own: number[] = [];
    for (const run of stage) {
      const rest = left(run);
      if (rest === null) continue;
      const [arm] = run.arms;
      const modelled = models.get(arm) ?? (await modelRun(plan, run, machine, measured));
      models.set(arm, modelled);
      let asked = 0;
      for (const { ask } of rest.questions) {
        const read = texts.get(askName(ask)) ?? (await promptsOf(plan.tests, ask));
        texts.set(askName(ask), read);
        asked += read;
      }
      const estimate = estimateRun(modelled, rest.training, asked);
      if (estimate.hours >= (byArm.get(arm)?.hours ?? 0)) byArm.set(arm, estimate);
      own.push(estimate.hours);
      disk += estimate.disk_gb;
      memory = Math.max(memory, estimate.memory_gb);
    }
    hours.push(own);
  }
  const fits = Math.max(1, Math.min(machine.runs_at_once, Math.floor(machine.memory_gb / Math.max(memory, 0.1))));
  const atOnce = Math.max(1, Math.min(jobs ?? fits, Math.max(...hours.map((own) => own.length))));
  // Runs beyond what computes side by side share cores: they gain nothing.
  const lanes = Math.min(atOnce, machine.runs_at_once);
  return {
    machine: machine.name,
    runs: total(stages.map((stage) => stage.length)),
    runs_to_do: total(hours.map((own) => own.length)),
    at_once: atOnce,
    core_hours: total(hours.flat()) * machine.cores_per_run,
    wall_hours: total(hours.map((own) => hoursSideBySide(own, lanes))),
    memory_gb: memory * atOnce,
    disk_gb: disk,
    warnings: warningsOf(machine, { memory, atOnce, disk }),
    arms: [...byArm].map(([arm, estimate]) => ({ arm, ...estimate })),
  };
}

const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** What a whole run takes, without its questions. */
type Modelled = Omit<RunEstimate, "hours">;

async function modelRun(plan: Plan, run: RunSpec, machine: Machine, measured: readonly RunResult[]): Promise<Modelled> {
  const { config, encoder } = modelOf(run.recipe);
  const batch = batchOf(run.recipe, plan.sizes ?? (await sizesOf(run.recipe)));
  const cost = costOf(config, encoder, batch);
  const alike = measured.filter(
    ({ settings, ran }) => ran.seconds_per_step !== null && isAlike(settings, run.settings),
  );
  const products = cost.training / (machine.gflops * 1e9 * machine.efficiency);
  const update = machine.memory_gb_s === null ? 0 : cost.optimiserBytes / (machine.memory_gb_s * 1e9);
  const modelled = products + update;
  const seconds = alike.length ? median(alike.map(({ ran }) => ran.seconds_per_step as number)) : modelled;
  // Forward is a third of the products.
  const perText = (products / 3 / batch.words.length) * (seconds / modelled);
  const peaks = alike.flatMap(({ ran }) => ran.peak_rss_mb ?? []);
  return {
    seconds_per_step: seconds,
    seconds_per_text: perText,
    steps: run.recipe.training.num_steps,
    memory_gb: peaks.length
      ? Math.max(...peaks) / 1000
      : memoryOf(cost.parameters, encoder, config.hidden_size, config.max_width, batch),
    // Weights, both moments, and the model of the best step; predictions are small beside them.
    disk_gb: (16 * cost.parameters + 2e7) / 1e9,
    basis: alike.length ? `${alike.length} measured runs` : "the cost model",
  };
}

/** What is left of a run. Without the training its model is on the disk already; its memory is taken to be that of training, the most. */
function estimateRun(modelled: Modelled, training: boolean, texts: number): RunEstimate {
  const steps = training ? modelled.steps : 0;
  const hours = (modelled.seconds_per_step * steps + modelled.seconds_per_text * texts) / 3600;
  return { ...modelled, steps, hours, disk_gb: training ? modelled.disk_gb : 0 };
}

/** Same size of model and batch: speed does not depend on the rest. */
function isAlike(a: RunSpec["settings"], b: RunSpec["settings"]): boolean {
  const key = ({ model, training, engine, environment, hashes }: RunSpec["settings"]) =>
    JSON.stringify([engine, environment, hashes, model, ...SIZE_KEYS.map((key) => training[key])]);
  return key(a) === key(b);
}

/** Keys of training that say how much a step holds. */
const SIZE_KEYS = ["train_batch_size", "gradient_accumulation_steps", "neg_source", "era"];

function memoryOf(
  parameters: number,
  encoder: { hidden_size: number; num_hidden_layers: number },
  D: number,
  K: number,
  batch: { subwords: readonly number[]; words: readonly number[] },
): number {
  const encoded = total(batch.subwords) * encoder.num_hidden_layers * encoder.hidden_size * KEPT.subword;
  const spans = total(batch.words) * K * D * KEPT.span;
  return (BASE_BYTES + 16 * parameters + 4 * LONGEST * (encoded + spans)) / 1e9;
}

/** @param needs memory of one run, disk of all */
function warningsOf(
  { name, memory_gb, disk_gb }: Machine,
  { memory, atOnce, disk }: { memory: number; atOnce: number; disk: number },
): string[] {
  const warnings: string[] = [];
  if (memory * atOnce > memory_gb) {
    const who = atOnce === 1 ? "one run takes" : `${atOnce} runs at once take`;
    warnings.push(
      `${who} about ${(memory * atOnce).toFixed(1)} GB of memory, ${name} has ${memory_gb.toFixed(1)}${atOnce > 1 ? "; give fewer --jobs" : ""}`,
    );
  }
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
