/** Estimates the work of a training step from sizes alone, and measures how fast this machine multiplies. */
import * as tf from "@tensorflow/tfjs";
import type { EncoderConfig } from "../encoder/config";
import { STARTS } from "../fused/span-blocks";
import type { GLiNERConfig } from "./config";
import { countParameters } from "./describe";

/** The size of a batch, as the cost depends on it. */
export interface BatchSize {
  /** Subwords of each text, prompt included. */
  subwords: readonly number[];
  /** Words of each text. */
  words: readonly number[];
  /** Types that each text is asked for. */
  types: number;
}

/** What a stage multiplies: its floating-point operations, two for each product that is added up. */
export interface StageCost {
  stage: "encoder" | "attention" | "LSTM" | "word projections" | "types" | "spans";
  /** Forward. Backward takes twice as many: one product for the inputs, one for the weights. */
  flops: number;
}

/** What a step costs at the least: its products, and the memory that the optimiser must pass over. */
export interface StepCost {
  stages: StageCost[];
  forward: number;
  /** Forward and backward. */
  training: number;
  parameters: number;
  /** Bytes an update of AdamW reads and writes: clipping 2, decay 2, and 7 passes over parameter, gradient and moments. */
  optimiserBytes: number;
}

/**
 * Counts the products of markerV0's factored model without padding: how its cost grows is read off the formulas. N subwords,
 * n words, S spans (about K n), T subwords and C types of a text.
 *
 *     encoder           2 N L (4 H² + 2 H I)       linear in subwords, hence in words plus about 3 types' subwords
 *     attention         4 L H Σ T²                 quadratic in the length of a text, small below some 500 subwords
 *     LSTM              12 n D²
 *     word projections  48 n D²                    start and end, two layers each and their halves of the third
 *     types             24 C B D²
 *     spans             16 S D (words of a block + C / 2)     the sums of two ends as one product, and the scores
 */
export function costOf(config: GLiNERConfig, encoder: EncoderConfig, batch: BatchSize): StepCost {
  const { hidden_size: D, max_width: K } = config;
  const { hidden_size: H, intermediate_size: I, num_hidden_layers: L } = encoder;
  const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const [N, n, B] = [total(batch.subwords), total(batch.words), batch.words.length];
  const squares = total(batch.subwords.map((T) => T * T));
  const spans = batch.words.map((W) => spansOf(W, K));
  const C = batch.types;
  // A block of first words multiplies with these and the last words they reach.
  const blocks = total(batch.words.map((W, b) => spans[b] * (Math.min(W, STARTS) + Math.min(W, STARTS - 1 + K))));
  const stages: StageCost[] = [
    { stage: "encoder", flops: 2 * N * L * (4 * H * H + 2 * H * I) },
    { stage: "attention", flops: 4 * L * H * squares },
    { stage: "LSTM", flops: config.num_rnn_layers * 12 * n * D * D },
    { stage: "word projections", flops: 48 * n * D * D },
    { stage: "types", flops: 24 * C * B * D * D },
    { stage: "spans", flops: 8 * D * (blocks + total(spans) * C) },
  ];
  const forward = total(stages.map(({ flops }) => flops));
  const parameters = total(countParameters(config, encoder).map((block) => block.parameters));
  return { stages, forward, training: 3 * forward, parameters, optimiserBytes: 4 * 11 * parameters };
}

/** Spans of up to K words in a text of W. */
function spansOf(W: number, K: number): number {
  const k = Math.min(W, K);
  return k * W - (k * (k - 1)) / 2;
}

/** What this machine reaches in a plain product, in operations a second: the best of many, of matrices like the encoder's. */
export function productSpeed(): number {
  const [rows, inner, columns] = [704, 384, 1536];
  const a = tf.fill([rows, inner], 0.5) as tf.Tensor2D; // [rows, inner]
  const b = tf.fill([columns, inner], 0.25) as tf.Tensor2D; // [columns, inner]
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 60; i++) {
    const start = performance.now();
    const product = tf.matMul(a, b, false, true);
    best = Math.min(best, performance.now() - start);
    product.dispose();
  }
  tf.dispose([a, b]);
  return (2 * rows * inner * columns) / (best / 1000);
}

/**
 * How fast one pass goes over more memory than the caches hold, in bytes a second: the best of many sums of two vectors. The update
 * of the weights is such a pass.
 */
export function passSpeed(): number {
  const values = 1 << 24;
  const [a, b] = [tf.fill([values], 0.5), tf.fill([values], 0.25)]; // [values] each
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 10; i++) {
    const start = performance.now();
    const sum = tf.add(a, b); // [values]
    best = Math.min(best, performance.now() - start);
    sum.dispose();
  }
  tf.dispose([a, b]);
  return (3 * 4 * values) / (best / 1000);
}
