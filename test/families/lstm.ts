import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { isNative } from "../../lib/backend";
import { lstm } from "../../lib/model/lstm";
import { Parameters } from "../../lib/weights/parameters";
import { type NamedArray, readSafetensors } from "../../lib/weights/safetensors";
import { assertClose, assertRelative, need } from "./compare";
import type { GoldenFamily } from "./family";

interface Meta {
  layers: number;
  bidirectional: boolean;
  lengths: number[];
}

/** AllenNLP's LSTM wrapper, outputs and all gradients, by the plain pass and by the fused one. */
export const lstmFamily: GoldenFamily = {
  name: "lstm",
  matches: (path) => /^lstm\/[^/]+\.safetensors$/.test(path),
  async check(folder, path) {
    const { tensors, metadata } = readSafetensors(join(folder, path));
    const meta = JSON.parse(metadata.get("meta") ?? "{}") as Meta;
    for (const implementation of isNative() ? (["plain", "fused"] as const) : (["plain"] as const))
      checkPass(tensors, meta, implementation);
  },
};

function checkPass(tensors: Map<string, NamedArray>, meta: Meta, implementation: "plain" | "fused"): void {
  const parameters = new Parameters();
  for (const [name, { data, shape }] of tensors)
    if (name.startsWith("lstm.")) parameters.set(name, data as Float32Array, shape);
  const tensor = (name: string) => tf.tensor(need(tensors, name).data, need(tensors, name).shape, "float32");
  const x = tf.variable(tensor("x")); // [B, W, I]
  const options = { layers: meta.layers, bidirectional: meta.bidirectional, lengths: meta.lengths, implementation };
  const initial = tensors.has("h0") ? { h: tensor("h0") as tf.Tensor3D, c: tensor("c0") as tf.Tensor3D } : undefined;
  const run = () => lstm(x as tf.Tensor as tf.Tensor3D, parameters, "lstm", { ...options, initial });
  assertClose(run().dataSync(), need(tensors, "out_allennlp").data, 1e-5, `${implementation} output`);
  checkTruncated(run(), tensors);
  const named = [...parameters.entries(), ["x", x] as const];
  const { grads } = tf.variableGrads(
    () => tf.sum(tf.mul(run(), tensor("R"))) as tf.Scalar,
    named.map(([, variable]) => variable as tf.Variable),
  );
  for (const [name, variable] of named)
    assertRelative(
      grads[variable.name].dataSync(),
      need(tensors, `grad.${name}`).data,
      1e-4,
      `${implementation} grad.${name}`,
    );
  parameters.dispose();
}

/** GLiNER's layer ends at the longest row of the batch; up to there it is the same. */
function checkTruncated(out: tf.Tensor3D, tensors: Map<string, NamedArray>): void {
  const gliner = tensors.get("out_gliner");
  if (!gliner) return;
  const cut = tf.slice(out, [0, 0, 0], [-1, gliner.shape[1], -1]);
  assertClose(cut.dataSync(), gliner.data, 1e-5, "GLiNER's own layer");
}
