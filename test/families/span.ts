import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { noDropout } from "../../lib/fused/dropout";
import { SPAN_PREFIX } from "../../lib/model/parameter-names";
import { SPAN_LAYERS, spanLayer } from "../../lib/model/span";
import type { SpanInput } from "../../lib/model/span/layer";
import { Parameters } from "../../lib/weights/parameters";
import { type NamedArray, readSafetensors } from "../../lib/weights/safetensors";
import { Shapes } from "../../lib/weights/shapes";
import { assertClose, assertGradients, assertNames, need } from "./compare";
import type { GoldenFamily } from "./family";

type Tensors = Map<string, NamedArray>;

/** Every span_mode of GLiNER 0.2.29: every span vector, those past the end included, and all gradients. */
export const spanLayers: GoldenFamily = {
  name: "span",
  matches: (path) => Object.keys(SPAN_LAYERS).some((mode) => path === `span/${mode}.safetensors`),
  async check(folder, path) {
    const { tensors, metadata } = readSafetensors(join(folder, path));
    const meta = JSON.parse(metadata.get("meta") ?? "{}") as { mode: string; max_width: number; lengths: number[] };
    const parameters = new Parameters();
    for (const [name, { data, shape }] of tensors)
      if (name.startsWith("w.")) parameters.set(`span_rep_layer.${name.slice(2)}`, data as Float32Array, shape);
    const words = tf.variable(tensor(tensors, "h")); // [B, W, D]
    const layer = spanLayer(meta.mode);
    const shapes = new Shapes();
    layer.shapes(shapes, words.shape[2] as number, meta.max_width);
    assertNames(shapes, parameters);
    const input: SpanInput = {
      words: words as tf.Tensor as tf.Tensor3D,
      spanMask: Uint8Array.from(need(tensors, "span_mask").data),
      lengths: meta.lengths,
      maxWidth: meta.max_width,
      parameters,
      rate: 0.4,
      dropout: noDropout,
    };
    assertClose(layer.spans(input).dataSync(), need(tensors, "out").data, 1e-5, "span vectors");
    if (tensors.has("out_with_word_mask"))
      assertClose(
        layer.spans({ ...input, leak: false }).dataSync(),
        need(tensors, "out_with_word_mask").data,
        1e-5,
        "span vectors without the leak",
      );
    const variables = new Map<string, tf.Variable>([["h", words]]);
    for (const [name, variable] of parameters.entries()) variables.set(name.replace("span_rep_layer.", ""), variable);
    assertGradients(() => tf.sum(tf.mul(layer.spans(input), tensor(tensors, "R"))), variables, tensors, UNUSED);
    parameters.dispose();
    words.dispose();
  },
};

/** Declared by markerV1 and never used: no gradient on either side. */
const UNUSED = new RegExp(`^${SPAN_PREFIX.replace("span_rep_layer.", "").replaceAll(".", "\\.")}project_first\\.`);

function tensor(tensors: Tensors, name: string): tf.Tensor {
  return tf.tensor(need(tensors, name).data, need(tensors, name).shape, "float32");
}
