/** Experiments on the step from words to spans: which words a span's vector sees, and whether both heads agree. */
import * as tf from "@tensorflow/tfjs";
import { noDropout } from "../fused/dropout";
import { initialValues } from "../model/initialise";
import { SPAN_LAYERS, spanLayer } from "../model/span";
import { type SpanInput, scoreSpans } from "../model/span/layer";
import { randomStream } from "../random";
import { Parameters } from "../weights/parameters";
import { Shapes } from "../weights/shapes";

const LAYER = "span_rep_layer.span_rep_layer.";

export interface SpanStudyOptions {
  /** Words of each text of the batch; the first is the one that is looked at. Default [12]. */
  lengths?: readonly number[];
  /** D, default 32. */
  width?: number;
  /** K, default 6. */
  maxWidth?: number;
  /** C, default 4. */
  types?: number;
  seed?: number;
}

/** How far the factored head is from the plain one. */
export interface HeadDifference {
  /** Largest |difference| of a score, in units of the largest score. */
  score: number;
  /** The parameter whose gradient is furthest off, in units of its own largest value. */
  worstGradient: number;
  parameter: string;
}

/**
 * One span layer with a new model's weights over random words: what its vectors depend on, and its two heads beside each
 * other. With random weights this shows what the function can see, never how well it does.
 */
export class SpanStudy {
  readonly parameters = new Parameters();
  private readonly words: tf.Variable; // [B, W, D]
  private readonly types: tf.Variable; // [B, C, D]
  private readonly lengths: readonly number[];
  private readonly maxWidth: number;
  private readonly other: Float32Array;
  private readonly seed: number;

  /** @throws UserError for a `span_mode` that there is not */
  constructor(
    readonly mode: string,
    { lengths = [12], width: D = 32, maxWidth: K = 6, types: C = 4, seed = 0 }: SpanStudyOptions = {},
  ) {
    const shapes = layerShapes(mode, D, K);
    for (const [name, shape] of shapes) this.parameters.set(name, initialValues(name, shapes, seed), shape);
    const random = randomStream(seed, "span study");
    const normal = (n: number) => Float32Array.from({ length: n }, () => random.normal());
    const [B, W] = [lengths.length, Math.max(...lengths)];
    const rows = lengths.map((length) => [...normal(length * D), ...new Float32Array((W - length) * D)]);
    this.words = tf.tidy(() => tf.variable(tf.tensor3d(rows.flat(), [B, W, D])));
    this.types = tf.tidy(() => tf.variable(tf.tensor3d(normal(B * C * D), [B, C, D])));
    this.other = normal(D);
    this.seed = seed;
    this.lengths = lengths;
    this.maxWidth = K;
  }

  /**
   * How far every span's vector of the first text moves when one of its words becomes another: the length of the change
   * over the length of the vector, [W][K]; NaN for a span that leaves the text.
   */
  whenWordChanges(word: number): number[][] {
    return tf.tidy(() => {
      const [, W, D] = this.words.shape;
      const at = tf.buffer([this.lengths.length, W, D]);
      this.other.forEach((value, d) => void at.set(value, 0, word, d));
      const kept = tf.buffer([this.lengths.length, W, 1], "float32", new Float32Array(this.lengths.length * W).fill(1));
      kept.set(0, 0, word, 0);
      const changed = tf.add(tf.mul(this.words, kept.toTensor()), at.toTensor()) as tf.Tensor3D; // [B, W, D]
      return this.moved(this.vectors(this.words, {}), this.vectors(changed, {}));
    });
  }

  /**
   * How far every span's vector of the first text moves when its batch is padded by so many words more, [W][K].
   * @param leak false: markerV1 and markerV2 without upstream's fault
   */
  whenPadded(words: number, leak = true): number[][] {
    return tf.tidy(() => {
      const longer = tf.pad(this.words as tf.Tensor as tf.Tensor3D, [
        [0, 0],
        [0, words],
        [0, 0],
      ]); // [B, W + words, D]
      return this.moved(this.vectors(this.words, { leak }), this.vectors(longer, { leak }));
    });
  }

  /** The factored head against the plain one: scores, and gradients of a random weighting of the scores. */
  headDifference(): HeadDifference {
    const plain = this.measure("plain");
    const factored = this.measure("factored");
    const off = [...plain.gradients].map(([parameter, wanted]) => ({
      parameter,
      off: relative(factored.gradients.get(parameter) ?? [], wanted),
    }));
    const worst = off.reduce((a, b) => (b.off > a.off ? b : a));
    return {
      score: relative(factored.scores, plain.scores),
      worstGradient: worst.off,
      parameter: worst.parameter,
    };
  }

  /**
   * Whether the ends of a span are weighed together: the score of spans (i, j), (i', j') less that of (i, j'), (i', j). It
   * is 0 for all words exactly when a score is a sum of what the start says and what the end says.
   * @returns the mean |difference| over all such four spans of the first text and all types, in units of the mean |score|
   */
  interaction(): number {
    const scores = tf.tidy(() => this.scores("plain").arraySync() as number[][][][])[0]; // [W][K][C]
    const [W, K] = [this.lengths[0], this.maxWidth];
    const at = (i: number, j: number, c: number) => scores[i][j - i][c];
    let [crossed, count, size, all] = [0, 0, 0, 0];
    for (let i = 0; i < W; i++)
      for (let j = i; j < Math.min(W, i + K); j++)
        for (let c = 0; c < scores[i][0].length; c++) {
          size += Math.abs(at(i, j, c));
          all++;
          // The next word as the other start, the next word as the other end: larger steps are sums of these.
          if (j === i || j + 1 >= Math.min(W, i + K)) continue;
          crossed += Math.abs(at(i, j, c) - at(i, j + 1, c) - at(i + 1, j, c) + at(i + 1, j + 1, c));
          count++;
        }
    return crossed / count / (size / all);
  }

  /** A parameter of the layer in plain numbers, a list an output; of a bias lists of one. @param name as "project_start.0.weight" */
  numbers(name: string): number[][] {
    const variable = this.parameters.get(`${LAYER}${name}`);
    const [rows, width = 1] = variable.shape;
    const values = variable.dataSync<"float32">();
    return Array.from({ length: rows }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
  }

  /** The words of the first text [W][D], and its spans' vectors [W][K][D]: for computing one by hand. */
  get tensors(): { words: number[][]; spans: number[][][] } {
    return tf.tidy(() => {
      const words = this.words.arraySync() as number[][][];
      const [spans] = this.vectors(this.words, {}).arraySync();
      return { words: words[0], spans };
    });
  }

  /** Forward and backward of one head, to its end: for timing. */
  step(head: "plain" | "factored"): void {
    this.measure(head);
  }

  dispose(): void {
    this.parameters.dispose();
    tf.dispose([this.words, this.types]);
  }

  private input(words: tf.Tensor, leak?: boolean): SpanInput {
    const [B, W] = words.shape as [number, number, number];
    const K = this.maxWidth;
    const inside = (b: number, i: number, k: number) => (i + k < this.lengths[b] ? 1 : 0);
    const spanMask = Uint8Array.from({ length: B * W * K }, (_, at) =>
      inside(Math.floor(at / (W * K)), Math.floor(at / K) % W, at % K),
    );
    const { lengths, parameters } = this;
    return {
      words: words as tf.Tensor3D,
      spanMask,
      lengths,
      maxWidth: K,
      parameters,
      rate: 0,
      dropout: noDropout,
      leak,
    };
  }

  private vectors(words: tf.Tensor, { leak }: { leak?: boolean }): tf.Tensor4D {
    return spanLayer(this.mode).spans(this.input(words, leak)); // [B, W, K, D]
  }

  /** |b - a| / |a| of every span of the first text. */
  private moved(a: tf.Tensor4D, b: tf.Tensor4D): number[][] {
    const [W, K, D] = [this.lengths[0], this.maxWidth, a.shape[3]];
    const first = (x: tf.Tensor4D) => tf.slice(x, [0, 0, 0, 0], [1, W, K, D]); // [1, W, K, D]
    const ratio = tf.div(tf.norm(tf.sub(first(b), first(a)), 2, -1), tf.norm(first(a), 2, -1)); // [1, W, K]
    const values = ratio.dataSync();
    const cell = (w: number, k: number) => (w + k < W ? values[w * K + k] : Number.NaN);
    return Array.from({ length: W }, (_, w) => Array.from({ length: K }, (_, k) => cell(w, k)));
  }

  private scores(head: "plain" | "factored"): tf.Tensor4D {
    const layer = spanLayer(this.mode);
    const types = this.types as tf.Tensor as tf.Tensor3D;
    const input = this.input(this.words);
    const all =
      head === "factored" && layer.factored ? layer.factored(input, types) : scoreSpans(layer.spans(input), types); // [B, W, K, C]
    const [B, W, K] = all.shape;
    return tf.mul(all, tf.tensor4d(Float32Array.from(input.spanMask), [B, W, K, 1]));
  }

  /** The same random weights of the scores at every call: [B, W, K, C]. */
  private weighting(shape: [number, number, number, number]): tf.Tensor4D {
    const random = randomStream(this.seed, "span study", "weighting");
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor4d(
      Float32Array.from({ length: size }, () => random.normal()),
      shape,
    );
  }

  private measure(head: "plain" | "factored"): { scores: Float32Array; gradients: Map<string, Float32Array> } {
    let scores: Float32Array = new Float32Array();
    const gradients = new Map<string, Float32Array>();
    tf.tidy(() => {
      const watched = [...this.parameters.entries(), ["words", this.words] as const, ["types", this.types] as const];
      const loss = () => {
        const found = this.scores(head); // [B, W, K, C]
        scores = found.dataSync<"float32">();
        return tf.sum(tf.mul(found, this.weighting(found.shape))) as tf.Scalar;
      };
      const { grads } = tf.variableGrads(
        loss,
        watched.map(([, variable]) => variable),
      );
      for (const [name, variable] of watched) {
        // project_first of markerV1 is declared and never used: it has no gradient.
        if (grads[variable.name]) gradients.set(name, grads[variable.name].dataSync<"float32">());
      }
    });
    return { scores, gradients };
  }
}

/** Where a word stands, seen from a span. */
export type Place = "before" | "start" | "inside" | "end" | "after";

/**
 * Which words a `span_mode` sees: mean relative change of the vectors of all spans of three words and more when the word
 * just before, at the start, inside, at the end, or just after becomes another. The words come straight from a random
 * stream, not from an encoder, so that none knows of its neighbours.
 */
export function whatASpanSees(mode: string, options: SpanStudyOptions = {}): Record<Place, number> {
  const study = new SpanStudy(mode, options);
  const W = (options.lengths ?? [12])[0];
  const found: Record<Place, number[]> = { before: [], start: [], inside: [], end: [], after: [] };
  for (let word = 0; word < W; word++)
    study.whenWordChanges(word).forEach((row, start) => {
      row.forEach((change, k) => {
        const place = placeOf(word, start, start + k);
        if (k >= 2 && place && !Number.isNaN(change)) found[place].push(change);
      });
    });
  study.dispose();
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const { before, start, inside, end, after } = found;
  return { before: mean(before), start: mean(start), inside: mean(inside), end: mean(end), after: mean(after) };
}

/** Parameters of each `span_mode` at a width, from the shapes alone. */
export function spanParameters(D: number, K = 12): { mode: string; parameters: number }[] {
  return Object.keys(SPAN_LAYERS).map((mode) => ({
    mode,
    parameters: [...layerShapes(mode, D, K)].reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0),
  }));
}

function layerShapes(mode: string, D: number, K: number): Shapes {
  const shapes = new Shapes();
  spanLayer(mode).shapes(shapes, D, K);
  return shapes;
}

function placeOf(word: number, start: number, end: number): Place | undefined {
  if (word === start - 1) return "before";
  if (word === start) return "start";
  if (word === end) return "end";
  if (word === end + 1) return "after";
  return word > start && word < end ? "inside" : undefined;
}

function relative(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let [off, scale] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    off = Math.max(off, Math.abs((found[i] ?? Number.NaN) - wanted[i]));
    scale = Math.max(scale, Math.abs(wanted[i]));
  }
  return scale === 0 ? off : off / scale;
}
