import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { noDropout } from "../../lib/encoder/dropout";
import { projection } from "../../lib/model/projection";
import { scoreSpans } from "../../lib/model/span/layer";
import { Parameters } from "../../lib/weights/parameters";
import { readSafetensors } from "../../lib/weights/safetensors";
import { assertClose, assertRelative, need } from "./compare";
import type { GoldenFamily } from "./family";

/** The prompt's projection and the dot product of spans and types. */
export const scoring: GoldenFamily = {
  name: "scoring",
  matches: (path) => path === "scoring/prompt_projection_einsum.safetensors",
  async check(folder, path) {
    const { tensors } = readSafetensors(join(folder, path));
    const parameters = new Parameters();
    for (const [name, { data, shape }] of tensors)
      if (name.startsWith("prompt_rep_layer.")) parameters.set(name, data as Float32Array, shape);
    const tensor = (name: string) => tf.tensor(need(tensors, name).data, need(tensors, name).shape, "float32");
    const prompts = tf.variable(tensor("prompts")); // [B, C, D]
    const spans = tf.variable(tensor("span_rep")); // [B, W, K, D]
    const project = () => projection(prompts, parameters, "prompt_rep_layer", 0.4, noDropout) as tf.Tensor3D;
    const score = () => scoreSpans(spans as tf.Tensor as tf.Tensor4D, project()); // [B, W, K, C]
    assertClose(project().dataSync(), need(tensors, "projected").data, 1e-5, "projected prompts");
    assertClose(score().dataSync(), need(tensors, "scores").data, 1e-4, "scores");
    const named = [...parameters.entries(), ["prompts", prompts] as const, ["span_rep", spans] as const];
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.mul(score(), tensor("R"))) as tf.Scalar,
      named.map(([, variable]) => variable as tf.Variable),
    );
    for (const [name, variable] of named)
      assertRelative(grads[variable.name].dataSync(), need(tensors, `grad.${name}`).data, 1e-4, `grad.${name}`);
    parameters.dispose();
  },
};
