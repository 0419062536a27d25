/** Holds a model's weights as TensorFlow variables by name, for the forward pass, training and saving. */
import * as tf from "@tensorflow/tfjs";
import { attribute, isNative, nativeOp } from "../backend";
import { UserError } from "../errors";
import { forgetDerived } from "../fused/derived";

/**
 * The parameters of a model: TensorFlow variables under their Python names.
 *
 * Weights stay in PyTorch's layout, so that a checkpoint, an optimiser state and a gradient all mean the same in both
 * languages and nothing is transposed on the way.
 */
export class Parameters {
  private readonly all = new Map<string, tf.Variable>();
  private disposed = false;

  /** Empty variables would be a model of no parameters: saved over another, it would destroy it. */
  private get variables(): Map<string, tf.Variable> {
    if (this.disposed) throw new UserError("the model has been disposed of; wanted one that is still loaded.");
    return this.all;
  }

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
    const tensor = taken(tf.tensor(values, [...shape], "float32"));
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

  /**
   * Takes over the values of others of the same names and shapes, which are given back; the variables stay the same, so that
   * an optimiser's still are the model's.
   */
  takeOver(others: Parameters): void {
    for (const [name, variable] of others.entries()) this.get(name).assign(variable);
    others.dispose();
  }

  /** Every other call after it is refused; a second one does nothing. */
  dispose(): void {
    this.disposed = true;
    for (const variable of this.all.values()) {
      forgetDerived(variable);
      variable.dispose();
    }
    this.all.clear();
  }
}

/**
 * A tensor whose values the backend holds by now. The native one copies them out of JavaScript's memory at their first use
 * only, so that a model would lie in memory twice until then, and longer.
 */
function taken(tensor: tf.Tensor): tf.Tensor {
  if (!isNative()) return tensor;
  const [same] = nativeOp("Identity", [attribute("T", "type", "float32")], [tensor], 1);
  tensor.dispose();
  return same;
}
