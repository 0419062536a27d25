/** A vector of every type's name: the mean of its subwords' vectors by a plain encoder, as sentence-transformers pools them. */
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { encode, encoderShapes } from "../../encoder";
import { type EncoderConfig, parseEncoderConfig } from "../../encoder/config";
import { UserError } from "../../errors";
import { readJsonObject } from "../../files/json-object";
import { noDropout } from "../../fused/dropout";
import { SubwordTokenizer } from "../../text/tokenizer";
import { splitWords } from "../../text/words";
import { encoderTensor } from "../../weights/compact";
import { openWeights } from "../../weights/open";
import { Parameters } from "../../weights/parameters";
import { Shapes } from "../../weights/shapes";

/** Names computed at once. */
const BATCH = 64;

/**
 * @param folder of an encoder, e.g. that of `cachedEncoder()`; a backend must have started
 * @throws UserError where its files are unsound
 */
export async function typeVectors(names: Iterable<string>, folder: string): Promise<Map<string, Float32Array>> {
  const path = join(folder, "config.json");
  const config = parseEncoderConfig(readJsonObject(path, "the configuration of an encoder"), path);
  const tokenizer = SubwordTokenizer.load(folder);
  const parameters = await readWeights(folder, config);
  const vectors = new Map<string, Float32Array>();
  // Names of one length together: little padding.
  const all = [...new Set(names)].map((name) => ({ name, ids: idsOf(name, tokenizer) }));
  all.sort((a, b) => a.ids.length - b.ids.length);
  try {
    for (let i = 0; i < all.length; i += BATCH) {
      const batch = all.slice(i, i + BATCH);
      const rows = pooled(
        batch.map(({ ids }) => ids),
        tokenizer.padId,
        parameters,
        config,
      );
      for (const [n, { name }] of batch.entries()) vectors.set(name, rows[n]);
    }
  } finally {
    parameters.dispose();
  }
  return vectors;
}

const idsOf = (name: string, tokenizer: SubwordTokenizer): number[] => [
  tokenizer.clsId,
  ...splitWords(name).flatMap(({ text }) => [...tokenizer.encodeWord(text)]),
  tokenizer.sepId,
];

async function readWeights(folder: string, config: EncoderConfig): Promise<Parameters> {
  const shapes = new Shapes();
  encoderShapes(shapes, "", config);
  const parameters = new Parameters();
  const weights = await openWeights(folder);
  try {
    for (const [name, shape] of shapes) {
      const source = encoderTensor(weights, name);
      if (!source && name.startsWith("pooler.")) continue;
      if (!source) throw new UserError(`${weights.path} has no tensor "${name}"; wanted the weights of the encoder.`);
      parameters.set(name, weights.read(source).data as Float32Array, shape);
    }
  } finally {
    weights.close();
  }
  return parameters;
}

function pooled(
  lists: readonly (readonly number[])[],
  padId: number,
  parameters: Parameters,
  config: EncoderConfig,
): Float32Array[] {
  const [B, T] = [lists.length, Math.max(...lists.map((ids) => ids.length))];
  const [ids, mask] = [new Int32Array(B * T).fill(padId), new Int32Array(B * T)];
  lists.forEach((list, b) => {
    ids.set(list, b * T);
    mask.fill(1, b * T, b * T + list.length);
  });
  const values = tf.tidy(() => {
    const subwords = { ids, mask, B, T };
    const hidden = encode({ parameters, prefix: "", config, dropout: noDropout, subwords }); // [B, T, H]
    const keep = tf.tensor3d(Float32Array.from(mask), [B, T, 1]); // [B, T, 1]
    return tf.div(tf.sum(tf.mul(hidden, keep), 1), tf.sum(keep, 1)).dataSync<"float32">(); // [B, H]
  });
  const H = values.length / B;
  return lists.map((_, b) => values.slice(b * H, (b + 1) * H));
}
