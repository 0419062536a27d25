/** AdamW's per-parameter state on TensorFlow's own Adam kernel, the fast twin of `PlainMoments`. */
import * as tf from "@tensorflow/tfjs";
import { attribute, nativeOp } from "../backend";
import type { AdamChange, Moments } from "./moments";

/**
 * AdamW's update in one native op (`ResourceApplyAdam`), in place: a third of the time of `PlainMoments`, which goes over
 * the memory fifteen times and makes every moment anew.
 *
 * TensorFlow writes Adam with the corrections folded into the rate, ε inside them, and takes β2ᵗ as float32, from which
 * 1 - β2ᵗ loses four digits; so the rate and ε are worked out here and the op is told that nothing is left to correct:
 *
 *     α = lr √(1 - β2ᵗ) / (1 - β1ᵗ)     p ← p - α m / (√v + ε √(1 - β2ᵗ))
 */
export class NativeMoments implements Moments {
  private readonly parameter: tf.Tensor;
  private readonly first: tf.Tensor;
  private readonly second: tf.Tensor;

  constructor(private readonly shape: readonly number[]) {
    [this.parameter, this.first, this.second] = [0, 1, 2].map(() => resource(shape));
    const zero = tf.zeros([...shape]);
    assign(this.first, zero);
    assign(this.second, zero);
    zero.dispose();
  }

  update(variable: tf.Variable, gradient: tf.Tensor, change: AdamChange): void {
    const { rate, decay, step, epsilon, clip } = change;
    // The op's own 1 - β is taken of the rounded β: the corrections must be of the same.
    const [beta1, beta2] = [Math.fround(change.beta1), Math.fround(change.beta2)];
    const correction2 = Math.sqrt(1 - beta2 ** step);
    const alpha = (rate * correction2) / (1 - beta1 ** step);
    tf.tidy(() => {
      const before = decay ? tf.mul(variable, 1 - rate * decay) : variable;
      assign(this.parameter, before);
      // Nobody else may hold what the op is to change, or it copies it first.
      if (before !== variable) before.dispose();
      const numbers = [0, 0, alpha, beta1, beta2, epsilon * correction2].map((value) => change.constant(value));
      const flags = [attribute("use_locking", "bool", false), attribute("use_nesterov", "bool", false)];
      const clipped = clip === 1 ? gradient : tf.mul(gradient, clip);
      const inputs = [this.parameter, this.first, this.second, ...numbers, clipped];
      nativeOp("ResourceApplyAdam", [FLOAT("T"), ...flags], inputs, 0);
      variable.assign(read(this.parameter));
    });
  }

  read(which: "first" | "second"): Float32Array {
    // Not out of a tidy, which would walk through the values one by one.
    const moments = read(this[which]);
    try {
      return moments.dataSync<"float32">();
    } finally {
      moments.dispose();
    }
  }

  write(first: Float32Array, second: Float32Array): void {
    tf.tidy(() => {
      assign(this.first, tf.tensor(first, [...this.shape]));
      assign(this.second, tf.tensor(second, [...this.shape]));
    });
  }

  dispose(): void {
    for (const handle of [this.parameter, this.first, this.second]) {
      // Before the first update there is nothing behind the parameter's handle.
      nativeOp("DestroyResourceOp", [attribute("ignore_lookup_error", "bool", true)], [handle], 0);
      handle.dispose();
    }
  }
}

const FLOAT = (name: string) => attribute(name, "type", "float32");

let made = 0;

/** A variable inside TensorFlow; what stands for it here is a handle. */
function resource(shape: readonly number[]): tf.Tensor {
  const name = `adamw-${made++}`;
  const attributes = [
    attribute("container", "string", ""),
    attribute("shared_name", "string", name),
    FLOAT("dtype"),
    attribute("shape", "shape", shape),
  ];
  return tf.keep(nativeOp("VarHandleOp", attributes, [], 1)[0]);
}

function assign(handle: tf.Tensor, value: tf.Tensor): void {
  nativeOp("AssignVariableOp", [FLOAT("dtype")], [handle, value], 0);
}

function read(handle: tf.Tensor): tf.Tensor {
  return nativeOp("ReadVariableOp", [FLOAT("dtype")], [handle], 1)[0];
}
