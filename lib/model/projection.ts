/** The two-layer feed-forward network (the paper's FFN) that span layers and the prompt's type vectors share. */
import type * as tf from "@tensorflow/tfjs";
import { linear, linearShapes } from "../encoder/layers";
import type { Dropout } from "../fused/dropout";
import { reluDropout } from "../fused/relu-dropout";
import type { Parameters } from "../weights/parameters";
import type { Shapes } from "../weights/shapes";

/** GLiNER's `create_projection_layer`: Linear(in, 4 out) -> ReLU -> Dropout -> Linear(4 out, out). Declares `.0` and `.3`. */
export function projectionShapes(shapes: Shapes, prefix: string, inputs: number, outputs: number): void {
  linearShapes(shapes, `${prefix}.0`, inputs, 4 * outputs);
  linearShapes(shapes, `${prefix}.3`, 4 * outputs, outputs);
}

/** x: [..., in] -> [..., out] */
export function projection(
  x: tf.Tensor,
  parameters: Parameters,
  prefix: string,
  rate: number,
  dropout: Dropout,
): tf.Tensor {
  const inner = reluDropout(linear(x, parameters, `${prefix}.0`), dropout, rate, prefix); // [..., 4 out]
  return linear(inner, parameters, `${prefix}.3`); // [..., out]
}
