/**
 * Texts of different lengths as one list of rows, without padding: row n is one real subword. Everything that works on
 * each subword alone (all products with weights, norms, activations) then does no work on padding; only attention, in
 * which subwords of a text meet, lays them out again.
 *
 * The native library compiles a product for every new shape, which takes as long as the product itself: the number of rows
 * is rounded up where it does, by copies of the first one, and so is the layout for attention. Nothing reads the copies and no gradient
 * comes back through them.
 */
import type * as tf from "@tensorflow/tfjs";
import { type Dropout, noDropout } from "./dropout";
import { hasPanels } from "./panels";
import { gatherRows } from "./rows";

/** Which rows stand for which subwords of a batch. */
export interface Packing {
  B: number;
  /** Length of the layout for attention: every text has at least one place of padding. */
  T: number;
  /** Rows, copies included. */
  N: number;
  /** The place b T + t of each real row. */
  places: Int32Array;
  /** [B T], the row of each place; -1 = padding. */
  rows: Int32Array;
}

const PLACES = 8;

/**
 * A number of rows of which there are few, at most about 5 % more. The same number where no product is compiled for it and nothing is drawn
 * for each row: a seed's dropout has to be the same with a gradient and without.
 */
export function roundRows(n: number, dropout?: Dropout): number {
  if (dropout === noDropout && hasPanels()) return n;
  return roundUp(n, n <= 128 ? 8 : n <= 256 ? 16 : 32);
}

function roundUp(n: number, step: number): number {
  return Math.ceil(n / step) * step;
}

/** What is read of the last layer: the rows that it is computed for, undefined = all, and the row of each place among them. */
export interface Read {
  rows: Int32Array | undefined;
  /** [B T], without the places that only the layout has; -1 = zeros */
  index: Int32Array;
}

/**
 * @param T subwords of a text, without the places that only the layout has
 * @param read [B, T], 1 = its vector is read; undefined = all are
 */
export function readOf(packing: Packing, T: number, read?: ArrayLike<number>): Read {
  const all = packing.rows.filter((_, place) => place % packing.T < T); // [B T]
  if (!read) return { rows: undefined, index: all };
  const rows: number[] = [];
  const index = all.map((row, place) => (row >= 0 && read[place] ? rows.push(row) - 1 : -1));
  return { rows: Int32Array.from(rows), index };
}

/** What is read of a last layer's rows: all, or those alone. x [N, H] -> [R, H] */
export const readRows = (x: tf.Tensor, { rows }: Read): tf.Tensor => (rows ? gatherRows(x, rows) : x);

/** @param mask [B, T], 1 = a subword, 0 = padding */
export function packingOf(mask: ArrayLike<number>, B: number, T: number, dropout?: Dropout): Packing {
  const wide = roundUp(T + 1, PLACES);
  const rows = new Int32Array(B * wide).fill(-1);
  const places: number[] = [];
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++) if (mask[b * T + t]) rows[b * wide + t] = places.push(b * wide + t) - 1;
  return { B, T: wide, N: roundRows(places.length, dropout), places: Int32Array.from(places), rows };
}
