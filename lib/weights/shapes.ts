/** Names and shapes of a model's parameters, in Python's spelling and layout (a Linear's weight is [out, in]). */
import type { RandomStream } from "../random";

/** Draws one value of a parameter of this shape. */
export type Draw = (random: RandomStream, shape: readonly number[]) => number;

/** Declared by the layers; a new model's values are drawn as these say, so that no caller has anything to remember. */
export class Shapes extends Map<string, readonly number[]> {
  /** Of the parameters that Python does not draw as it draws a Linear. */
  readonly draws = new Map<string, Draw>();

  /** Declares a parameter that is drawn in a way of its own. */
  declare(name: string, shape: readonly number[], draw: Draw): void {
    this.set(name, shape);
    this.draws.set(name, draw);
  }
}
