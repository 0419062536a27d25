/** Puts the parts of a training run together and steps through it: fresh, resumed, interrupted or failed. */
import { backendInfo } from "../../backend";
import type { NerRecord } from "../../data/records";
import { warnOnce } from "../../errors";
import { countTypes, type TypeCounts } from "../../evaluate/familiarity/familiarity";
import { moduleOf } from "../../model/modules";
import type { DataDescription } from "../../provenance/data";
import { countNotLearned, describeNotLearned, type NotLearned } from "../../provenance/not-learned";
import { readTrainedTypes, writeTrainedTypes } from "../../provenance/trained-types";
import { StepFailure } from "../../train/failure";
import type { ParameterGroup } from "../../train/optimizer";
import { schedule, warmupSteps } from "../../train/schedule";
import { Trainer } from "../../train/trainer";
import type { GLiNER } from "../gliner";
import { refuseSpecialTokens } from "../reading/special-tokens";
import { checkPrecision } from "../recipe/precision";
import { lossOptions } from "../recipe/settings";
import type { BestMetric, TrainingConfig } from "../recipe/training-config";
import { AfterStep } from "./after-step";
import { TrainingBatches } from "./batches";
import { bestMetric, checkHeldOut, checkWordings, METRICS } from "./evaluation";
import { factsOf } from "./facts";
import { parameterGroups } from "./groups";
import type { RunEnd, TrainingResult, TrainOptions } from "./options";
import { describeData, limitsOf, namesOf, runIdentity } from "./run-data";
import { lockRun, refuseRun } from "./run-folder";
import { StepLoss } from "./step-loss";
import { RunStore } from "./store";

/** One training run, from its first step or from a checkpoint to its end. */
export class TrainingRun {
  readonly trainer: Trainer;
  private readonly batches: TrainingBatches;
  private readonly stepLoss: StepLoss;
  private readonly groups: readonly ParameterGroup[];
  private readonly data: Record<string, DataDescription>;
  private readonly notLearned: NotLearned;
  /** Of the mentions that are trained on, and of those that the model to start from has seen; undefined where these are not known. */
  private readonly trained: TypeCounts | undefined;
  private readonly metric: BestMetric | undefined;
  private readonly store: RunStore;
  private readonly afterStep: AfterStep;

  constructor(
    private readonly model: GLiNER,
    records: readonly NerRecord[],
    private readonly config: TrainingConfig,
    private readonly options: TrainOptions,
  ) {
    const { heldOut, benchmark, dev = [], provenance, wordings } = options;
    checkPrecision(config.mixed_precision, backendInfo());
    checkHeldOut(records, heldOut);
    checkWordings(config, wordings, heldOut);
    refuseSpecialTokens(namesOf(records, wordings), model.model.tokenizer);
    this.notLearned = countNotLearned(records, limitsOf(model.config, config));
    const lost = describeNotLearned(this.notLearned);
    if (lost) warnOnce(`${lost}.`);
    this.trained = trainedTypes(countTypes(records), config.prev_path);
    const loss = lossOptions(config);
    this.batches = new TrainingBatches(model, records, config, wordings);
    this.stepLoss = new StepLoss(model, this.batches, config, loss);
    const sets = { development: this.batches.development(dev), heldOut, benchmark };
    this.metric = bestMetric(config.metric_for_best_model, sets, config.eval_every);
    this.groups = parameterGroups(model.model.parameters.names(), config);
    this.trainer = this.makeTrainer();
    this.data = describeData({ records, dev, heldOut, benchmark }, provenance?.files);
    const identity = runIdentity(model, config, this.data, { heldOut, wordings });
    this.store = new RunStore(model, this.trainer.optimizer, config, identity);
    this.afterStep = new AfterStep({
      model,
      config,
      options,
      sets,
      metric: this.metric,
      loss,
      stepLoss: this.stepLoss,
      store: this.store,
    });
  }

  /** @throws UserError where another process trains into the folder */
  async go(): Promise<TrainingResult> {
    const { out, resume = false, overwrite = true } = this.options;
    if (out === undefined) return this.goOn();
    const lock = lockRun(out);
    try {
      // Once more: the run that was there may have ended since the command looked.
      if (!overwrite) refuseRun(out, resume);
      return await this.goOn();
    } finally {
      lock.release();
    }
  }

  private async goOn(): Promise<TrainingResult> {
    const { out, resume, provenance } = this.options;
    const checkpoint = out && resume ? this.store.find(out) : undefined;
    const first = checkpoint?.state.step ?? 0;
    const isOver = this.endAt(first) !== "interrupted";
    if (out && !isOver) {
      this.store.open(out, this.facts(), first, provenance?.command ?? null);
      if (this.trained) writeTrainedTypes(out, this.trained);
    }
    await checkpoint?.takeUp();
    return isOver ? this.result(first) : this.runFrom(first);
  }

  private makeTrainer(): Trainer {
    const { model, config, groups, options } = this;
    const { num_steps: steps, warmup_ratio, warmup_steps, lr_encoder: learningRate } = config;
    const warmup = warmupSteps(steps, warmup_steps || warmup_ratio);
    const task = { parameters: new Map(model.model.parameters.entries()), loss: (n: number) => this.stepLoss.of(n) };
    return new Trainer(task, {
      steps,
      groups,
      schedule: schedule(config.scheduler_type, { steps, warmup, learningRate }),
      maxGradNorm: config.max_grad_norm,
      accumulation: config.gradient_accumulation_steps,
      moduleOf,
      onStep: (report) => this.afterStep.take(report),
      onFailure: (failure) => this.afterFailure(failure),
      signal: options.signal,
    });
  }

  private facts() {
    const { model, config, data, metric, batches, options } = this;
    return factsOf(model, {
      config,
      dataConfig: options.provenance?.dataConfig,
      data,
      notLearned: this.notLearned,
      heldOut: options.heldOut,
      wordings: options.wordings,
      selection: metric ? METRICS[metric].words : "none: there is only the last checkpoint",
      trained: this.groups.flatMap(({ names }) => [...names]),
      firstBatch: batches.batch(0),
    });
  }

  private async runFrom(first: number): Promise<TrainingResult> {
    const { store } = this;
    try {
      const { pending } = store.memory;
      const ended = pending && (await this.afterStep.complete(pending));
      const steps = ended === "stop" ? first : await this.trainer.run(first);
      if (steps > first || pending) store.save(steps);
      store.close(this.endAt(steps), steps);
      return this.result(steps);
    } catch (error) {
      throw store.fail(error, error instanceof StepFailure ? error.failed.step - 1 : undefined);
    } finally {
      this.stepLoss.dispose();
    }
  }

  /** A failed step's batch is kept, whether the step is left out or ends the run. */
  private afterFailure(failure: StepFailure): "skip" {
    const { step, reason, batches, kind } = failure.failed;
    this.stepLoss.dispose();
    // What could not even be drawn or collated is kept as it was given.
    const drawn = (number: number) => (kind === "error" ? this.batches.records(number) : this.batches.examples(number));
    const saved = this.store.saveFailure(failure.failed, batches.map(drawn));
    const { skipped } = this.store.memory;
    if (skipped.length >= this.config.max_skipped_steps) throw new StepFailure(failure.failed, saved);
    skipped.push({ step, reason });
    return "skip";
  }

  /** What the state after this many steps means: a run with a step to take or an evaluation to make was interrupted. */
  private endAt(step: number): RunEnd {
    const { pending, stoppedEarly } = this.store.memory;
    if (pending) return "interrupted";
    if (stoppedEarly) return "stopped early";
    return step >= this.config.num_steps ? "finished" : "interrupted";
  }

  private result(steps: number): TrainingResult {
    const { best } = this.store.memory.selection;
    return { steps, end: this.endAt(steps), best: best ?? null, history: this.afterStep.history };
  }
}

function trainedTypes(own: TypeCounts, start: string | null): TypeCounts | undefined {
  if (start === null) return own;
  const before = readTrainedTypes(start);
  if (!before) return undefined;
  const names = new Set([...Object.keys(before), ...Object.keys(own)]);
  return Object.fromEntries([...names].map((name) => [name, (before[name] ?? 0) + (own[name] ?? 0)]));
}
