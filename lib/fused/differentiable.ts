/** The base of all fused ops: a value with a hand-written gradient that saves only what it needs. */
import * as tf from "@tensorflow/tfjs";

/** A value, what its gradient needs of the way there, and that gradient. */
export interface Differentiable {
  value: tf.Tensor;
  /** Kept until the gradient is taken, inputs among them; everything else is given back at once. */
  saved: tf.Tensor[];
  /** @returns one gradient for each input, in their order */
  gradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[];
}

/**
 * Several ops as one with a gradient of its own: nothing between them is put on the tape, and what the gradient does not
 * need is freed before the next op runs. The gradient may use nothing but what was saved: the inputs may be gone by then.
 *
 * TensorFlow.js keeps every tensor of the way back until its end. Here what an op has saved, and the gradient that came
 * to it, go as soon as it has passed its own on: a step needs less than half of the memory.
 */
export function differentiable(inputs: readonly tf.Tensor[], compute: () => Differentiable): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const save = args[args.length - 1] as tf.GradSaveFunc;
    const { value, saved, gradient } = compute();
    save(saved);
    return {
      value,
      gradFunc(arriving, kept) {
        const dy = arriving as tf.Tensor;
        const gradients = tf.tidy(() => gradient(dy, kept));
        tf.dispose(kept.filter((tensor) => !gradients.includes(tensor)));
        if (!gradients.includes(dy)) dy.dispose();
        return gradients;
      },
    };
  });
  return op(...inputs);
}

/** True where somebody asks for gradients, so that what they need must be kept. */
export function takesGradient(): boolean {
  return tf.engine().state.gradientDepth > 0;
}
