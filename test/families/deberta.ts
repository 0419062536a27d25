import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DebertaConfig } from "../../lib/encoder/config";
import { deberta, debertaShapes } from "../../lib/encoder/deberta";
import { packedDeberta } from "../../lib/encoder/packed-deberta";
import { logBucket } from "../../lib/encoder/relative-position";
import { checkEncoderFixture } from "./encoder-variant";
import type { GoldenFamily } from "./family";

/** DeBERTa-v2 with the switches that v3 leaves alone, without padding and as transformers writes it. */
export const debertaVariants: GoldenFamily = {
  name: "encoder/deberta",
  matches: (path) => /^encoder\/deberta_\w+\.safetensors$/.test(path),
  async check(folder, path) {
    checkEncoderFixture<DebertaConfig>(folder, path, {
      shapes: debertaShapes,
      encoders: [packedDeberta, deberta],
      // Unless the position's queries read it.
      noise: /key_proj\.bias$/,
    });
  },
};

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
