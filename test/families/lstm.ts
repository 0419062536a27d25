import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { isNative } from "../../lib/backend";
import { UserError } from "../../lib/errors";
import { LSTMS, type LstmModule, type LstmName } from "../../lib/model/lstm";
import { Parameters } from "../../lib/weights/parameters";
import { type NamedArray, readSafetensors } from "../../lib/weights/safetensors";
import { assertClose, assertGradients, need } from "./compare";
import type { GoldenFamily } from "./family";

interface Meta {
  layers: number;
  bidirectional: boolean;
  lengths: number[];
  gliner_error: string | null;
}

/** AllenNLP's LSTM wrapper, GLiNER's layer and a naive nn.LSTM: outputs of each, all gradients of the first. */
export const lstmFamily: GoldenFamily = {
  name: "lstm",
  matches: (path) => /^lstm\/(bi|uni)\d_[^/]+\.safetensors$/.test(path),
  async check(folder, path) {
    const { tensors, metadata } = readSafetensors(join(folder, path));
    const meta = JSON.parse(metadata.get("meta") ?? "{}") as Meta;
    const parameters = new Parameters();
    for (const [name, { data, shape }] of tensors)
      if (name.startsWith("lstm.")) parameters.set(name, data as Float32Array, shape);
    const module = { parameters, prefix: "lstm", layers: meta.layers, bidirectional: meta.bidirectional };
    for (const name of isNative() ? (["allennlp", "fused"] as const) : (["allennlp"] as const))
      checkAllenNlp(tensors, meta, module, name);
    checkPacked(tensors, meta, module);
    checkNaive(tensors, meta, module);
    parameters.dispose();
  },
};

type Tensors = Map<string, NamedArray>;

const tensor = (tensors: Tensors, name: string) =>
  tf.tensor(need(tensors, name).data, need(tensors, name).shape, "float32");

function run(tensors: Tensors, meta: Meta, module: LstmModule, name: LstmName, x = tensor(tensors, "x")): tf.Tensor3D {
  const states = (key: string) => tensor(tensors, key) as tf.Tensor3D;
  const initial = tensors.has("h0") ? { h: states("h0"), c: states("c0") } : undefined;
  return LSTMS[name](x as tf.Tensor3D, meta.lengths, module, initial);
}

function checkAllenNlp(tensors: Tensors, meta: Meta, module: LstmModule, name: "allennlp" | "fused"): void {
  const x = tf.variable(tensor(tensors, "x")); // [B, W, I]
  const forward = () => run(tensors, meta, module, name, x);
  for (const wanted of ["out_allennlp", "out_gliner_RNNContextEncoder"])
    if (tensors.has(wanted)) assertClose(forward().dataSync(), need(tensors, wanted).data, 1e-5, `${name}: ${wanted}`);
  const variables = new Map<string, tf.Variable>([...module.parameters.entries(), ["x", x]]);
  assertGradients(() => tf.sum(tf.mul(forward(), tensor(tensors, "R"))), variables, tensors);
  x.dispose();
}

/** Ends at the longest row, and refuses a row without words, exactly where Python does. */
function checkPacked(tensors: Tensors, meta: Meta, module: LstmModule): void {
  if (meta.gliner_error) {
    assert.throws(() => run(tensors, meta, module, "packed"), UserError, `Python: ${meta.gliner_error}`);
    return;
  }
  const out = run(tensors, meta, module, "packed");
  assert.deepEqual(out.shape, need(tensors, "out_gliner").shape, "shape of GLiNER's own layer");
  assertClose(out.dataSync(), need(tensors, "out_gliner").data, 1e-5, "GLiNER's own layer");
}

function checkNaive(tensors: Tensors, meta: Meta, module: LstmModule): void {
  assertClose(run(tensors, meta, module, "naive").dataSync(), need(tensors, "out_naive_padded").data, 1e-5, "naive");
  const clean = tf.mul(tensor(tensors, "x"), tf.expandDims(tensor(tensors, "mask"), 2)); // [B, W, I]
  const zeroPadded = run(tensors, meta, module, "naive", clean).dataSync();
  assertClose(zeroPadded, need(tensors, "out_naive_zeropadded").data, 1e-5, "naive, padding zeroed");
}
