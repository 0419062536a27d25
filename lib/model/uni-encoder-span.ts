import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../batch/collate";
import { bert, bertShapes, type EncoderTrace } from "../encoder/bert";
import type { EncoderConfig } from "../encoder/config";
import { type Dropout, noDropout } from "../encoder/dropout";
import { linear, linearShapes } from "../encoder/layers";
import type { Parameters, Shapes } from "../weights/parameters";
import type { GLiNERConfig } from "./config";
import { type Draw, type LossOptions, spanLoss } from "./loss";
import { lstm, lstmShapes } from "./lstm";
import { projection, projectionShapes } from "./projection";
import { factoredMarkerV0Scores, markerV0, markerV0Shapes, scoreSpans } from "./span/marker-v0";

/**
 * GLiNER's uni-encoder span model: encoded -> words -> spans -> scores.
 * @see gliner/modeling/base.py, UniEncoderSpanModel (0.2.29)
 */
export interface SpanModel {
  config: GLiNERConfig;
  encoder: EncoderConfig;
  parameters: Parameters;
}

/** Every tensor between subwords and scores, for golden tests and notebooks; kept only when asked for. */
export interface Trace extends EncoderTrace {
  /** Encoder output at the width of the head: [B, T, D]. */
  tokens?: tf.Tensor;
  /** Words before and after the BiLSTM: [B, W, D]. */
  wordsBeforeRnn?: tf.Tensor;
  wordsAfterRnn?: tf.Tensor;
  /** Prompt vectors before and after their projection: [B, C, D]. */
  types?: tf.Tensor;
  typesProjected?: tf.Tensor;
  /** Span vectors [B, W, K, D]; only on the plain path, the factored one never builds them. */
  spans?: tf.Tensor;
}

export interface ForwardOptions {
  dropout?: Dropout;
  /** "factored" = exact and fast (the default), "plain" = as the paper writes it. */
  head?: "factored" | "plain";
  /** Which LSTM runs; by default the fused one where the backend has it. */
  lstm?: "fused" | "plain";
  trace?: Trace;
}

/** Where the encoder's tensors live in a checkpoint. */
export const ENCODER_PREFIX = "token_rep_layer.bert_layer.model.";

/** Names and shapes of the whole model: what a checkpoint must hold. */
export function modelShapes(config: GLiNERConfig, encoder: EncoderConfig): Shapes {
  const shapes: Shapes = new Map();
  const D = config.hidden_size;
  bertShapes(shapes, ENCODER_PREFIX, encoder);
  if (encoder.hidden_size !== D) linearShapes(shapes, "token_rep_layer.projection", encoder.hidden_size, D);
  if (config.num_rnn_layers) lstmShapes(shapes, "rnn.lstm", D, D / 2, config.num_rnn_layers, true);
  markerV0Shapes(shapes, D);
  projectionShapes(shapes, "prompt_rep_layer", D, D);
  return shapes;
}

/**
 * Logits of every span and type.
 * @returns [B, W, K, C]; spans past the end of their text and types a prompt lacks hold values that the masks cover
 */
export function spanScores(model: SpanModel, batch: Batch, options: ForwardOptions = {}): tf.Tensor4D {
  const { config, parameters } = model;
  const dropout = options.dropout ?? noDropout;
  const trace = options.trace;
  const tokens = encodeTokens(model, batch, dropout, trace); // [B, T, D]
  const types = rowsAt(tokens, batch.typePositions, batch.size, batch.T); // [B, C, D]
  const words = rowsAt(tokens, batch.wordPositions, batch.size, batch.T); // [B, W, D]
  const contextual = contextualise(model, words, batch, options); // [B, W, D]
  const projected = projection(types, parameters, "prompt_rep_layer", config.dropout, dropout) as tf.Tensor3D; // [B, C, D]
  if (trace)
    Object.assign(trace, {
      tokens,
      types,
      wordsBeforeRnn: words,
      wordsAfterRnn: contextual,
      typesProjected: projected,
    });
  const input = {
    words: contextual,
    spanMask: batch.spanMask,
    maxWidth: config.max_width,
    parameters,
    rate: config.dropout,
    dropout,
  };
  if (options.head !== "plain") return factoredMarkerV0Scores(input, projected);
  const spans = markerV0(input); // [B, W, K, D]
  if (trace) trace.spans = spans;
  return scoreSpans(spans, projected);
}

/**
 * The training loss of a batch that carries labels.
 * @param options `draw` chooses the negatives that stay where the loss masks some of them
 */
export function batchLoss(
  model: SpanModel,
  batch: Batch,
  loss: LossOptions,
  options: ForwardOptions & { draw?: Draw } = {},
): tf.Scalar {
  const { size: B, W, K, C, labels } = batch;
  if (!labels) throw new Error("the batch has no labels");
  const scores = spanScores(model, batch, options); // [B, W, K, C]
  const y = tf.tensor4d(labels, [B, W, K, C]);
  const spanMask = tf.tensor3d(Float32Array.from(batch.spanMask), [B, W, K]);
  const typeMask = tf.tensor2d(
    Float32Array.from(batch.typePositions, (at) => (at >= 0 ? 1 : 0)),
    [B, C],
  );
  return spanLoss(scores, y, spanMask, typeMask, loss, options.draw);
}

function encodeTokens(model: SpanModel, batch: Batch, dropout: Dropout, trace?: Trace): tf.Tensor3D {
  const ids = tf.tensor2d(batch.inputIds, [batch.size, batch.T], "int32"); // [B, T]
  const mask = tf.tensor2d(batch.attentionMask, [batch.size, batch.T], "int32"); // [B, T]
  const encoded = bert(ids, mask, model.parameters, ENCODER_PREFIX, model.encoder, dropout, trace); // [B, T, H]
  if (model.encoder.hidden_size === model.config.hidden_size) return encoded;
  return linear(encoded, model.parameters, "token_rep_layer.projection") as tf.Tensor3D; // [B, T, D]
}

/** The prompt vectors do not pass through the LSTM, only the words of the text do. */
function contextualise(model: SpanModel, words: tf.Tensor3D, batch: Batch, options: ForwardOptions): tf.Tensor3D {
  const layers = model.config.num_rnn_layers;
  if (layers === 0) return words;
  return lstm(words, model.parameters, "rnn.lstm", {
    layers,
    bidirectional: true,
    lengths: batch.textLengths,
    implementation: options.lstm,
  });
}

/** Picks rows of [B, T, D] by position; -1 gives a row of zeros. @returns [B, N, D] */
function rowsAt(tokens: tf.Tensor3D, positions: Int32Array, B: number, T: number): tf.Tensor3D {
  const N = positions.length / B;
  const D = tokens.shape[2];
  const flat = Int32Array.from(positions, (t, i) => Math.floor(i / N) * T + Math.max(t, 0));
  const present = Float32Array.from(positions, (t) => (t >= 0 ? 1 : 0));
  const rows = tf.gather(tf.reshape(tokens, [B * T, D]), tf.tensor1d(flat, "int32")); // [B * N, D]
  return tf.reshape(tf.mul(rows, tf.tensor2d(present, [B * N, 1])), [B, N, D]);
}
