/** The LSTM's weights: their names and shapes in a checkpoint, and how a layer's direction finds its own. */
import type * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../../weights/parameters";
import type { Shapes } from "../../weights/shapes";

/**
 * The parameters of PyTorch's `nn.LSTM` under its names; gate order i, f, g, o. Both biases are variables: their sum is
 * all that the output sees, but AdamW, clipping and decay move each on its own, as in Python.
 */
export interface LstmModule {
  parameters: Parameters;
  /** "rnn.lstm" in a GLiNER checkpoint; "rnn._module" in one from AllenNLP's time. */
  prefix: string;
  layers: number;
  bidirectional: boolean;
}

/** One direction's weights in PyTorch's layout: [4H, I], [4H, H], [4H], [4H]. */
export interface LstmWeights {
  inputHidden: tf.Tensor2D;
  hiddenHidden: tf.Tensor2D;
  biasInput: tf.Tensor1D;
  biasHidden: tf.Tensor1D;
}

/** `inputs` wide at the first layer; every direction is `hidden` wide. */
export interface LstmSize {
  inputs: number;
  hidden: number;
  layers: number;
  bidirectional: boolean;
}

/** Declares `nn.LSTM(inputs, hidden, layers, bidirectional)`. */
export function lstmShapes(shapes: Shapes, prefix: string, { inputs, hidden, layers, bidirectional }: LstmSize): void {
  const directions = bidirectional ? 2 : 1;
  for (let layer = 0; layer < layers; layer++)
    for (let direction = 0; direction < directions; direction++) {
      const suffix = suffixOf(layer, direction);
      shapes.set(`${prefix}.weight_ih${suffix}`, [4 * hidden, layer === 0 ? inputs : hidden * directions]);
      shapes.set(`${prefix}.weight_hh${suffix}`, [4 * hidden, hidden]);
      shapes.set(`${prefix}.bias_ih${suffix}`, [4 * hidden]);
      shapes.set(`${prefix}.bias_hh${suffix}`, [4 * hidden]);
    }
}

/** The weights of one layer and direction (0 = forward, 1 = backward). */
export function directionWeights({ parameters, prefix }: LstmModule, layer: number, direction: number): LstmWeights {
  const get = (name: string) => parameters.get(`${prefix}.${name}${suffixOf(layer, direction)}`) as tf.Tensor;
  return {
    inputHidden: get("weight_ih") as tf.Tensor2D,
    hiddenHidden: get("weight_hh") as tf.Tensor2D,
    biasInput: get("bias_ih") as tf.Tensor1D,
    biasHidden: get("bias_hh") as tf.Tensor1D,
  };
}

const suffixOf = (layer: number, direction: number) => `_l${layer}${direction ? "_reverse" : ""}`;
