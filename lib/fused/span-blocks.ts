/** From words to span scores in blocks, so that the vectors of all spans never fill the memory at once. */
import * as tf from "@tensorflow/tfjs";
import { FLAG, hasKernels, kernelOp } from "../backend";
import { differentiable, takesGradient } from "./differentiable";
import type { Dropout } from "./dropout";
import { where, whereActive } from "./native-ops";
import { multiply } from "./products";
import { pickRows } from "./rows";

/** Most first words in a block: what a block holds stays near the processor, however long the text. */
export const STARTS = 48;

/** Spans of one text with neighbouring first words, in the order start, width. */
interface Block {
  text: number;
  /** Rows of the first words, as a beginning and an end in [N]. */
  starts: readonly [from: number, to: number];
  /** Rows of all last words. */
  ends: readonly [from: number, to: number];
  /** Places of the spans in [B W K]. */
  places: readonly number[];
  /** For each span, its first and its last word, counted from the block's own. */
  pairs: readonly (readonly [start: number, end: number])[];
}

/** The spans of texts of these lengths, block by block; only those that lie within their text. */
function blocksOf(lengths: readonly number[], W: number, K: number): Block[] {
  const blocks: Block[] = [];
  let row = 0;
  lengths.forEach((L, text) => {
    for (let from = 0; from < L; from += STARTS) {
      const to = Math.min(L, from + STARTS);
      const pairs: [number, number][] = [];
      const places: number[] = [];
      for (let start = from; start < to; start++)
        for (let k = 0; k < K && start + k < L; k++) {
          pairs.push([start - from, start + k - from]);
          places.push((text * W + start) * K + k);
        }
      const ends = [row + from, row + Math.min(L, to + K - 1)] as const;
      blocks.push({ text, starts: [row + from, row + to], ends, places, pairs });
    }
    row += L;
  });
  return blocks;
}

/** Rows of each span's first and last word in [N], for the op of our own. [2 S] */
function pairRows({ starts, ends, pairs }: Block): tf.Tensor1D {
  const rows = new Int32Array(2 * pairs.length);
  pairs.forEach(([start, end], s) => {
    rows[2 * s] = starts[0] + start;
    rows[2 * s + 1] = ends[0] + end;
  });
  return tf.tensor1d(rows, "int32");
}

/** What a block's spans are made of: each row has a one at its first word and a one at its last. [S, starts + ends] */
function pairMatrix({ starts, ends, pairs }: Block): tf.Tensor2D {
  const M = starts[1] - starts[0];
  const width = M + ends[1] - ends[0];
  const ones = new Float32Array(pairs.length * width);
  pairs.forEach(([start, end], s) => {
    ones[s * width + start] = 1;
    ones[s * width + M + end] = 1;
  });
  return tf.tensor2d(ones, [pairs.length, width]);
}

/** What the words of the texts say as first and as last words of a span, row after row; rows beyond the words are not read. */
export interface SpanHalves {
  /** [N, F] */
  start: tf.Tensor;
  /** [N, F] */
  end: tf.Tensor;
  /** Words of each text. */
  lengths: readonly number[];
  W: number;
  K: number;
}

/** Where dropout falls, and how much. */
interface Drop {
  dropout: Dropout;
  rate: number;
  site: string;
}

/**
 * The scores of all spans within their text, block by block, so that h never exists as a whole:
 *
 *     h_ik = dropout(relu(start_i + end_(i+k)))      score[i,k,c] = h_ik . f_c
 *
 * The sums of a block are made by an op of our own (backend/kernels/spans.cc), or are one product with a matrix of zeros and
 * ones, which is exact and whose gradient is the transposed product. Besides it only h is kept for the gradient: h > 0 says where ReLU and dropout let it pass.
 *
 * @param types f [B, C, F]
 * @returns [B, W, K, C], zero for spans past the end of their text
 */
export function spanBlockScores(halves: SpanHalves, types: tf.Tensor3D, drop: Drop): tf.Tensor4D {
  const { lengths, W, K } = halves;
  const [B, C] = types.shape;
  const blocks = blocksOf(lengths, W, K);
  if (blocks.length === 0) return tf.zeros([B, W, K, C]);
  const words = lengths.reduce((sum, length) => sum + length, 0);
  const keeps = takesGradient();
  const scores = differentiable([halves.start, halves.end, types], () => {
    let factor = 1;
    const kept: tf.Tensor[] = []; // of each block its pairs [2 S] or [S, starts + ends], then its h [S, F]
    const rows = blocks.map((block, i) => {
      const done = tf.tidy(() => blockScores(block, halves, types, { ...drop, site: `${drop.site}#${i}` }));
      factor = done.factor;
      if (keeps) kept.push(done.pairs, done.h);
      else tf.dispose([done.pairs, done.h]);
      return done.scores;
    });
    return {
      value: tf.concat(rows, 0), // [all S, C]
      saved: [types, ...kept],
      gradient: (dy, [types, ...kept]) =>
        blockGradients(blocks, kept, types as tf.Tensor3D, dy, { factor, unread: halves.start.shape[0] - words }),
    };
  });
  const at = new Int32Array(B * W * K).fill(-1);
  const places = blocks.flatMap((block) => block.places);
  places.forEach((place, s) => {
    at[place] = s;
  });
  return tf.reshape(pickRows(scores, at), [B, W, K, C]);
}

/** Scores [S, C], pairs and h [S, F] of a block; h is without dropout's factor, which the few types carry. */
function blockScores(block: Block, halves: SpanHalves, types: tf.Tensor3D, { dropout, rate, site }: Drop) {
  const kept = dropout.keep([block.pairs.length, types.shape[2]], rate, site); // [S, F]
  const factor = kept ? 1 / (1 - rate) : 1;
  const { pairs, h } = hasKernels() ? kernelSpans(block, halves, kept) : summedSpans(block, halves, kept);
  const scores = multiply(h, tf.mul(typesOf(types, block.text), factor), { b: true }); // [S, C]
  return { scores, pairs, h, factor };
}

/** pairs [2 S] and h [S, F] */
function kernelSpans(block: Block, { start, end }: SpanHalves, kept: tf.Tensor | undefined) {
  const pairs = pairRows(block);
  const call = { ints: pairs, masks: kept ? [kept] : [], flags: kept ? FLAG.mask : 0 };
  return { pairs, h: kernelOp("Spans", { floats: [start, end], ...call })[0] };
}

/** pairs [S, starts + ends] and h [S, F] */
function summedSpans(block: Block, { start, end }: SpanHalves, kept: tf.Tensor | undefined) {
  const both = tf.concat([rowsOf(start, block.starts), rowsOf(end, block.ends)], 0); // [starts + ends, F]
  const pairs = pairMatrix(block); // [S, starts + ends]
  const active = tf.relu(tf.matMul(pairs, both as tf.Tensor2D)); // [S, F]
  return { pairs, h: kept ? where(kept, active) : active };
}

/** @param dy [all S, C] @returns the gradients of start [N, F], end [N, F] and types [B, C, F] */
function blockGradients(
  blocks: readonly Block[],
  kept: readonly tf.Tensor[],
  types: tf.Tensor3D,
  dy: tf.Tensor,
  { factor, unread }: { factor: number; unread: number },
): tf.Tensor[] {
  const texts = types.shape[0];
  const own = hasKernels() ? kernelSums(blocks, unread, types.shape[2]) : undefined;
  const starts: tf.Tensor[] = [];
  const ends: tf.Tensor2D[][] = Array.from({ length: texts }, () => []);
  const ofTypes: tf.Tensor[][] = Array.from({ length: texts }, () => [tf.zeros(types.shape.slice(1))]);
  const textStart = new Map([...blocks].reverse().map(({ text, starts }) => [text, starts[0]]));
  const textEnd = new Map(blocks.map(({ text, ends }) => [text, ends[1]]));
  let from = 0;
  blocks.forEach((block, i) => {
    const [pairs, h] = kept.slice(2 * i, 2 * i + 2) as tf.Tensor2D[]; // [S, starts + ends], [S, F]
    const M = block.starts[1] - block.starts[0];
    const d = rowsOf(dy, [from, from + h.shape[0]]) as tf.Tensor2D; // [S, C]
    from += h.shape[0];
    ofTypes[block.text].push(tf.mul(multiply(d, h, { a: true }), factor)); // [C, F]
    const dh = multiply(d, tf.mul(typesOf(types, block.text), factor)); // [S, F]
    if (own) {
      kernelOp("SpansGradient", { floats: [dh, h, ...own], ints: pairs }, 0);
      return;
    }
    const both = tf.matMul(pairs, whereActive(dh, h) as tf.Tensor2D, true); // [starts + ends, F]
    starts.push(rowsOf(both, [0, M])); // [starts, F]
    const before = block.ends[0] - (textStart.get(block.text) as number);
    const after = (textEnd.get(block.text) as number) - block.ends[1];
    const end = rowsOf(both, [M, both.shape[0]]) as tf.Tensor2D; // [ends, F]
    // Neighbouring blocks share last words: each block's part is laid into the rows of its text.
    const padding = [[before, after] as [number, number], [0, 0] as [number, number]];
    ends[block.text].push(before + after > 0 ? tf.pad(end, padding) : end); // [L, F]
  });
  const sum = (parts: tf.Tensor[]) => (parts.length > 1 ? tf.addN(parts) : parts[0]);
  if (own) return [...own, tf.stack(ofTypes.map(sum))];
  const nothing = unread ? [tf.zeros([unread, types.shape[2]])] : [];
  const dEnd = tf.concat([...ends.filter((parts) => parts.length > 0).map(sum), ...nothing], 0); // [N, F]
  return [tf.concat([...starts, ...nothing], 0), dEnd, tf.stack(ofTypes.map(sum))];
}

/** The gradients of start and end, [N, F] of zeros each, which the op of our own changes where they lie. */
function kernelSums(blocks: readonly Block[], unread: number, F: number): [tf.Tensor, tf.Tensor] {
  const rows = Math.max(...blocks.map(({ ends }) => ends[1])) + unread;
  return [tf.zeros([rows, F]), tf.zeros([rows, F])];
}

/** Rows from, from + 1, ... to - 1 of [N, F]. */
function rowsOf(x: tf.Tensor, [from, to]: readonly [number, number]): tf.Tensor {
  return tf.slice(x, [from, 0], [to - from, x.shape[1] as number]);
}

/** The types of one text: [B, C, F] -> [C, F]. */
function typesOf(types: tf.Tensor3D, text: number): tf.Tensor {
  const [, C, F] = types.shape;
  return tf.reshape(tf.slice(types, [text, 0, 0], [1, C, F]), [C, F]);
}
