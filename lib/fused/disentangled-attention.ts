/** Disentangled attention of packed subwords, with a gradient of its own; its readable twin is in the plain DeBERTa. */
import * as tf from "@tensorflow/tfjs";
import { hasKernels } from "../backend";
import { type Drop, headLayout } from "./attention";
import { bandOfSquare, squareOfBand } from "./band";
import { differentiable, takesGradient } from "./differentiable";
import { kernelAttention, type PositionPart, type Positions } from "./kernel-attention";
import { where } from "./native-ops";
import type { Packing } from "./packing";
import { matMulTransposed } from "./products";
import { gatherRows } from "./rows";

/** The shape of the work: packed texts, and how many heads. */
export interface Laid {
  packing: Packing;
  heads: number;
}

/** Some texts, and some of their subwords as queries: what is scored at once. */
interface Block {
  texts: readonly [from: number, to: number];
  queries: readonly [from: number, to: number];
}

/** Most scores of a block: 8 MB, which stay near the processor; no block is smaller than a text's few queries. */
const SCORES = 2 ** 21;
const FEWEST = 32;

/** All queries of several texts where they are short, else some queries of one text. */
export function blocksOf({ B, T }: Packing, h: number, scores = SCORES): Block[] {
  const blocks: Block[] = [];
  const texts = Math.max(1, Math.floor(scores / (h * T * T)));
  const most = texts > 1 ? T : Math.min(T, Math.max(FEWEST, Math.floor(scores / (h * T))));
  const queries = Math.ceil(T / Math.ceil(T / most));
  for (let b = 0; b < B; b += texts)
    for (let q = 0; q < T; q += queries)
      blocks.push({ texts: [b, Math.min(B, b + texts)], queries: [q, Math.min(T, q + queries)] });
  return blocks;
}

/**
 * Attention whose scores are content and relative position (He et al. 2021, eq. 4): with keys Kʳ and queries Qʳ of the table's
 * row r for the distance i - j,
 *
 *     A(i, j) = qᵢ · kⱼ + qᵢ · Kʳ[r(i - j)] + kⱼ · Qʳ[r(i - j)]        content-content, content-position, position-content
 *
 * Block by block: each query is scored against the distances there are, and that band read as the square. Of size T x T the
 * gradient keeps the probabilities and which of them dropout spared; without a gradient nothing outlives its block. (The op of
 * our own keeps no probabilities.) With
 * dS the gradient of the scores as in `packedAttention`,
 *
 *     dQ = dS K + band(dS) Kʳ     dKʳ = band(dS)ᵀ Q     dK = dSᵀ Q + band(dSᵀ) Qʳ     dQʳ = band(dSᵀ)ᵀ K
 *
 * @param qkv [N, 3 H]: query (already divided), key and value of every subword
 * @returns [N, H], the heads' weighted values side by side
 */
export function disentangledAttention(
  qkv: tf.Tensor,
  positions: Positions,
  laid: Laid,
  drop: Drop,
  blocks: readonly Block[] = blocksOf(laid.packing, laid.heads),
): tf.Tensor {
  if (!hasKernels()) return blockAttention(qkv, positions, laid, drop, blocks);
  const kept = { factor: 1 / (1 - drop.rate), mask: () => maskOfBlocks(blocks, laid, drop) };
  return kernelAttention(qkv, laid.packing, laid.heads, kept, positions);
}

/** The masks of all blocks as one, [B, h, T, T]: the same values are dropped with and without an op of our own. */
function maskOfBlocks(
  blocks: readonly Block[],
  { packing: { T }, heads }: Laid,
  { dropout, rate, site }: Drop,
): tf.Tensor | undefined {
  const masks = blocks.flatMap(({ texts, queries }, i) => {
    const shape = [texts[1] - texts[0], heads, queries[1] - queries[0], T];
    return dropout.keep(shape, rate, `${site}#${i}`) ?? []; // [b, h, n, T]
  });
  return masks.length ? byTexts(blocks, masks, sideBySide) : undefined;
}

/** By TensorFlow's own ops. */
function blockAttention(
  qkv: tf.Tensor,
  positions: Positions,
  { packing, heads }: Laid,
  drop: Drop,
  blocks: readonly Block[],
): tf.Tensor {
  const layout = headLayout(packing, heads);
  const { B, T } = packing;
  const [N, width] = qkv.shape as [number, number];
  const H = width / 3;
  const d = H / heads;
  const byHead = (rows: tf.Tensor, index: Int32Array) => gatherRows(tf.reshape(rows, [-1, d]), index);
  return differentiable([qkv, positions.rows], () => {
    const all = tf.reshape(byHead(qkv, layout.toHeads), [3, B, heads, T, d]); // [3, B, h, T, d]
    const [query, key, value] = tf.unstack(all) as tf.Tensor4D[]; // [B, h, T, d] each
    const content = { query, key, value };
    const factors: number[] = [];
    const keeps = takesGradient();
    const kept: tf.Tensor[] = []; // of each block the probabilities [b, h, n, T], then which dropout spared, where it falls
    const contexts = blocks.map((block, i) => {
      const part = { mask: layout.mask, drop: { ...drop, site: `${drop.site}#${i}` } };
      const done = tf.tidy(() => attend(block, content, positions, part));
      factors.push(done.kept ? 1 / (1 - drop.rate) : 1);
      const own = done.kept ? [done.probabilities, done.kept] : [done.probabilities];
      if (keeps) kept.push(...own);
      else tf.dispose(own);
      return done.context;
    });
    const [factor] = factors;
    const context = byTexts(blocks, contexts, sideBySide); // [B, h, T, d]
    return {
      value: tf.reshape(byHead(context, layout.fromHeads), [N, H]), // [N, H]
      saved: [positions.rows, query, key, value, context, ...kept],
      gradient(dy, [rows, query, key, value, context, ...saved]) {
        const laidOut = tf.reshape(byHead(dy, layout.contextToHeads), [B, heads, T, d]); // [B, h, T, d]
        // Padding repeats a row of another place: nothing may come from it.
        const real = tf.mul(laidOut, tf.tensor4d(layout.present, [B, 1, T, 1])); // [B, h, T, d]
        const rowSums = tf.sum(tf.mul(real, context), -1, true); // [B, h, T, 1]
        const dContext = factor === 1 ? real : tf.mul(real, factor); // [B, h, T, d]
        const content = { query, key, value } as Content;
        const step = factor === 1 ? 1 : 2;
        const parts = blocks.map((block, i) => {
          const [probabilities, kept] = saved.slice(step * i, step * (i + 1));
          const given = { probabilities, kept, dContext, rowSums } as Arriving;
          return tf.tidy(() => blockGradient(block, content, { ...positions, rows }, given));
        });
        const of = (name: keyof Content) => parts.map((part) => part[name]);
        const dQuery = byTexts(blocks, of("query"), sideBySide); // [B, h, T, d]
        const [dKey, dValue] = [byTexts(blocks, of("key"), sum), byTexts(blocks, of("value"), sum)]; // [B, h, T, d]
        const all = tf.stack([dQuery, dKey, dValue]); // [3, B, h, T, d]
        const dQkv = tf.reshape(byHead(all, layout.gradientToRows), [N, 3 * H]); // [N, 3 H]
        return [dQkv, sum(parts.map(({ rows }) => rows))]; // [N, 3 H], [U, P H]
      },
    };
  });
}

/** [B, h, T, d] each. */
interface Content {
  query: tf.Tensor4D;
  key: tf.Tensor4D;
  value: tf.Tensor4D;
}

/** b texts and n queries of a block, C = T + n distances: their content, and the table's rows by distance, [h, C, d] each. */
function partsOf({ texts, queries }: Block, { query, key, value }: Content, positions: Positions) {
  const T = key.shape[2];
  const [h, d] = [key.shape[1], key.shape[3]];
  const index = distanceRows(positions, queries, T, h);
  const gathered = gatherRows(tf.reshape(positions.rows, [-1, d]), index); // [P h C, d]
  const laid = tf.unstack(tf.reshape(gathered, [positions.parts.length, h, -1, d])); // [h, C, d] each
  const of = (part: PositionPart): tf.Tensor | undefined => laid[positions.parts.indexOf(part)];
  return {
    q: some(some(query, 0, texts), 2, queries), // [b, h, n, d]
    k: some(key, 0, texts), // [b, h, T, d]
    v: some(value, 0, texts), // [b, h, T, d]
    keys: of("c2p"), // [h, C, d]
    queries: of("p2c"), // [h, C, d]
    index,
  };
}

/**
 * The rows of a table [U P h, d] for every part, head and distance of a block, in that order: of keys the distances fall, of
 * queries they rise, so that the square of the band begins where the block does.
 */
function distanceRows(
  { parts, rowOf }: Positions,
  [from, to]: readonly [number, number],
  T: number,
  h: number,
): Int32Array {
  const P = parts.length;
  const C = T + to - from;
  const index = new Int32Array(P * h * C);
  parts.forEach((part, p) => {
    for (let c = 0; c < C; c++) {
      // The last distance is of no pair: it repeats its neighbour.
      const column = Math.min(c, C - 2);
      const row = rowOf(part === "c2p" ? to - 1 - column : from + column - (T - 1));
      for (let head = 0; head < h; head++) index[(p * h + head) * C + c] = (row * P + p) * h + head;
    }
  });
  return index;
}

/** Weighted values [b, h, n, d] of a block, its probabilities and which of them dropout spared [b, h, n, T]. */
function attend(
  block: Block,
  content: Content,
  positions: Positions,
  { mask, drop: { dropout, rate, site } }: { mask: Float32Array; drop: Drop },
) {
  const T = content.key.shape[2];
  const { q, k, v, keys, queries } = partsOf(block, content, positions);
  const scores = tf.tidy(() => {
    const terms = [matMulTransposed(q, k)]; // [b, h, n, T]
    if (keys) terms.push(tf.tidy(() => squareOfBand(productWithAll(q, keys)))); // [b, h, n, T]
    if (queries) terms.push(tf.tidy(() => transposed(squareOfBand(productWithAll(k, queries))))); // [b, h, n, T]
    const blocked = mask.subarray(block.texts[0] * T, block.texts[1] * T);
    return tf.add(sum(terms), tf.tensor4d(blocked, [q.shape[0], 1, 1, T])); // [b, h, n, T]
  });
  const probabilities = tf.softmax(scores); // [b, h, n, T]
  const kept = dropout.keep(probabilities.shape, rate, site); // [b, h, n, T]
  const product = tf.matMul(kept ? where(kept, probabilities) : probabilities, v); // [b, h, n, d]
  return { context: kept ? tf.mul(product, 1 / (1 - rate)) : product, probabilities, kept };
}

/** What a block's gradient is made of: [b, h, n, T] twice, of all texts [B, h, T, d] and [B, h, T, 1]. */
interface Arriving {
  probabilities: tf.Tensor4D;
  kept: tf.Tensor4D | undefined;
  dContext: tf.Tensor4D;
  rowSums: tf.Tensor4D;
}

/** The gradients of a block's queries [b, h, n, d], of its texts' keys and values [b, h, T, d], and of the table [U, P H]. */
function blockGradient(block: Block, content: Content, positions: Positions, arriving: Arriving) {
  const { texts, queries: range } = block;
  const { probabilities, kept } = arriving;
  const { q, k, v, keys, queries, index } = partsOf(block, content, positions);
  const dContext = some(some(arriving.dContext, 0, texts), 2, range); // [b, h, n, d]
  const rowSums = some(some(arriving.rowSums, 0, texts), 2, range); // [b, h, n, 1]
  const weights = kept ? where(kept, probabilities) : probabilities; // [b, h, n, T]
  const value = tf.matMul(weights, dContext, true); // [b, h, T, d]
  const dScores = tf.tidy(() => {
    const dWeights = matMulTransposed(dContext, v); // [b, h, n, T]
    return tf.sub(tf.mul(weights, dWeights), tf.mul(probabilities, rowSums)); // [b, h, n, T]
  });
  const ofQuery = [tf.matMul(dScores, k)]; // [b, h, n, d]
  const ofRows = new Map<PositionPart, tf.Tensor>();
  if (keys) {
    const band = bandOfSquare(dScores); // [b, h, n, C]
    ofQuery.push(tf.matMul(band, tf.expandDims(keys, 0))); // [b, h, n, d]
    ofRows.set("c2p", tf.sum(tf.matMul(band, q, true), 0)); // [h, C, d]
  }
  const ofKey = [tf.matMul(dScores, q, true)]; // [b, h, T, d]
  if (queries) {
    const band = tf.tidy(() => bandOfSquare(transposed(dScores))); // [b, h, T, C]
    ofKey.push(tf.matMul(band, tf.expandDims(queries, 0))); // [b, h, T, d]
    ofRows.set("p2c", tf.sum(tf.matMul(band, k, true), 0)); // [h, C, d]
  }
  const dRows = tf.concat(positions.parts.map((part) => ofRows.get(part) as tf.Tensor)); // [P h, C, d]
  const [U, width] = positions.rows.shape as [number, number];
  const d = q.shape[3] as number;
  const flat = tf.reshape(dRows, [-1, d]); // [P h C, d]
  const rows = tf.unsortedSegmentSum(flat, tf.tensor1d(index, "int32"), (U * width) / d); // [U P h, d]
  return { query: sum(ofQuery), key: sum(ofKey), value, rows: tf.reshape(rows, [U, width]) };
}

/** x [b, h, n, d] with the rows of its head [h, C, d], the same for all texts: [b, h, n, C]. */
function productWithAll(x: tf.Tensor, rows: tf.Tensor): tf.Tensor {
  return matMulTransposed(x, tf.expandDims(rows, 0));
}

/** [b, h, n, m] -> [b, h, m, n] */
const transposed = (x: tf.Tensor) => tf.transpose(x, [0, 1, 3, 2]);

const sum = (terms: tf.Tensor[]) => (terms.length > 1 ? tf.addN(terms) : terms[0]);

/** From, from + 1, ... to - 1 along an axis; all of them are the tensor itself. */
function some(x: tf.Tensor, axis: number, [from, to]: readonly [number, number]): tf.Tensor {
  if (to - from === x.shape[axis]) return x;
  const begin = x.shape.map((_, i) => (i === axis ? from : 0));
  const size = x.shape.map((length, i) => (i === axis ? to - from : length));
  return tf.slice(x, begin, size);
}

/** Blocks of queries, one behind the other. */
const sideBySide = (parts: tf.Tensor[]) => (parts.length > 1 ? tf.concat(parts, 2) : parts[0]);

/** What blocks have of one thing as a whole, [B, h, T, d]: what those of a text have is joined first, then the texts are. */
function byTexts(
  blocks: readonly Block[],
  parts: readonly tf.Tensor[],
  join: (parts: tf.Tensor[]) => tf.Tensor,
): tf.Tensor {
  const starts = [...new Set(blocks.map(({ texts }) => texts[0]))];
  const texts = starts.map((start) => join(parts.filter((_, i) => blocks[i].texts[0] === start)));
  return texts.length > 1 ? tf.concat(texts) : texts[0];
}
