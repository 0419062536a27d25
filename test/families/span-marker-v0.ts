import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { noDropout } from "../../lib/encoder/dropout";
import { markerV0 } from "../../lib/model/span/marker-v0";
import { Parameters } from "../../lib/weights/parameters";
import { readSafetensors } from "../../lib/weights/safetensors";
import { assertClose, assertRelative, need } from "./compare";
import type { GoldenFamily } from "./family";

/** SpanMarkerV0 of GLiNER 0.2.29: every span vector, those past the end included, and all gradients. */
export const spanMarkerV0: GoldenFamily = {
  name: "span/markerV0",
  matches: (path) => path === "span/markerV0.safetensors",
  async check(folder, path) {
    const { tensors, metadata } = readSafetensors(join(folder, path));
    const { max_width: maxWidth } = JSON.parse(metadata.get("meta") ?? "{}") as { max_width: number };
    const parameters = new Parameters();
    for (const [name, { data, shape }] of tensors)
      if (name.startsWith("w.")) parameters.set(`span_rep_layer.${name.slice(2)}`, data as Float32Array, shape);
    const h = need(tensors, "h");
    const words = tf.variable(tf.tensor(h.data, h.shape, "float32")); // [B, W, D]
    const spanMask = Uint8Array.from(need(tensors, "span_mask").data);
    const run = () =>
      markerV0({
        words: words as tf.Tensor as tf.Tensor3D,
        spanMask,
        maxWidth,
        parameters,
        rate: 0.4,
        dropout: noDropout,
      });
    assertClose(run().dataSync(), need(tensors, "out").data, 1e-5, "span vectors");
    const r = need(tensors, "R");
    const named = [...parameters.entries(), ["span_rep_layer.h", words] as const];
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.mul(run(), tf.tensor(r.data, r.shape, "float32"))) as tf.Scalar,
      named.map(([, variable]) => variable as tf.Variable),
    );
    for (const [name, variable] of named) {
      const bare = name.slice("span_rep_layer.".length);
      assertRelative(grads[variable.name].dataSync(), need(tensors, `grad.${bare}`).data, 1e-4, `grad.${bare}`);
    }
    parameters.dispose();
  },
};
