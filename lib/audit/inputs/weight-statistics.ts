/** What the values of weights tell of their training. */
import { drawnWithin } from "../../model/initialise";
import { partOf } from "../../model/parameter-names";
import type { Shapes } from "../../weights/shapes";
import type { NamedArray, TensorFile } from "../../weights/tensor-file";

/** Fewer values say nothing. */
const ENOUGH = 64;

/**
 * Parts of the head that are as PyTorch drew them: every value within the bound of its uniform distribution, and some near it.
 * A step of training pushes about half of the values near the bound past it, so that a trained part has some outside.
 */
export function partsAsDrawn(file: TensorFile, shapes: Shapes): string[] {
  const drawn = new Map<string, boolean>();
  for (const [name, shape] of shapes) {
    if (!file.entries.has(name) || shapes.draws.has(name) || shape.reduce((a, b) => a * b, 1) < ENOUGH) continue;
    const { words } = partOf(name);
    drawn.set(words, (drawn.get(words) ?? true) && isDrawn(file.read(name).data, drawnWithin(name, shapes)));
  }
  return [...drawn].filter(([, all]) => all).map(([words]) => words);
}

function isDrawn(values: ArrayLike<number>, bound: number): boolean {
  let [largest, square] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    largest = Math.max(largest, Math.abs(values[i]));
    square += values[i] ** 2;
  }
  const deviation = Math.sqrt(square / values.length) / (bound / Math.sqrt(3));
  return largest <= bound * (1 + 1e-4) && largest > 0.9 * bound && Math.abs(deviation - 1) < 0.25;
}

/** How far a row lies from the mean row, in standard deviations of a row: rows that were added and never trained are at 0. */
export function classRowDistance({ shape: [rows, width], data }: NamedArray, row: number): number | null {
  if (row < 0 || row >= rows) return null;
  let [far, spread] = [0, 0];
  for (let j = 0; j < width; j++) {
    let [sum, square] = [0, 0];
    for (let i = 0; i < rows; i++) {
      const value = i === row ? 0 : data[i * width + j];
      sum += value;
      square += value ** 2;
    }
    const mean = sum / (rows - 1);
    far += (data[row * width + j] - mean) ** 2;
    spread += square / (rows - 1) - mean ** 2;
  }
  return spread > 0 ? Math.sqrt(far / spread) : null;
}
