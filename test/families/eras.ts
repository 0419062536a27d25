import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { sampleTypes, samplingOf } from "../../lib/batch/sampling";
import { parseRecord } from "../../lib/data/records";
import { type LossOptions, lossOf, spanLoss } from "../../lib/model/loss";
import { RandomStream } from "../../lib/random";
import { assertRelative } from "./compare";
import type { GoldenFamily } from "./family";

interface LossFixture {
  batch: {
    shape: [B: number, W: number, K: number, C: number];
    logits: number[][][];
    labels: number[][][];
    uniform: number[][][];
    span_mask: number[][];
    type_mask: number[][];
  };
  cases: {
    era: string;
    reduction: "sum" | "mean";
    args: Partial<LossOptions>;
    loss: number;
    gradient: number[];
  }[];
}

/** Losses of a release by its own code (test/python/eras): values and gradients. */
export const eraLosses: GoldenFamily = {
  name: "eras/losses",
  matches: (path) => /^eras\/[^/]+\/losses\.json$/.test(path),
  async check(folder, path) {
    const { batch, cases } = read<LossFixture>(join(folder, path));
    assert.ok(cases.length > 0, "cases");
    const [B, W, K, C] = batch.shape;
    const scores = tf.tensor4d(batch.logits.flat(2), batch.shape); // [B, W, K, C]
    const labels = tf.tensor4d(batch.labels.flat(2), batch.shape); // [B, W, K, C]
    const spanMask = tf.tensor3d(batch.span_mask.flat(), [B, W, K]); // [B, W, K]
    const typeMask = tf.tensor2d(batch.type_mask, [B, C]); // [B, C]
    const uniform = batch.uniform.flat(2);
    for (const { era, reduction, args, loss, gradient } of cases) {
      const what = `${era}, ${reduction}, ${JSON.stringify(args)}`;
      const options = { ...lossOf(era), reduction, ...args };
      const compute = (s: tf.Tensor) => {
        let drawn = 0;
        return spanLoss(s as tf.Tensor4D, labels, { spanMask, typeMask }, options, { draw: () => uniform[drawn++] });
      };
      assertRelative(compute(scores).dataSync(), [loss], 1e-4, `loss of ${what}`);
      assertRelative(tf.grad(compute)(scores).dataSync(), gradient, 1e-4, `gradient of ${what}`);
    }
    tf.dispose([scores, labels, spanMask, typeMask]);
  },
};

interface SamplerFixture {
  cases: {
    era: string;
    config: { max_neg_type_ratio: number; max_types: number };
    records: unknown[];
    script: number[];
    /** All types of the training set, where the release draws from them. */
    corpus: string[] | null;
    types: string[][];
  }[];
}

/** Which types a release asked an example for, drawn by a script that both sides play. */
export const eraSamplers: GoldenFamily = {
  name: "eras/samplers",
  matches: (path) => /^eras\/[^/]+\/samplers\.json$/.test(path),
  async check(folder, path) {
    const { cases } = read<SamplerFixture>(join(folder, path));
    assert.ok(cases.length > 0, "cases");
    cases.forEach(({ era, config, records, script, corpus, types }, i) => {
      const parsed = records.map((record, r) => parseRecord(record, `record ${r}`));
      const { max_neg_type_ratio, max_types } = config;
      const options = { max_neg_type_ratio, max_types, ...samplingOf(era) };
      const all = corpus ? { all: corpus, bySource: new Map() } : undefined;
      const asked = sampleTypes(parsed, options, new Scripted(script), all);
      assert.deepEqual(
        asked.map((example) => example.types),
        types,
        `case ${i}, ${era}`,
      );
    });
  },
};

/**
 * Plays the numbers of a script. Nothing is drawn where there is nothing to choose; an order depends on the items and on how
 * many numbers were drawn before, since Python's sets come in another order in every process.
 */
class Scripted extends RandomStream {
  private drawn = 0;

  constructor(private readonly script: readonly number[]) {
    super(new Uint8Array(16).fill(1));
  }

  override integer(low: number, high: number): number {
    if (low === high) return low;
    this.drawn++;
    return low + (this.script[this.drawn % this.script.length] % (high - low + 1));
  }

  override shuffle<T>(items: readonly T[]): T[] {
    const salt = `${this.script[0]} ${this.drawn}`;
    const keyed = items.map((item) => ({ item, key: createHash("md5").update(`${salt} ${item}`).digest("hex") }));
    return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item);
  }
}

const read = <T>(path: string) => JSON.parse(readFileSync(path, "utf8")) as T;
