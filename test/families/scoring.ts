import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { typePositions } from "../../lib/batch/prompt";
import { noDropout } from "../../lib/fused/dropout";
import { projection } from "../../lib/model/projection";
import { scoreSpans } from "../../lib/model/span/layer";
import { factoredTokenHeadScores, tokenHeadScores, tokenHeadShapes } from "../../lib/model/token-head";
import { extractWords, rowsAt, SUBTOKEN_POOLINGS } from "../../lib/model/words";
import { Parameters } from "../../lib/weights/parameters";
import { type NamedArray, readSafetensors } from "../../lib/weights/safetensors";
import { Shapes } from "../../lib/weights/shapes";
import { assertClose, assertGradients, assertNames, need } from "./compare";
import type { GoldenFamily } from "./family";

type Tensors = Map<string, NamedArray>;

const tensor = (tensors: Tensors, name: string) =>
  tf.tensor(need(tensors, name).data, need(tensors, name).shape, "float32");

/** The prompt's projection and the dot product of spans and types. */
export const scoring: GoldenFamily = {
  name: "scoring",
  matches: (path) => path === "scoring/prompt_projection_einsum.safetensors",
  async check(folder, path) {
    const { tensors } = readSafetensors(join(folder, path));
    const parameters = new Parameters();
    for (const [name, { data, shape }] of tensors)
      if (name.startsWith("prompt_rep_layer.")) parameters.set(name, data as Float32Array, shape);
    const prompts = tf.variable(tensor(tensors, "prompts")); // [B, C, D]
    const spans = tf.variable(tensor(tensors, "span_rep")); // [B, W, K, D]
    const project = () => projection(prompts, parameters, "prompt_rep_layer", 0.4, noDropout) as tf.Tensor3D;
    const score = () => scoreSpans(spans as tf.Tensor as tf.Tensor4D, project()); // [B, W, K, C]
    assertClose(project().dataSync(), need(tensors, "projected").data, 1e-5, "projected prompts");
    assertClose(score().dataSync(), need(tensors, "scores").data, 1e-4, "scores");
    const variables = new Map<string, tf.Variable>([
      ...parameters.entries(),
      ["prompts", prompts] as const,
      ["span_rep", spans] as const,
    ]);
    assertGradients(() => tf.sum(tf.mul(score(), tensor(tensors, "R"))), variables, tensors);
    parameters.dispose();
  },
};

/** The token-level Scorer, plain and factored; the fixture has no gradients. */
export const tokenScorer: GoldenFamily = {
  name: "scoring/token_scorer",
  matches: (path) => path === "scoring/token_scorer.safetensors",
  async check(folder, path) {
    const { tensors } = readSafetensors(join(folder, path));
    const parameters = new Parameters();
    for (const [name, { data, shape }] of tensors)
      if (name.startsWith("w.")) parameters.set(`scorer.${name.slice(2)}`, data as Float32Array, shape);
    const words = tensor(tensors, "token_rep") as tf.Tensor3D; // [B, W, D]
    const types = tensor(tensors, "label_rep") as tf.Tensor3D; // [B, C, D]
    const shapes = new Shapes();
    tokenHeadShapes(shapes, words.shape[2]);
    assertNames(shapes, parameters);
    const input = { words, types, parameters, rate: 0.1, dropout: noDropout };
    for (const [name, scores] of [
      ["plain", tokenHeadScores(input)],
      ["factored", factoredTokenHeadScores(input)],
    ] as const) {
      assert.deepEqual(scores.shape, need(tensors, "scores").shape, name);
      assertClose(scores.dataSync(), need(tensors, "scores").data, 1e-5, name);
    }
    parameters.dispose();
  },
};

/** Subwords -> words by each pooling, and the prompt's vectors, from the class token or the one behind it. */
export const extraction: GoldenFamily = {
  name: "scoring/extract_words_prompts",
  matches: (path) => path === "scoring/extract_words_prompts.safetensors",
  async check(folder, path) {
    const { tensors, metadata } = readSafetensors(join(folder, path));
    const { class_token_index } = JSON.parse(metadata.get("meta") ?? "{}") as { class_token_index: number };
    const tokens = tensor(tensors, "token_embeds") as tf.Tensor3D; // [B, T, D]
    const lengths = [...need(tensors, "text_lengths").data];
    for (const pooling of SUBTOKEN_POOLINGS) {
      const mask = Int32Array.from(
        need(tensors, `words_mask_${pooling === "mean" || pooling === "max" ? "full" : pooling}`).data,
      );
      const words = extractWords(tokens, mask, Math.max(...lengths), pooling); // [B, W, D]
      assertClose(words.dataSync(), need(tensors, `words_${pooling}`).data, 1e-6, pooling);
    }
    for (const [embed_ent_token, name] of [
      [true, "prompts_embed_ent_token_True"],
      [false, "prompts_embed_ent_token_False"],
    ] as const) {
      const positions = promptPositions(tensors, { class_token_index, embed_ent_token });
      assertClose(rowsAt(tokens, positions).dataSync(), need(tensors, name).data, 0, name);
    }
  },
};

/** [B, C] positions of the prompt's vectors in the attended part of each row, -1 where a row has fewer types. */
function promptPositions(
  tensors: Tensors,
  config: { class_token_index: number; embed_ent_token: boolean },
): Int32Array {
  const { data: ids, shape } = need(tensors, "input_ids");
  const attended = need(tensors, "attention_mask").data;
  const { shape: promptShape, data: mask } = need(tensors, "prompts_mask");
  const [B, T] = shape;
  const C = promptShape[1];
  const positions = new Int32Array(B * C).fill(-1);
  for (let b = 0; b < B; b++) {
    const row = [...ids.subarray(b * T, (b + 1) * T)].filter((_, t) => attended[b * T + t]);
    const found = typePositions(row, C, config);
    assert.deepEqual(
      [...mask.subarray(b * C, (b + 1) * C)],
      Array.from({ length: C }, (_, c) => (c < found.length ? 1 : 0)),
      "prompts_mask",
    );
    positions.set(found, b * C);
  }
  return positions;
}
