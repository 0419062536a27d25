/** Ports of AllenNLP 2.10.1's three span extractors: endpoints, max pooling and self-attention. */
import * as tf from "@tensorflow/tfjs";

/**
 * AllenNLP's span extractors, which the first upload of GLiNER was built on and the rewrite of February 2024 replaced.
 * Written for any list of spans; every function returns [B, S, ...].
 * @see allennlp/modules/span_extractors (2.10.1)
 */
export interface SpanList {
  /** [B, W, D] */
  words: tf.Tensor3D;
  /** [B, S, 2] start and end inclusive, row-major */
  spans: Int32Array;
  /** [B, S], 1 = a span; 0 = padding, its vector is zero. Without it every entry is a span. */
  mask?: ArrayLike<number>;
}

/** Extras of the `EndpointSpanExtractor`. */
export interface EndpointOptions {
  /** Parts, joined by commas, of x (start), y (end), x*y, x-y, x+y and x/y. */
  combination?: string;
  /** [widths, E]: a vector for each width, added behind the others. */
  widthEmbedding?: tf.Tensor;
  /** [D]: stands for the word before the text; a start is then the word before the span ("exclusive"). */
  startSentinel?: tf.Tensor;
}

const COMBINE: Record<string, (x: tf.Tensor, y: tf.Tensor) => tf.Tensor> = {
  x: (x) => x,
  y: (_, y) => y,
  "x*y": tf.mul,
  "x-y": tf.sub,
  "x+y": tf.add,
  "x/y": tf.div,
};

/**
 * `EndpointSpanExtractor`: first and last word of each span, combined.
 * @returns [B, S, parts * D (+ E)]
 */
export function endpointExtractor(list: SpanList, options: EndpointOptions = {}): tf.Tensor3D {
  const { words, spans, mask } = list;
  const [B] = words.shape;
  const S = spans.length / 2 / B;
  const starts = Int32Array.from({ length: B * S }, (_, i) => spans[2 * i]);
  const ends = Int32Array.from({ length: B * S }, (_, i) => spans[2 * i + 1]);
  const x = startVectors(words, starts, options.startSentinel); // [B, S, D]
  const y = rowsOf(words, ends); // [B, S, D]
  const parts = (options.combination ?? "x,y").split(",").map((part) => {
    const combine = COMBINE[part];
    if (!combine) throw new Error(`unknown combination "${part}"`);
    return combine(x, y);
  });
  if (options.widthEmbedding) {
    const widths = tf.tensor1d(
      ends.map((end, i) => end - starts[i]),
      "int32",
    ); // [B * S]
    parts.push(tf.reshape(tf.gather(options.widthEmbedding, widths), [B, S, -1])); // [B, S, E]
  }
  return masked(tf.concat(parts, 2), mask);
}

/** `MaxPoolingSpanExtractor`: the largest value in each place of the span's words: [B, S, D]. */
export function maxPoolingExtractor(list: SpanList): tf.Tensor3D {
  const { rows, inside } = spanWords(list); // [B, S, N, D], [B, S, N, 1]
  const outside = tf.mul(tf.sub(1, inside), -1e32); // [B, S, N, 1]
  return masked(tf.max(tf.add(tf.mul(rows, inside), outside), 2), list.mask);
}

/**
 * `SelfAttentiveSpanExtractor`: the mean of the span's words, weighted by a softmax over one learned score per word.
 * @param weight [1, D]
 * @param bias [1]
 * @returns [B, S, D]
 */
export function selfAttentiveExtractor(list: SpanList, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor3D {
  const { rows, inside } = spanWords(list); // [B, S, N, D], [B, S, N, 1]
  const logits = tf.add(tf.sum(tf.mul(rows, weight), 3, true), bias); // [B, S, N, 1]
  const kept = tf.add(logits, tf.mul(tf.sub(1, inside), -1e32)); // [B, S, N, 1]
  const attention = tf.exp(tf.sub(kept, tf.max(kept, 2, true))); // [B, S, N, 1]
  const share = tf.div(attention, tf.sum(attention, 2, true)); // [B, S, N, 1]
  return masked(tf.sum(tf.mul(rows, share), 2), list.mask);
}

function startVectors(words: tf.Tensor3D, starts: Int32Array, sentinel?: tf.Tensor): tf.Tensor {
  if (!sentinel) return rowsOf(words, starts);
  const before = rowsOf(
    words,
    starts.map((start) => Math.max(start - 1, 0)),
  ); // [B, S, D]
  const [B, S] = before.shape;
  const first = tf.tensor3d(
    Float32Array.from(starts, (start) => (start === 0 ? 1 : 0)),
    [B, S, 1],
  ); // [B, S, 1]
  return tf.add(tf.mul(before, tf.sub(1, first)), tf.mul(first, tf.reshape(sentinel, [1, 1, -1])));
}

/** Rows of [B, W, D] at [B, S] positions: [B, S, D]. */
function rowsOf(words: tf.Tensor3D, at: Int32Array): tf.Tensor3D {
  const [B, W, D] = words.shape;
  const S = at.length / B;
  const flat = at.map((word, i) => Math.floor(i / S) * W + word);
  return tf.reshape(tf.gather(tf.reshape(words, [B * W, D]), tf.tensor1d(flat, "int32")), [B, S, D]);
}

/** The words of every span behind one another, N the widest span, and which places are inside it. */
function spanWords({ words, spans }: SpanList): { rows: tf.Tensor4D; inside: tf.Tensor4D } {
  const [B, , D] = words.shape;
  const S = spans.length / 2 / B;
  const width = (i: number) => spans[2 * i + 1] - spans[2 * i] + 1;
  const N = Math.max(...Array.from({ length: B * S }, (_, i) => width(i)));
  const at = Int32Array.from({ length: B * S * N }, (_, i) => {
    const span = Math.floor(i / N);
    return spans[2 * span] + Math.min(i % N, width(span) - 1);
  });
  const inside = Float32Array.from(at, (_, i) => (i % N < width(Math.floor(i / N)) ? 1 : 0));
  return { rows: tf.reshape(rowsOf(words, at), [B, S, N, D]), inside: tf.tensor4d(inside, [B, S, N, 1]) };
}

function masked(vectors: tf.Tensor, mask?: ArrayLike<number>): tf.Tensor3D {
  if (!mask) return vectors as tf.Tensor3D;
  const [B, S] = vectors.shape;
  return tf.mul(vectors, tf.tensor3d(Float32Array.from(mask), [B, S, 1]));
}
