/** A set without any mention, or with a mark of the model's for a type, is refused before the first step: it would train or measure silence. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { before, test } from "node:test";
import { useBackend } from "../../../lib/backend";
import type { NerRecord } from "../../../lib/data/records";
import { GLiNER } from "../../../lib/gliner/gliner";
import type { TrainOptions } from "../../../lib/gliner/training/options";
import { train } from "../../../lib/gliner/training/train";
import { verb } from "../../cli/verb";
import { Scratch, says } from "../../data/scratch";
import { TINY_BERT, TINY_RECORDS } from "../../tiny";

before(() => useBackend());
const scratch = new Scratch("silent");
const SILENT: NerRecord[] = TINY_RECORDS.map(({ tokens }) => ({ tokens, ner: [] }));
const file = (name: string, records: readonly object[]) =>
  scratch.file(name, records.map((record) => `${JSON.stringify(record)}\n`).join(""));

test("to train on, to validate on, to choose by, to follow and to evaluate on", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const refused = (records: readonly NerRecord[], options: TrainOptions, ...parts: string[]) =>
    assert.rejects(train(model, records, { num_steps: 1, eval_every: 1, ...options }), says(...parts));
  const asked = [{ types: ["person"], records: SILENT }];
  await refused(SILENT, {}, "none of the 6 records to train on has a mention");
  await refused(TINY_RECORDS, { dev: SILENT }, "none of the 6 records for the development loss has a mention");
  await refused(
    TINY_RECORDS,
    { heldOut: { types: ["city"], asked } },
    "records asked for held-out types has a mention",
  );
  // Mentions of types that nobody asks for are none.
  const test = { name: "probe", types: ["weapon"], records: TINY_RECORDS };
  await refused(TINY_RECORDS, { benchmark: [test] }, "none of the 6 records of probe has a mention");
  await assert.rejects(model.evaluate(TINY_RECORDS, { entityTypes: ["weapon"] }), says("has a mention"));
  const unread: unknown[] = [...TINY_RECORDS, { tokens: ["Anna"], ner_tags: [1] }];
  await refused(unread as NerRecord[], {}, 'record 7 to train on: there is no "ner"');
  const marked: NerRecord[] = [...TINY_RECORDS, { tokens: ["Anna"], ner: [[0, 0, "<<SEP>>"]] }];
  await refused(marked, {}, 'the type "<<SEP>>" holds "<<SEP>>", a mark of the model\'s own');
  await refused([{ ...TINY_RECORDS[0], negatives: ["[CLS]"] }], {}, 'holds "[CLS]"');
  model.dispose();
});

test("the verbs say it too: train, evaluate, evaluate --limit, doctor and preprocess", () => {
  const unread = file("unread.jsonl", [{ tokens: ["Alice", "works"], ner_tags: [1, 0] }]);
  const silent = file("silent.jsonl", SILENT);
  const late = file("late.jsonl", [...SILENT, ...TINY_RECORDS]);
  const recipe = (data: string) => [
    ...[
      "--config",
      scratch.file(
        `${basename(data)}.yaml`,
        `data: {train_data: ${data}}\ntraining: {prev_path: ${TINY_BERT}, num_steps: 1}\n`,
      ),
    ],
    ...["--out", join(scratch.folder, "run")],
  ];
  const out = join(scratch.folder, "out.jsonl");
  const calls: [name: string, words: string[], message: RegExp][] = [
    ["train", recipe(unread), /^train: \S+unread\.jsonl, line 1: there is no "ner".*"ner_tags"/m],
    ["train", recipe(silent), /^train: none of the 6 records to train on has a mention/m],
    ["doctor", ["--data", unread], /^doctor: \S+unread\.jsonl, line 1: there is no "ner"/m],
    [
      "preprocess",
      ["--from", "gliner", unread, "--out", out],
      /^preprocess: \S+unread\.jsonl, line 1: there is no "ner"/m,
    ],
    ["preprocess", ["--from", "gliner", file("none.jsonl", []), "--out", out], /none\.jsonl holds no records/],
    ["evaluate", ["--model", TINY_BERT, "--data", silent], /no entity type is left to ask for/],
    [
      "evaluate",
      ["--model", TINY_BERT, "--data", late, "--limit", "6"],
      /none of the 6 records that --limit leaves of late has a mention/,
    ],
  ];
  for (const [name, words, message] of calls) {
    const { code, err } = verb(name, words);
    assert.equal(code, 1, `${name} ${words.join(" ")}: ${err}`);
    assert.match(err, message);
  }
  assert.deepEqual(
    scratch.names().filter((name) => ["run", "out.jsonl"].includes(name)),
    [],
  );
  const doctor = verb("doctor", ["--data", silent]);
  assert.deepEqual([doctor.code, /FAULT no_mention: records, and none has a mention/.test(doctor.out)], [1, true]);
  const kept = verb("preprocess", ["--from", "gliner", silent, "--out", out]);
  assert.deepEqual(
    [kept.code, /no record has a mention; train and evaluate refuse such a set/.test(kept.err)],
    [0, true],
  );
});
