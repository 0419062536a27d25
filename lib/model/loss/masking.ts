/** Thins out the negatives in the loss: random choice by element, with three rules for which may go. */
import type { Masking } from "./options";

/** Draws a number in [0, 1), uniformly: a named stream's `uniform`. */
export type Draw = () => number;

/** Labels as plain numbers and how they lie: N spans of B texts, C types each. */
export interface LabelArray {
  labels: ArrayLike<number>;
  shape: readonly [B: number, N: number, C: number];
}

/**
 * Which elements stay in the loss when negatives are thinned out (GLiNER since 0.2.19, `negatives` and `masking`).
 *
 * An element that `masking` allows to go stays with probability `negatives`, each by a draw of its own:
 * "global" = every negative, "label" = negatives of a type that no span of the text has, "span" = negatives of a span
 * that has no type. Positives always stay.
 *
 * One number is drawn for every element, used or not, as Python does: what is drawn for one does not depend on the labels
 * of another.
 * @param negatives the share that stays, 0..1
 * @returns [B, N, C] of 0 and 1, or undefined where everything stays
 */
export function negativeMask(
  { labels, shape }: LabelArray,
  masking: Masking,
  negatives: number,
  draw: Draw,
): Float32Array | undefined {
  if (masking === "none" || negatives >= 1) return undefined;
  const [B, N, C] = shape;
  const maskable = MASKABLE[masking](labels, shape);
  const mask = new Float32Array(B * N * C);
  for (let i = 0; i < mask.length; i++) mask[i] = draw() < negatives || !maskable(i) ? 1 : 0;
  return mask;
}

type Maskable = (labels: ArrayLike<number>, shape: LabelArray["shape"]) => (element: number) => boolean;

const MASKABLE: Record<Exclude<Masking, "none">, Maskable> = {
  global: (labels) => (i) => labels[i] === 0,
  label: (labels, [, N, C]) => {
    const group = (i: number) => Math.floor(i / (N * C)) * C + (i % C);
    return withoutPositive(labels, group);
  },
  span: (labels, [, , C]) => withoutPositive(labels, (i) => Math.floor(i / C)),
};

/** Elements of groups without any positive. */
function withoutPositive(labels: ArrayLike<number>, group: (element: number) => number): (element: number) => boolean {
  const positive = new Set<number>();
  for (let i = 0; i < labels.length; i++) if (labels[i] > 0) positive.add(group(i));
  return (i) => !positive.has(group(i));
}
