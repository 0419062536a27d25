import * as tf from "@tensorflow/tfjs";
import { UserError } from "../errors";
import { forgetDerived } from "../fused/derived";

/**
 * The parameters of a model: TensorFlow variables under their Python names.
 *
 * Weights stay in PyTorch's layout, so that a checkpoint, an optimiser state and a gradient all mean the same in both
 * languages and nothing is transposed on the way.
 */
export class Parameters {
  private readonly variables = new Map<string, tf.Variable>();

  /** The variable of this name. @throws Error (ours) where the model never declared it */
  get(name: string): tf.Variable {
    const variable = this.variables.get(name);
    if (!variable) throw new Error(`no parameter "${name}"`);
    return variable;
  }

  has(name: string): boolean {
    return this.variables.has(name);
  }

  /** Sets a parameter, replacing what it held. @throws UserError where the number of values does not fit the shape */
  set(name: string, values: Float32Array, shape: readonly number[]): void {
    const wanted = shape.reduce((a, b) => a * b, 1);
    if (values.length !== wanted)
      throw new UserError(`parameter "${name}" got ${values.length} values, wanted ${wanted} for shape [${shape}].`);
    const tensor = tf.tensor(values, [...shape], "float32");
    const existing = this.variables.get(name);
    if (existing) existing.assign(tensor);
    else this.variables.set(name, tf.variable(tensor));
    tensor.dispose();
  }

  names(): string[] {
    return [...this.variables.keys()];
  }

  entries(): IterableIterator<[string, tf.Variable]> {
    return this.variables.entries();
  }

  /** Number of scalars. */
  count(): number {
    let total = 0;
    for (const variable of this.variables.values()) total += variable.size;
    return total;
  }

  dispose(): void {
    for (const variable of this.variables.values()) {
      forgetDerived(variable);
      variable.dispose();
    }
    this.variables.clear();
  }
}
