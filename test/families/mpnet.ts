import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MpnetConfig } from "../../lib/encoder/config";
import { mpnet, mpnetShapes } from "../../lib/encoder/mpnet";
import { relativeBucket } from "../../lib/encoder/mpnet-bias";
import { SubwordTokenizer } from "../../lib/text/tokenizer";
import { checkEncoderFixture } from "./encoder-variant";
import type { GoldenFamily } from "./family";

/** MPNet: one subword, ragged texts, and one as long as its last bucket. */
export const mpnetVariants: GoldenFamily = {
  name: "encoder/mpnet",
  matches: (path) => /^encoder\/mpnet_\w+\.safetensors$/.test(path),
  async check(folder, path) {
    checkEncoderFixture<MpnetConfig>(folder, path, { shapes: mpnetShapes, encoders: [mpnet], noise: /attn\.k\.bias$/ });
  },
};

/** The bucket of each distance: one bucket off is a wrong row of the table. */
export const mpnetBuckets: GoldenFamily = {
  name: "encoder/mpnet_buckets",
  matches: (path) => path === "encoder/mpnet_buckets.json",
  async check(folder, path) {
    const { first, bucket } = read<{ first: number; bucket: number[] }>(folder, path);
    assert.deepEqual(
      bucket.map((_, i) => relativeBucket(first + i, 32)),
      bucket,
    );
  },
};

/** Its tokenizer: WordPiece between <s> and </s>. */
export const mpnetTokenizer: GoldenFamily = {
  name: "encoder/mpnet_tokenizer",
  matches: (path) => path === "encoder/mpnet_tokenizer.json",
  async check(folder, path) {
    const { file, config, cases } = read<{
      file: Record<string, unknown>;
      config: Record<string, unknown>;
      cases: { words: string[]; ids: number[] }[];
    }>(folder, path);
    const tokenizer = SubwordTokenizer.of(file, config, path);
    assert.deepEqual([tokenizer.clsId, tokenizer.padId, tokenizer.sepId, tokenizer.modelMaxLength], [0, 1, 2, 64]);
    for (const { words, ids } of cases) {
      const own = [tokenizer.clsId, ...words.flatMap((word) => tokenizer.encodeWord(word)), tokenizer.sepId];
      assert.deepEqual(own, ids, words.join(" "));
    }
  },
};

function read<Value>(folder: string, path: string): Value {
  return JSON.parse(readFileSync(join(folder, path), "utf8")) as Value;
}
