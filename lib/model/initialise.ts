/** Starting values of a model that is not loaded: weights by PyTorch's rules, embeddings of added tokens. */
import { randomStream } from "../random";
import type { Shapes } from "../weights/shapes";
import { ENCODER_PREFIX } from "./parameter-names";

/**
 * Random weights as PyTorch draws them: Linear U(±1/√fan_in) for weight and bias, LSTM U(±1/√H) for everything; an encoder
 * from its configuration alone N(0, 0.02²) with norms at (1, 0), as Hugging Face does. Each tensor has a stream of its own,
 * so adding a layer leaves the others as they were.
 * @param name of a parameter among `shapes`; a layer that draws in a way of its own has said so there
 */
export function initialValues(name: string, shapes: Shapes, seed: number): Float32Array {
  const shape = shapes.get(name);
  if (!shape) throw new Error(`no parameter "${name}" is declared`);
  const size = shape.reduce((a, b) => a * b, 1);
  const random = randomStream(seed, "init", name);
  if (name.includes("LayerNorm")) return new Float32Array(size).fill(name.endsWith("weight") ? 1 : 0);
  if (name.startsWith(ENCODER_PREFIX)) {
    if (name.endsWith("bias")) return new Float32Array(size);
    return Float32Array.from({ length: size }, () => 0.02 * random.normal());
  }
  const own = shapes.draws.get(name);
  if (own) return Float32Array.from({ length: size }, () => own(random, shape));
  const bound = drawnWithin(name, shapes);
  return Float32Array.from({ length: size }, () => bound * (2 * random.uniform() - 1));
}

/** The bound of the uniform distribution that PyTorch draws a parameter of the head from. */
export function drawnWithin(name: string, shapes: Shapes): number {
  return 1 / Math.sqrt(fanIn(name, shapes.get(name) ?? [], shapes));
}

function fanIn(name: string, shape: readonly number[], shapes: Shapes): number {
  if (name.startsWith("rnn.")) return shape[0] / 4;
  const weight = name.endsWith(".bias") ? (shapes.get(name.replace(/bias$/, "weight")) ?? shape) : shape;
  return weight.length > 1 ? weight.slice(1).reduce((a, b) => a * b, 1) : weight[0];
}

/**
 * The embedding matrix with rows for added tokens: like transformers' mean resizing, new rows are the mean of the old ones
 * with noise of a 1e-9th of their variance, just enough to tell them apart.
 * @param old [V, H]
 * @returns [V', H]
 */
export function growEmbeddings(old: Float32Array, width: number, rows: number, seed: number): Float32Array {
  const before = old.length / width;
  const grown = new Float32Array(rows * width);
  grown.set(old.subarray(0, Math.min(old.length, grown.length)));
  if (rows <= before) return grown;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (let i = 0; i < old.length; i++) {
    mean[i % width] += old[i] / before;
    square[i % width] += (old[i] * old[i]) / before;
  }
  const random = randomStream(seed, "init", "added tokens");
  for (let row = before; row < rows; row++)
    for (let j = 0; j < width; j++) {
      const deviation = Math.sqrt(1e-9 * Math.max(0, square[j] - mean[j] ** 2));
      grown[row * width + j] = mean[j] + deviation * random.normal();
    }
  return grown;
}
