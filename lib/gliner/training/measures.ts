/** Measures each training step: parts of the loss, padding, speed, negatives, histograms of the scores. */
import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../../batch/collate";
import type { LossInside } from "../../model/batch-loss";
import { probability } from "../../model/decode";

/** What a step's batches were like and what the model made of them; cheap enough to be taken at every step. */
export interface StepMeasures {
  /** The parts of the loss that mentions and everything else contribute; their sum is the loss. */
  lossPositive: number;
  lossNegative: number;
  /** Subwords, prompt included and padding not, and how many of them a second. */
  subwords: number;
  tokensPerSecond: number;
  /** Share of the batch's positions that are padding, 0..1. */
  paddingShare: number;
  /** Types asked of a text, and those among them that it has no mention of; means over the texts. */
  typesPerExample: number;
  negativesPerExample: number;
  /** Labels that are 1. */
  positives: number;
  /** Probabilities of mentions and of everything else, counted in `SCORE_BINS` equal bins of 0..1; not at every step. */
  scores?: { positives: number[]; negatives: number[] };
}

export const SCORE_BINS = 20;

/** Gathers the measures of one step, over all of its batches. */
export class Measuring {
  private readonly sums = { texts: 0, subwords: 0, positions: 0, types: 0, negatives: 0, positives: 0 };
  private readonly kept: { batch: Batch; parts: tf.Tensor; scores?: tf.Tensor }[] = [];

  /** @param histogram whether the scores are counted too, which costs a transfer of all of them */
  constructor(
    private readonly tokenLevel: boolean,
    private readonly histogram: boolean,
  ) {}

  /** Takes note of a batch. */
  count(batch: Batch): void {
    this.sums.texts += batch.size;
    this.sums.positions += batch.size * batch.T;
    this.sums.subwords += batch.attentionMask.reduce((a, b) => a + b, 0);
    const { present, positives } = mentionsIn(batch, this.tokenLevel);
    this.sums.types += batch.classes.reduce((sum, types) => sum + types.length, 0);
    this.sums.negatives += batch.classes.reduce((sum, types, b) => sum + types.length - present[b], 0);
    this.sums.positives += positives;
  }

  /** Inside the gradient: keeps two sums, and the scores where they are counted. */
  watch(batch: Batch, { scores, labels, elements }: LossInside): void {
    const positive = tf.sum(tf.mul(elements, labels));
    const parts = tf.keep(tf.stack([positive, tf.sum(elements)])); // [2]
    this.kept.push({ batch, parts, ...(this.histogram ? { scores: tf.keep(scores.clone()) } : {}) });
  }

  /** The measures of the step; what was kept is given back. */
  finish(loss: number, seconds: number): StepMeasures {
    const share = this.positiveShare();
    const { texts, subwords, positions, types, negatives, positives } = this.sums;
    const measures: StepMeasures = {
      lossPositive: loss * share,
      lossNegative: loss * (1 - share),
      subwords,
      tokensPerSecond: Math.round(subwords / seconds),
      paddingShare: 1 - subwords / Math.max(1, positions),
      typesPerExample: types / Math.max(1, texts),
      negativesPerExample: negatives / Math.max(1, texts),
      positives,
    };
    if (this.histogram) measures.scores = this.countScores();
    this.dispose();
    return measures;
  }

  dispose(): void {
    for (const { parts, scores } of this.kept.splice(0)) tf.dispose([parts, scores ?? []]);
  }

  private positiveShare(): number {
    let [positive, total] = [0, 0];
    for (const { parts } of this.kept) {
      const [p, t] = parts.dataSync();
      positive += p;
      total += t;
    }
    return total > 0 ? positive / total : 0;
  }

  private countScores(): Counts {
    const none = () => new Array<number>(SCORE_BINS).fill(0);
    const counts = { positives: none(), negatives: none() };
    for (const { batch, scores } of this.kept)
      if (scores) countScores(batch, scores.dataSync<"float32">(), this.tokenLevel, counts);
    return counts;
  }
}

/** Per text, how many of the types asked it has a mention of, and how many labels are 1. */
function mentionsIn({ size, C, labels = new Float32Array() }: Batch, tokenLevel: boolean) {
  const found = new Uint8Array(size * C);
  const stride = labels.length / size;
  let positives = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0) continue;
    positives++;
    found[Math.floor(i / stride) * C + classOf(i, C, tokenLevel)] = 1;
  }
  const present = (b: number) => found.subarray(b * C, (b + 1) * C).reduce((a, c) => a + c, 0);
  return { positives, present: Array.from({ length: size }, (_, b) => present(b)) };
}

/** Labels and scores are [B, W, K, C], of a token-level model [B, W, C, 3]. */
const classOf = (i: number, C: number, tokenLevel: boolean) => (tokenLevel ? Math.floor(i / 3) : i) % C;

interface Counts {
  positives: number[];
  negatives: number[];
}

/** Counts the scores that no mask covers. */
function countScores(batch: Batch, scores: Float32Array, tokenLevel: boolean, counts: Counts): void {
  const { labels, size, C, spanMask, textLengths, typePositions } = batch;
  if (!labels) return;
  const stride = scores.length / size;
  for (let i = 0; i < scores.length; i++) {
    const b = Math.floor(i / stride);
    const within = tokenLevel ? Math.floor((i % stride) / (3 * C)) < textLengths[b] : spanMask[Math.floor(i / C)] === 1;
    if (!within || typePositions[b * C + classOf(i, C, tokenLevel)] < 0) continue;
    const bin = Math.min(SCORE_BINS - 1, Math.floor(probability(scores[i]) * SCORE_BINS));
    (labels[i] > 0 ? counts.positives : counts.negatives)[bin]++;
  }
}
