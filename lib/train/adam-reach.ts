/** How far Adam gets with gradients of changing length, beside gradients that are all of one length. */

/**
 * What the learning rate is multiplied by at every step, for a gradient that keeps its direction and has these lengths: mean and mean
 * square are running, corrected for their start at 0. Where every gradient has the same length, as where every step is clipped, it is
 * 1. A gradient far longer than the others is in the mean square for some 1 / (1 - β2) = 1,000 steps, and shortens all of them.
 *
 *     m ← β1 m + (1 - β1) g     v ← β2 v + (1 - β2) g²     reach = m / (1 - β1ᵗ) / √(v / (1 - β2ᵗ))
 *
 * @param norms lengths of the gradient of all parameters from the first step on: [steps]
 * @returns [steps]; 0 where all were 0
 * @see Kingma & Ba 2015, algorithm 1
 */
export function adamReach(norms: readonly number[], { beta1 = 0.9, beta2 = 0.999 } = {}): number[] {
  let [m, v] = [0, 0];
  return norms.map((norm, t) => {
    m = beta1 * m + (1 - beta1) * norm;
    v = beta2 * v + (1 - beta2) * norm ** 2;
    return v === 0 ? 0 : m / (1 - beta1 ** (t + 1)) / Math.sqrt(v / (1 - beta2 ** (t + 1)));
  });
}
