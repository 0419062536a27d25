/** ReLU and dropout as one op that saves only its result, and the readable twin. */
import * as tf from "@tensorflow/tfjs";
import { FLAG, hasKernels, kernelOp } from "../backend";
import { differentiable } from "./differentiable";
import type { Dropout } from "./dropout";
import { where, whereActive } from "./native-ops";

/** dropout(relu(x)): the result alone says where the gradient passes, so neither x nor the mask is kept. */
export function reluDropout(x: tf.Tensor, dropout: Dropout, rate: number, site: string): tf.Tensor {
  return differentiable([x], () => {
    const kept = dropout.keep(x.shape, rate, site);
    const factor = kept ? 1 / (1 - rate) : 1;
    if (hasKernels()) {
      const flags = FLAG.relu | (kept ? FLAG.mask : 0);
      const [value] = kernelOp("Drop", { floats: [x], masks: kept ? [kept] : [], flags, factor });
      return { value, saved: [value], gradient: (dy, [y]) => kernelOp("Active", { floats: [dy, y], factor }) };
    }
    const active = kept ? where(kept, tf.relu(x)) : tf.relu(x);
    const value = kept ? tf.mul(active, factor) : active;
    return {
      value,
      saved: [value],
      gradient(dy, [y]) {
        const dx = whereActive(dy, y);
        return [kept ? tf.mul(dx, factor) : dx];
      },
    };
  });
}

/** The readable twin of `reluDropout`. */
export function plainReluDropout(x: tf.Tensor, dropout: Dropout, rate: number, site: string): tf.Tensor {
  return dropout(tf.relu(x), rate, site);
}
