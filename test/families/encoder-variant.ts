import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { type EncoderConfig, parseEncoderConfig } from "../../lib/encoder/config";
import type { EncoderInput } from "../../lib/encoder/input";
import { noDropout } from "../../lib/fused/dropout";
import { Parameters } from "../../lib/weights/parameters";
import { type NamedArray, readSafetensors } from "../../lib/weights/safetensors";
import { Shapes } from "../../lib/weights/shapes";
import { assertClose, assertNames, assertRelative, largest, need } from "./compare";

/** An encoder and what is special about it. */
export interface Variants<Config extends EncoderConfig> {
  shapes(shapes: Shapes, prefix: string, config: Config): void;
  /** Each has to give the same. */
  encoders: readonly ((input: EncoderInput<Config>) => tf.Tensor3D)[];
  /** Parameters whose gradient is rounding on both sides: a key's bias adds the same to all scores of a query. */
  noise: RegExp;
}

/** Random weights and texts of transformers' own code: names and shapes, the output, and every gradient of sum(output * R). */
export function checkEncoderFixture<Config extends EncoderConfig>(
  folder: string,
  path: string,
  { shapes: declare, encoders, noise }: Variants<Config>,
): void {
  const { tensors, metadata } = readSafetensors(join(folder, path));
  const { config: raw } = JSON.parse(metadata.get("meta") ?? "{}") as { config: unknown };
  const config = parseEncoderConfig(raw, path) as Config;
  const parameters = new Parameters();
  for (const [name, { data, shape }] of tensors)
    if (name.startsWith("param.")) parameters.set(name.slice("param.".length), data as Float32Array, shape);
  const shapes = new Shapes();
  declare(shapes, "", config);
  assertNames(shapes, parameters);
  for (const encode of encoders) checkOne(encode, { config, parameters, tensors, noise });
  parameters.dispose();
}

interface Fixture<Config> {
  config: Config;
  parameters: Parameters;
  tensors: Map<string, NamedArray>;
  noise: RegExp;
}

function checkOne<Config extends EncoderConfig>(
  encode: (input: EncoderInput<Config>) => tf.Tensor3D,
  { config, parameters, tensors, noise: isNoise }: Fixture<Config>,
): void {
  const float = (name: string) => tf.tensor(need(tensors, name).data, need(tensors, name).shape, "float32");
  const [B, T] = need(tensors, "ids").shape;
  const mask = float("mask") as tf.Tensor2D; // [B, T]
  const subwords = { ids: Int32Array.from(need(tensors, "ids").data), mask: Int32Array.from(mask.dataSync()), B, T };
  const run = () => encode({ subwords, parameters, prefix: "", config, dropout: noDropout }); // [B, T, H]
  const real = tf.expandDims(mask, -1); // [B, T, 1]
  assertClose(tf.mul(run(), real).dataSync(), need(tensors, "out").data, 1e-4, `${encode.name}: output`);
  // The pooler, which nothing reads, has no gradient on either side.
  const variables = new Map([...parameters.entries()].filter(([name]) => !name.startsWith("pooler.")));
  const { grads } = tf.variableGrads(() => tf.sum(tf.mul(run(), float("R"))) as tf.Scalar, [...variables.values()]);
  // What has no gradient at all for these texts is held to a ten-thousandth of the largest one.
  const floor = 1e-4 * Math.max(...[...variables.keys()].map((name) => largest(need(tensors, `grad.${name}`).data)));
  for (const [name, variable] of variables) {
    const wanted = need(tensors, `grad.${name}`).data;
    const what = `${encode.name}: gradient of ${name}`;
    if (isNoise.test(name)) assertClose(grads[variable.name].dataSync(), wanted, 1e-3, what);
    else assertRelative(grads[variable.name].dataSync(), wanted, 1e-4, what, floor);
  }
}
