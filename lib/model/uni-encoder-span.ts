/** The forward pass of the span model from a batch of subwords to logits, with all parameter shapes. */
import type * as tf from "@tensorflow/tfjs";
import type { Batch } from "../batch/collate";
import { encode, encoderShapes } from "../encoder";
import type { EncoderConfig } from "../encoder/config";
import type { EncoderTrace } from "../encoder/input";
import { linear, linearShapes } from "../encoder/layers";
import { type Dropout, noDropout } from "../fused/dropout";
import type { Parameters } from "../weights/parameters";
import { Shapes } from "../weights/shapes";
import { type GLiNERConfig, isTokenLevel } from "./config";
import { defaultLstm, LSTMS, type LstmName, lstmShapes } from "./lstm";
import { ENCODER_PREFIX, LSTM, PROJECTION, PROMPT } from "./parameter-names";
import { projection, projectionShapes } from "./projection";
import { spanLayer } from "./span";
import { scoreSpans } from "./span/layer";
import { tokenHeadShapes } from "./token-head";
import { extractWords, rowsAt } from "./words";

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
  /** Span vectors [B, W, K, D]; a factored path never builds them. */
  spans?: tf.Tensor;
}

/** Ways to compute the same model, for study and for training. */
export interface ForwardOptions {
  dropout?: Dropout;
  /** "factored" = exact and fast (the default where the span_mode allows it), "plain" = as the paper writes it. */
  head?: "factored" | "plain";
  /** false: markerV1 and markerV2 see a text's own words only, not its padding as in Python. */
  leak?: boolean;
  /** Which LSTM runs; by default the fused one where the backend has it. */
  lstm?: LstmName;
  trace?: Trace;
}

/** Names and shapes of the whole model: what a checkpoint must hold. */
export function modelShapes(config: GLiNERConfig, encoder: EncoderConfig): Shapes {
  const shapes = new Shapes();
  encoderShapes(shapes, ENCODER_PREFIX, encoder);
  headShapes(shapes, config, encoder.hidden_size);
  return shapes;
}

/** Names and shapes of what follows the encoder. @param width H, of the encoder */
export function headShapes(shapes: Shapes, config: GLiNERConfig, width: number): void {
  const D = config.hidden_size;
  if (width !== D) linearShapes(shapes, PROJECTION, width, D);
  if (config.num_rnn_layers)
    lstmShapes(shapes, LSTM, { inputs: D, hidden: D / 2, layers: config.num_rnn_layers, bidirectional: true });
  if (isTokenLevel(config)) tokenHeadShapes(shapes, D);
  else {
    spanLayer(config.span_mode).shapes(shapes, D, config.max_width);
    projectionShapes(shapes, PROMPT, D, D);
  }
}

/**
 * Logits of every span and type.
 * @returns [B, W, K, C]; spans past the end of their text and types a prompt lacks hold values that the masks cover
 */
export function spanScores(model: SpanModel, batch: Batch, options: ForwardOptions = {}): tf.Tensor4D {
  const { config, parameters } = model;
  const { dropout = noDropout, trace } = options;
  const { words, types } = represent(model, batch, options); // [B, W, D], [B, C, D]
  const projected = projection(types, parameters, PROMPT, config.dropout, dropout) as tf.Tensor3D; // [B, C, D]
  if (trace) trace.typesProjected = projected;
  const input = {
    words,
    spanMask: batch.spanMask,
    lengths: batch.textLengths,
    maxWidth: config.max_width,
    parameters,
    rate: config.dropout,
    dropout,
    leak: options.leak,
  };
  const layer = spanLayer(config.span_mode);
  if (options.head !== "plain" && layer.factored) return layer.factored(input, projected);
  const spans = layer.spans(input); // [B, W, K, D]
  if (trace) trace.spans = spans;
  return scoreSpans(spans, projected);
}

/** What every head is given: the words of the text behind the LSTM, and the prompt's vectors, which do not pass it. */
export function represent(
  model: SpanModel,
  batch: Batch,
  options: ForwardOptions,
): { words: tf.Tensor3D; types: tf.Tensor3D } {
  const { dropout = noDropout, trace } = options;
  const tokens = encodeTokens(model, batch, dropout, trace); // [B, T, D]
  const types = rowsAt(tokens, batch.typePositions); // [B, C, D]
  const pooled = extractWords(tokens, batch.wordsMask, batch.W, model.config.subtoken_pooling); // [B, W, D]
  const words = contextualise(model, pooled, batch, options); // [B, W, D]
  if (trace) Object.assign(trace, { tokens, types, wordsBeforeRnn: pooled, wordsAfterRnn: words });
  return { words, types };
}

function encodeTokens(model: SpanModel, batch: Batch, dropout: Dropout, trace?: Trace): tf.Tensor3D {
  const { inputIds: ids, attentionMask: mask, size: B, T } = batch;
  const subwords = { ids, mask, B, T, read: trace ? undefined : readPlaces(batch) };
  const encoded = encode({
    subwords,
    parameters: model.parameters,
    prefix: ENCODER_PREFIX,
    config: model.encoder,
    dropout,
    trace,
  }); // [B, T, H]
  if (model.encoder.hidden_size === model.config.hidden_size) return encoded;
  return linear(encoded, model.parameters, PROJECTION) as tf.Tensor3D; // [B, T, D]
}

/** The subwords whose vectors become words or types. [B, T], 1 = read */
function readPlaces({ wordsMask, typePositions, size, T }: Batch): Uint8Array {
  const read = Uint8Array.from(wordsMask, (word) => (word > 0 ? 1 : 0));
  const types = typePositions.length / size;
  typePositions.forEach((t, i) => {
    if (t >= 0) read[Math.floor(i / types) * T + t] = 1;
  });
  return read;
}

function contextualise(model: SpanModel, words: tf.Tensor3D, batch: Batch, options: ForwardOptions): tf.Tensor3D {
  const layers = model.config.num_rnn_layers;
  if (layers === 0) return words;
  const module = { parameters: model.parameters, prefix: LSTM, layers, bidirectional: true };
  return LSTMS[options.lstm ?? defaultLstm()](words, batch.textLengths, module);
}
