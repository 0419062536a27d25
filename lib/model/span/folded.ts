/**
 * Nothing follows the last Linear of a span layer but the dot product with a type, so that Linear folds into the few type
 * vectors:
 *
 *     (W2 h + b2) . p_c = h . (W2ᵀ p_c) + b2 . p_c
 */
import * as tf from "@tensorflow/tfjs";

/** W2ᵀ p_c for every type: [B, C, D], [D, F] -> [B, C, F]. */
export function foldTypes(types: tf.Tensor3D, weight: tf.Tensor): tf.Tensor3D {
  const [B, C, D] = types.shape;
  const product = tf.matMul(tf.reshape(types, [B * C, D]), weight as tf.Tensor2D); // [B * C, F]
  return tf.reshape(product, [B, C, weight.shape[1] as number]);
}

/** p_c . b2 for every type: [B, C, D], [D] -> [B, 1, 1, C]. */
export function biasDot(types: tf.Tensor3D, bias: tf.Tensor): tf.Tensor4D {
  const [B, C] = types.shape;
  return tf.reshape(tf.sum(tf.mul(types, bias), 2), [B, 1, 1, C]);
}
