/** One measurement in one process: time, memory and arithmetic of training steps or of inference. */
import { cpuUsage } from "node:process";
import type { Batch } from "../batch/collate";
import { seededDropout } from "../fused/dropout";
import { GLiNER } from "../gliner/gliner";
import { AS_PYTHON } from "../gliner/reading/predict-options";
import { median } from "../median";
import { batchLoss } from "../model/batch-loss";
import { costOf, productSpeed, type StepCost } from "../model/cost";
import { DEFAULT_LOSS } from "../model/loss";
import { Trainer } from "../train/trainer";
import type { BenchText } from "./work";

/** What is measured: training steps, the entities of texts, or a process from its start to the entities of one text. */
export type BenchMode = "train" | "infer" | "cold";

export interface BenchSettings {
  mode: BenchMode;
  batch: number;
  /** A model folder; null = MiniLM-L6 with a markerV0 head of `hidden`, random weights. */
  model: string | null;
  hidden: number;
  /** Steps, or passes over the texts, that are not counted: the first of each shape compiles its products. */
  warmup: number;
  iters: number;
  threshold: number;
}

/** One measurement, in the spelling of the Python benchmark of GLiNER. */
export interface BenchResult {
  runtime: string;
  mode: BenchMode;
  batch: number;
  hidden: number;
  sentences_per_s: number;
  /** Medians and extremes of a step, or of a pass over all texts. */
  ms_median: number;
  ms_min: number;
  ms_max: number;
  cpu_ms_median: number;
  peak_rss_mb: number;
  iters: number;
  /** Training: the first loss; inference: entities a sentence. Something that must be alike on both sides. */
  loss_first?: number;
  entities_per_sentence?: number;
  threshold?: number;
  /** What the products alone would take at the speed of a plain product on this machine; not of a cold start. */
  products?: { gflop: number; gflop_per_s: number; ms: number };
}

/** Measures in this process, on an otherwise unused model. */
export async function measure(texts: readonly BenchText[], settings: BenchSettings): Promise<BenchResult> {
  const { mode, batch, model: folder, hidden } = settings;
  const model = folder
    ? await GLiNER.fromPretrained(folder)
    : await GLiNER.fromConfig({ model_name: ENCODER, hidden_size: hidden, span_mode: "markerV0", dropout: 0.4 });
  try {
    const run = await { train: steps, infer: passes, cold: first }[mode](model, texts, settings);
    const times = run.times.map(({ ms }) => ms);
    const typical = median(times);
    return {
      runtime: "TypeScript",
      mode,
      batch,
      hidden: model.config.hidden_size,
      sentences_per_s: round((1000 * run.sentences) / typical, 3),
      ms_median: round(typical, 1),
      ms_min: round(Math.min(...times), 1),
      ms_max: round(Math.max(...times), 1),
      cpu_ms_median: round(median(run.times.map(({ cpu }) => cpu)), 1),
      peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
      iters: run.times.length,
      ...run.checks,
      products: mode === "cold" ? undefined : productsOf(run.flops),
    };
  } finally {
    model.dispose();
  }
}

export const ENCODER = "sentence-transformers/all-MiniLM-L6-v2";

interface Run {
  times: { ms: number; cpu: number }[];
  /** Sentences of a step or a pass. */
  sentences: number;
  /** Products of a step or a pass. */
  flops: number;
  checks: Pick<BenchResult, "loss_first" | "entities_per_sentence" | "threshold">;
}

/** Forward, backward, clipping and AdamW; the batches are made beforehand, as on Python's side. */
async function steps(
  model: GLiNER,
  texts: readonly BenchText[],
  { batch, warmup, iters }: BenchSettings,
): Promise<Run> {
  const batches = Array.from({ length: Math.min(8, Math.floor(texts.length / batch)) }, (_, i) =>
    model.collate(texts.slice(i * batch, (i + 1) * batch)),
  );
  const loss = { ...DEFAULT_LOSS, alpha: -1, gamma: 0 };
  const parameters = model.model.parameters;
  const times: Run["times"] = [];
  let first = Number.NaN;
  let cpu = cpuUsage();
  const trainer = new Trainer(
    {
      parameters: new Map(parameters.entries()),
      loss: (number) => () =>
        batchLoss(model.model, batches[number % batches.length], loss, { dropout: seededDropout(0, number) }),
    },
    {
      steps: warmup + iters,
      groups: [{ names: parameters.names(), learningRate: 1e-5, weightDecay: 0.01 }],
      schedule: () => 1,
      maxGradNorm: 1,
      onStep(report) {
        if (report.step === 1) first = report.loss;
        const { user, system } = cpuUsage(cpu);
        if (report.step > warmup) times.push({ ms: report.seconds * 1000, cpu: (user + system) / 1000 });
        cpu = cpuUsage();
      },
    },
  );
  try {
    await trainer.run();
  } finally {
    trainer.optimizer.dispose();
  }
  const flops = batches.reduce((sum, one) => sum + costOfBatch(model, one).training, 0) / batches.length;
  return { times, sentences: batch, flops, checks: { loss_first: round(first, 2) } };
}

function costOfBatch({ model, config }: GLiNER, batch: Batch): StepCost {
  const { size, T, attentionMask, textLengths: words, C: types } = batch;
  const subwords = Array.from({ length: size }, (_, b) =>
    attentionMask.subarray(b * T, (b + 1) * T).reduce((a, m) => a + m, 0),
  );
  return costOf(config, model.encoder, { subwords, words, types });
}

function productsOf(flops: number): NonNullable<BenchResult["products"]> {
  const speed = productSpeed();
  return { gflop: round(flops / 1e9, 1), gflop_per_s: Math.round(speed / 1e9), ms: round((1000 * flops) / speed, 1) };
}

/** From text to entities, everything included. */
async function passes(model: GLiNER, texts: readonly BenchText[], settings: BenchSettings): Promise<Run> {
  const { batch, warmup, iters, threshold } = settings;
  const sentences = texts.map(({ tokens }) => tokens.join(" "));
  const labels = texts[0].types;
  const times: Run["times"] = [];
  let entities = 0;
  for (let i = 0; i < warmup + iters; i++) {
    const [start, cpu] = [performance.now(), cpuUsage()];
    const found = await model.inference(sentences, labels, { ...AS_PYTHON, batchSize: batch, threshold });
    const { user, system } = cpuUsage(cpu);
    if (i >= warmup) times.push({ ms: performance.now() - start, cpu: (user + system) / 1000 });
    entities = found.flat().length;
  }
  const checks = { entities_per_sentence: round(entities / sentences.length, 2), threshold };
  const flops = texts.reduce((sum, { tokens }) => {
    const batch = model.collate([{ tokens, types: labels }]);
    return sum + costOfBatch(model, batch).forward;
  }, 0);
  return { times, sentences: sentences.length, flops, checks };
}

/** The first text of a process: everything since its start counts. */
async function first(model: GLiNER, texts: readonly BenchText[], { threshold }: BenchSettings): Promise<Run> {
  const [{ tokens, types }] = texts;
  const found = await model.predictEntities(tokens.join(" "), types, { threshold });
  const { user, system } = cpuUsage();
  const times = [{ ms: performance.now(), cpu: (user + system) / 1000 }];
  return { times, sentences: 1, flops: 0, checks: { entities_per_sentence: found.length, threshold } };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
