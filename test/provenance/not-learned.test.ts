/** What a run cannot learn is counted, said, and stands in its manifest and card. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import type { NerRecord, NerSpan } from "../../lib/data/records";
import { GLiNER } from "../../lib/gliner/gliner";
import { train } from "../../lib/gliner/training/train";
import { readManifest } from "../../lib/provenance/manifest";
import { countNotLearned, describeNotLearned, type LearningLimits } from "../../lib/provenance/not-learned";
import { verb } from "../cli/verb";
import { Scratch } from "../data/scratch";
import { TINY_BERT, TINY_RECORDS } from "../tiny";

before(() => useBackend());
const scratch = new Scratch("not-learned");

const LIMITS: LearningLimits = { maxWidth: 2, maxLen: 6, maxTypes: 2 };
const words = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`);
const record = (ner: NerSpan[], more: Partial<NerRecord> = {}): NerRecord => ({ tokens: words(8), ner, ...more });

test("mentions too wide, behind the last word read and of no listed type, and types without a place, counted apart", () => {
  const records = [
    record([
      [0, 2, "a"],
      [0, 1, "a"],
      [0, 1, "a"],
    ]),
    record([
      [5, 6, "a"],
      [4, 5, "a"],
      [3, 7, "b"],
    ]),
    record(
      [
        [0, 0, "a"],
        [1, 1, "b"],
      ],
      { labels: ["a", "c", "d"] },
    ),
    record([
      [0, 0, "a"],
      [1, 1, "b"],
      [2, 2, "c"],
      [3, 3, "d"],
    ]),
  ];
  const counts = countNotLearned(records, LIMITS);
  assert.deepEqual(counts, {
    limits: { max_width: 2, max_len: 6, max_types: 2 },
    mentions: 11,
    too_wide: 1,
    beyond_max_len: 2,
    texts_beyond_max_len: 4,
    not_listed: 1,
    records_beyond_max_types: 1,
    types_beyond_max_types: 2,
  });
  assert.equal(
    describeNotLearned(counts),
    "of 11 mentions these cannot be learnt: 1 wider than max_width 2 words, 2 behind max_len 6 words (4 texts), 1 of a type that the record's own list leaves out; 1 records have more types than max_types 2: at every step 2 of them are not asked for",
  );
  const free = countNotLearned(records, {
    maxWidth: Number.POSITIVE_INFINITY,
    maxLen: 8,
    maxTypes: Number.POSITIVE_INFINITY,
  });
  assert.deepEqual([free.too_wide, free.beyond_max_len, free.records_beyond_max_types], [0, 0, 0]);
  assert.equal(describeNotLearned({ ...free, not_listed: 0 }), undefined);
});

test("a run says it before its first step, in the manifest and on the card", async () => {
  const wide = Array.from({ length: 20 }, () => "Anna");
  const records: NerRecord[] = [
    ...TINY_RECORDS,
    {
      tokens: wide,
      ner: [
        [0, 19, "person"],
        [0, 0, "person"],
      ],
    },
  ];
  const data = scratch.file("data.jsonl", records.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const recipe = scratch.file(
    "recipe.yaml",
    `data: {train_data: ${data}}\ntraining: {prev_path: ${TINY_BERT}, num_steps: 2, train_batch_size: 2}\n`,
  );
  const out = join(scratch.folder, "run");
  const { code, err } = verb("train", ["--config", recipe, "--out", out]);
  assert.equal(code, 0, err);
  const { not_learned: counts } = readManifest(join(out, "manifest.json"));
  assert.ok(counts);
  const sentence = describeNotLearned(counts);
  assert.deepEqual([counts.too_wide, counts.mentions], [1, 12]);
  assert.ok(sentence && err.includes(sentence), err);
  assert.ok(readFileSync(join(out, "README.md"), "utf8").includes(`Not learnt: ${sentence}.`));
});

test("a run that can learn everything says so on its card only", async () => {
  const out = join(scratch.folder, "all");
  const model = await GLiNER.fromPretrained(TINY_BERT);
  await train(model, TINY_RECORDS, { num_steps: 1, train_batch_size: 2, out });
  model.dispose();
  assert.match(readFileSync(join(out, "README.md"), "utf8"), /Every mention lies within the model's reach\./);
});
