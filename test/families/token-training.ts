import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { collate } from "../../lib/batch/collate";
import type { NerSpan } from "../../lib/data/records";
import { loadModel } from "../../lib/gliner/checkpoint/load";
import { batchLoss } from "../../lib/model/batch-loss";
import { DEFAULT_LOSS, type LossOptions } from "../../lib/model/loss";
import type { SpanModel } from "../../lib/model/uni-encoder-span";
import { tokenScores } from "../../lib/model/uni-encoder-token";
import { Parameters } from "../../lib/weights/parameters";
import { readSafetensors } from "../../lib/weights/safetensors";
import { assertClose, assertRelative, need } from "./compare";
import type { GoldenFamily } from "./family";

interface Meta {
  examples: { tokenized_text: string[]; ner: NerSpan[] }[];
  classes: string[][];
  losses: { options: Partial<LossOptions>; loss: number }[];
}

/** Training a token-level model: labels, scores, losses and gradients through the whole of it, on the tiny model's encoder. */
export const tokenTraining: GoldenFamily = {
  name: "token/training",
  matches: (path) => path === "token/training.safetensors",
  async check(folder, path) {
    const { tensors, metadata } = readSafetensors(join(folder, path));
    const { examples, classes, losses } = JSON.parse(metadata.get("meta") ?? "{}") as Meta;
    const tiny = await loadModel(join(folder, "tiny_bert"));
    const parameters = new Parameters();
    for (const [name, variable] of tiny.parameters.entries())
      if (!/^(span_rep_layer|prompt_rep_layer)\./.test(name))
        parameters.set(name, variable.dataSync<"float32">(), variable.shape);
    for (const [name, { data, shape }] of tensors)
      if (name.startsWith("scorer.")) parameters.set(name, data as Float32Array, shape);
    const model: SpanModel = { ...tiny, parameters, config: { ...tiny.config, span_mode: "token_level" } };
    const asked = examples.map(({ tokenized_text: tokens, ner }, b) => ({ tokens, ner, types: classes[b] }));
    const batch = collate(asked, tiny.tokenizer, model.config);
    assert.deepEqual([...(batch.labels ?? [])], [...need(tensors, "labels").data], "labels [B, W, C, 3]");
    // A type that a text is not asked for has no vector: Python's padding is a row of zeros too.
    for (const head of ["plain", "factored"] as const) {
      assertClose(
        tokenScores(model, batch, { head }).dataSync(),
        need(tensors, "scores").data,
        1e-4,
        `${head}: scores`,
      );
      for (const { options, loss } of losses) {
        const ours = batchLoss(model, batch, { ...DEFAULT_LOSS, ...options }, { head }).dataSync();
        assertRelative(ours, [loss], 1e-5, `${head}: loss with ${JSON.stringify(options)}`);
      }
      const graded = [...parameters.entries()].filter(([name]) => tensors.has(`grad.${name}`));
      assert.ok(graded.length > 10, "gradients");
      const { grads } = tf.variableGrads(
        () => batchLoss(model, batch, DEFAULT_LOSS, { head }),
        graded.map(([, variable]) => variable),
      );
      for (const [name, variable] of graded)
        assertRelative(grads[variable.name].dataSync(), need(tensors, `grad.${name}`).data, 1e-4, `${head}: ${name}`);
    }
    parameters.dispose();
    tiny.parameters.dispose();
  },
};
