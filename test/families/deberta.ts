import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { type DebertaConfig, parseEncoderConfig } from "../../lib/encoder/config";
import { deberta, debertaShapes } from "../../lib/encoder/deberta";
import { packedDeberta } from "../../lib/encoder/packed-deberta";
import { logBucket } from "../../lib/encoder/relative-position";
import { noDropout } from "../../lib/fused/dropout";
import { Parameters } from "../../lib/weights/parameters";
import { type NamedArray, readSafetensors } from "../../lib/weights/safetensors";
import { Shapes } from "../../lib/weights/shapes";
import { assertClose, assertNames, assertRelative, largest, need } from "./compare";
import type { GoldenFamily } from "./family";

/** DeBERTa-v2 with the switches that v3 leaves alone, without padding and as transformers writes it. */
export const debertaVariants: GoldenFamily = {
  name: "encoder/deberta",
  matches: (path) => /^encoder\/deberta_\w+\.safetensors$/.test(path),
  async check(folder, path) {
    const { tensors, metadata } = readSafetensors(join(folder, path));
    const { config: raw } = JSON.parse(metadata.get("meta") ?? "{}") as { config: unknown };
    const config = parseEncoderConfig(raw, path) as DebertaConfig;
    const parameters = new Parameters();
    for (const [name, { data, shape }] of tensors)
      if (name.startsWith("param.")) parameters.set(name.slice("param.".length), data as Float32Array, shape);
    const shapes = new Shapes();
    debertaShapes(shapes, "", config);
    assertNames(shapes, parameters);
    for (const encode of [packedDeberta, deberta]) checkVariant(config, parameters, tensors, encode);
    parameters.dispose();
  },
};

function checkVariant(
  config: DebertaConfig,
  parameters: Parameters,
  tensors: Map<string, NamedArray>,
  encode: typeof deberta,
): void {
  const float = (name: string) => tf.tensor(need(tensors, name).data, need(tensors, name).shape, "float32");
  const [B, T] = need(tensors, "ids").shape;
  const mask = float("mask") as tf.Tensor2D; // [B, T]
  const subwords = { ids: Int32Array.from(need(tensors, "ids").data), mask: Int32Array.from(mask.dataSync()), B, T };
  const run = () => encode({ subwords, parameters, prefix: "", config, dropout: noDropout }); // [B, T, H]
  const real = tf.expandDims(mask, -1); // [B, T, 1]
  assertClose(tf.mul(run(), real).dataSync(), need(tensors, "out").data, 1e-4, `${encode.name}: output`);
  const variables = new Map(parameters.entries());
  const { grads } = tf.variableGrads(() => tf.sum(tf.mul(run(), float("R"))) as tf.Scalar, [...variables.values()]);
  // What has no gradient at all for these texts is held to a ten-thousandth of the largest one.
  const noise = 1e-4 * Math.max(...[...variables.keys()].map((name) => largest(need(tensors, `grad.${name}`).data)));
  for (const [name, variable] of variables) {
    const wanted = need(tensors, `grad.${name}`).data;
    const what = `${encode.name}: gradient of ${name}`;
    // A key's bias adds the same to all scores of a query, unless the position's queries read it: noise on both sides.
    if (name.endsWith("key_proj.bias")) assertClose(grads[variable.name].dataSync(), wanted, 1e-3, what);
    else assertRelative(grads[variable.name].dataSync(), wanted, 1e-4, what, noise);
  }
}

/** The buckets of distances, to the last one: a bucket too far is a wrong row of the table. */
export const relativePositions: GoldenFamily = {
  name: "encoder/relative_positions",
  matches: (path) => path === "encoder/relative_positions.json",
  async check(folder, path) {
    const { cases } = JSON.parse(readFileSync(join(folder, path), "utf8")) as {
      cases: { buckets: number; longest: number; first: number; bucket: number[] }[];
    };
    for (const { buckets, longest, first, bucket } of cases)
      assert.deepEqual(
        bucket.map((_, i) => logBucket(first + i, buckets, longest)),
        bucket,
        `${buckets} buckets up to ${longest}`,
      );
  },
};
