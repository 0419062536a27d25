import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../batch/collate";
import { sampleTypes } from "../batch/sampling";
import { type NerRecord, typesOf } from "../data/records";
import { seededDropout } from "../encoder/dropout";
import { UserError } from "../errors";
import { batchLoss } from "../model/batch-loss";
import type { LossOptions } from "../model/loss";
import { type RandomStream, stream } from "../random";
import { findCheckpoint, replaceFolder, restoreTrainerState, saveTrainerState } from "../train/checkpoint";
import { schedule } from "../train/schedule";
import { type StepReport, type Task, Trainer } from "../train/trainer";
import type { GLiNER } from "./gliner";
import { saveModel } from "./save";
import { DEFAULT_TRAINING, lossOptions, type TrainingConfig, trainingOf } from "./settings";

/** A step's report with the rates and, where it was measured, the development loss. */
export interface TrainingReport extends StepReport {
  lr_encoder: number;
  lr_others: number;
  /** Mean loss of a development record. */
  devLoss?: number;
}

export interface TrainOptions extends Partial<TrainingConfig> {
  /** Run folder: `last/` (model, optimiser), `metrics.jsonl`; none = nothing is written. */
  out?: string;
  /** Goes on from `last/` where there is one. */
  resume?: boolean;
  /** Records for the development loss. */
  dev?: readonly NerRecord[];
  onStep?(report: TrainingReport): void | Promise<void>;
  /** Ends the run after the current step, with a checkpoint. */
  signal?: AbortSignal;
}

export interface TrainingResult {
  /** Steps taken in all. */
  steps: number;
  /** The reports of this process's steps. */
  history: TrainingReport[];
}

/**
 * Trains a model in place, as GLiNER 0.2.29's trainer does: types drawn per batch, sum loss, AdamW with a rate for the
 * encoder and one for the rest and no decay on biases and norms, warm-up, clipping by the global norm.
 *
 * Order of the examples, types and dropout are functions of (seed, step): a run that stops and resumes takes the same steps.
 * @param records at least one; with `labels`, these are the types asked of it
 * @throws UserError on an empty list, a loss that is not finite, or a folder that cannot be written
 */
export async function train(
  model: GLiNER,
  records: readonly NerRecord[],
  options: TrainOptions = {},
): Promise<TrainingResult> {
  if (records.length === 0) throw new UserError("there are no records to train on.");
  const config = trainingOf(settingsAmong(options), "train");
  const run = new TrainingRun(model, records, config, options);
  try {
    return await run.go();
  } finally {
    run.trainer.optimizer.dispose();
  }
}

class TrainingRun {
  readonly trainer: Trainer;
  private readonly history: TrainingReport[] = [];
  private readonly dev: Batch[];
  private readonly loss: LossOptions;
  /** The types of the whole training set, where negatives are drawn from them. */
  private readonly corpus: readonly string[] | undefined;
  private order: { epoch: number; indices: number[] } = { epoch: -1, indices: [] };

  constructor(
    private readonly model: GLiNER,
    private readonly records: readonly NerRecord[],
    private readonly config: TrainingConfig,
    private readonly options: TrainOptions,
  ) {
    const parameters = new Map(model.model.parameters.entries());
    this.loss = lossOptions(config);
    this.corpus = config.neg_source === "corpus" ? typesOf(records) : undefined;
    this.dev = this.devBatches(options.dev ?? []);
    const task: Task = { parameters, loss: (step) => this.stepLoss(step) };
    this.trainer = new Trainer(task, {
      steps: config.num_steps,
      groups: parameterGroups([...parameters.keys()], config),
      schedule: schedule(config.scheduler_type, config.num_steps, config.warmup_ratio),
      maxGradNorm: config.max_grad_norm,
      onStep: (report) => this.afterStep(report),
      signal: options.signal,
    });
  }

  async go(): Promise<TrainingResult> {
    const { out } = this.options;
    if (out) makeFolder(out);
    const first = this.resumePoint();
    if (out && first === 0) rmSync(join(out, "metrics.jsonl"), { force: true });
    const steps = await this.trainer.run(first);
    if (out && steps > first && steps % this.config.save_every !== 0) this.save(steps);
    return { steps, history: this.history };
  }

  /** The batch of a step: the next examples of the epoch's order, with types drawn for them. */
  private batch(step: number): Batch {
    const { train_batch_size: size, seed } = this.config;
    const records = Array.from({ length: size }, (_, i) => this.record(step * size + i));
    return this.draw(records, stream(seed, "types", step));
  }

  /** The development records never change their types: a loss that moves is then the model's doing. */
  private devBatches(dev: readonly NerRecord[]): Batch[] {
    const { train_batch_size: size, seed } = this.config;
    return Array.from({ length: Math.ceil(dev.length / size) }, (_, i) =>
      this.draw(dev.slice(i * size, (i + 1) * size), stream(seed, "dev types", i * size)),
    );
  }

  private draw(records: readonly NerRecord[], random: RandomStream): Batch {
    const { preprocess_text, one_type_per_span } = this.config;
    const { max_types, max_neg_type_ratio } = this.model.config;
    const examples = sampleTypes(records, { ...this.config, max_types, max_neg_type_ratio }, random, this.corpus);
    return this.model.collate(examples, { preprocess_text, one_type_per_span });
  }

  private record(position: number): NerRecord {
    const epoch = Math.floor(position / this.records.length);
    if (this.order.epoch !== epoch) {
      const all = this.records.map((_, i) => i);
      this.order = { epoch, indices: stream(this.config.seed, "order", epoch).shuffle(all) };
    }
    return this.records[this.order.indices[position % this.records.length]];
  }

  private stepLoss(step: number): () => tf.Scalar {
    const batch = this.batch(step);
    const { seed } = this.config;
    const dropout = seededDropout(seed, step);
    return () => {
      const negatives = stream(seed, "negatives", step);
      return batchLoss(this.model.model, batch, this.loss, { dropout, draw: () => negatives.uniform() });
    };
  }

  private async afterStep(step: StepReport): Promise<void> {
    const { config, options } = this;
    const report: TrainingReport = {
      ...step,
      lr_encoder: config.lr_encoder * step.factor,
      lr_others: config.lr_others * step.factor,
    };
    const due = config.eval_every > 0 && (step.step % config.eval_every === 0 || step.step === config.num_steps);
    if (due && this.dev.length) report.devLoss = this.devLoss();
    this.history.push(report);
    if (options.out) appendFileSync(join(options.out, "metrics.jsonl"), `${JSON.stringify(report)}\n`);
    if (options.out && step.step % config.save_every === 0) this.save(step.step);
    await options.onStep?.(report);
  }

  private devLoss(): number {
    let total = 0;
    let count = 0;
    for (const batch of this.dev) {
      const every = { ...this.loss, masking: "none" as const };
      total += tf.tidy(() => batchLoss(this.model.model, batch, every).dataSync()[0]);
      count += batch.size;
    }
    return total / count;
  }

  private save(step: number): void {
    const out = this.options.out as string;
    replaceFolder(join(out, "last"), (folder) => {
      saveModel(this.model.model, folder);
      saveTrainerState(folder, this.trainer.optimizer, { step, fingerprint: this.fingerprint() });
    });
    const { save_total_limit: limit, save_every: every, num_steps: steps } = this.config;
    // A run that was stopped between two checkpoints keeps `last` alone.
    if (limit === 0 || (step % every !== 0 && step !== steps)) return;
    replaceFolder(join(out, `step-${step}`), (folder) => saveModel(this.model.model, folder));
    rmSync(join(out, `step-${step - limit * every}`), { recursive: true, force: true });
  }

  private resumePoint(): number {
    const { out, resume } = this.options;
    const checkpoint = out && resume ? findCheckpoint(join(out, "last")) : undefined;
    if (!checkpoint) return 0;
    this.model.restore(checkpoint);
    return restoreTrainerState(checkpoint, this.trainer.optimizer, this.fingerprint()).step;
  }

  /** Settings that only say how often something is written may differ between save and resume. */
  private fingerprint(): string {
    const { save_every, save_total_limit, eval_every, prev_path, ...fixed } = this.config;
    const { model_name, ...model } = this.model.config;
    const data = [this.records.length, this.records[0], this.records[this.records.length - 1]];
    return createHash("sha256")
      .update(JSON.stringify([fixed, model, data]))
      .digest("hex");
  }
}

/** As transformers' trainer groups them: the encoder apart from the rest, no decay on biases and norms. */
function parameterGroups(names: readonly string[], config: TrainingConfig) {
  const isEncoder = (name: string) => name.startsWith("token_rep_layer.");
  const isPlain = (name: string) => name.includes("bias") || name.includes("LayerNorm");
  // Nothing after the encoder reads the pooler: it has no gradient.
  const trained = names.filter((name) => !name.includes(".pooler."));
  return [true, false].flatMap((encoder) =>
    [true, false].map((plain) => ({
      names: trained.filter((name) => isEncoder(name) === encoder && isPlain(name) === plain),
      learningRate: encoder ? config.lr_encoder : config.lr_others,
      weightDecay: plain ? 0 : encoder ? config.weight_decay_encoder : config.weight_decay_other,
    })),
  );
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`cannot make the run folder ${folder}: ${error instanceof Error ? error.message : error}.`);
  }
}

function settingsAmong(options: TrainOptions): Partial<TrainingConfig> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => Object.hasOwn(DEFAULT_TRAINING, key)));
}
