/** Dumps of Python's GLiNER 0.2.29 (test/python/trace_faults.py), genuine and with a fault planted: each is named at its first stage. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { trace } from "../../../lib/audit/trace/trace";
import { traceFigure } from "../../../lib/notebook/trace-figure";
import { readSafetensors, writeSafetensors } from "../../../lib/weights/safetensors";
import { verb } from "../../cli/verb";
import { ROOT, TINY_BERT } from "../../tiny";

const GOLDEN = join(ROOT, "test", "golden", "trace");
const DATA = join(GOLDEN, "records.jsonl");
const dump = (name: string) => join(GOLDEN, `${name}.safetensors`);
const traced = (name: string) => trace({ model: TINY_BERT, data: DATA, against: dump(name) });

test("the genuine package: no stage differs, and every stage was compared", async () => {
  const { first, stages } = await traced("none");
  assert.equal(first, null);
  assert.deepEqual(
    stages.filter(({ state }) => state === "absent"),
    [],
  );
  assert.ok(stages.every(({ compared }) => compared > 0));
  const names = stages.map(({ stage }) => stage);
  for (const name of ["words", "types", "ids", "encoder.0", "encoder.2", "lstm", "span vectors", "scores", "loss"])
    assert.ok(names.includes(name), name);
  const back = names.filter((name) => name.startsWith("gradients"));
  assert.deepEqual(back[0], "gradients, prompt projection");
  assert.deepEqual(back.at(-1), "gradients, embeddings");
});

for (const release of ["0.2.13", "0.1.2"])
  test(`${release}, held to the settings of its day: no stage differs`, async () => {
    const { first, era, stages } = await traced(release);
    assert.deepEqual([first, era], [null, release]);
    const gone = stages.filter(({ state }) => state === "absent").map(({ stage }) => stage);
    // 0.1 has no such mask: flair counts its words in another way.
    assert.deepEqual(gone, release === "0.1.2" ? ["words_mask"] : []);
  });

test("a loss of another day is another loss", async () => {
  const { first } = await trace({ model: TINY_BERT, data: DATA, against: dump("0.1.2"), era: "0.2.13" });
  // 0.1.2 sorts the types that are asked for by name, as 0.2.13 does not.
  assert.equal(first?.stage, "types");
});

/** The stage that must be named, what it says of the place, and a stage before it that agrees. */
const FAULTS: readonly [fault: string, stage: string, where: RegExp, before: string][] = [
  ["splitter", "words", /text 2 2: "well-known" here, "well" there/, "records"],
  ["label_order", "types", /type 1: "product" here, "date" there/, "words"],
  ["merged_bias", "weights, BiLSTM", /rnn\.lstm\.bias_[ih]h_l0: \S+ here, \S+ there/, "weights, encoder layer 2"],
  ["class_token", "type vectors", /text \d, type \d \("\w+"\), value \d+: \S+ here, \S+ there/, "encoder.2"],
  ["padding_leak", "lstm", /text 2, word \d/, "word vectors"],
  ["loss_weight", "loss", /the batch: 85\.733 here, 89\.419 there/, "scores"],
];

for (const [fault, stage, where, before] of FAULTS)
  test(`${fault} is named at ${stage}`, async () => {
    const { first, stages } = await traced(fault);
    assert.equal(first?.stage, stage);
    assert.match(first.where, where);
    const at = stages.indexOf(first);
    assert.ok(
      stages.slice(0, at).some((one) => one.stage === before && one.state === "same"),
      before,
    );
    assert.ok(stages.slice(0, at).every(({ state }) => state === "same"));
  });

test("padding that is read is said to be read; nothing else is", async () => {
  assert.match((await traced("padding_leak")).first?.hint ?? "", /only texts shorter than the longest differ/);
  for (const fault of ["class_token", "loss_weight"]) assert.equal((await traced(fault)).first?.hint, undefined, fault);
});

test("the figure names the first stage and has a point for every stage", async () => {
  const result = await traced("loss_weight");
  const text = String(traceFigure(result));
  assert.match(text, /Figure: First difference: loss \(against GLiNER 0\.2\.29\)/);
  const json = JSON.stringify(traceFigure(result).bundle["application/vnd.plotly.v1+json"]);
  for (const { stage } of result.stages) assert.ok(json.includes(JSON.stringify(stage)), stage);
});

test("a gradient between the kept values, and a parameter that one side lacks", async () => {
  const folder = mkdtempSync(join(tmpdir(), "trace-"));
  const rnn = "rnn.lstm.weight_ih_l0";
  const norm = changed(folder, "norm", (about) => {
    about.norms[rnn].gradients *= 1.5;
  });
  const far = await trace({ model: TINY_BERT, data: DATA, against: norm });
  assert.equal(far.first?.stage, "gradients, BiLSTM");
  assert.match(far.first.where, /rnn\.lstm\.weight_ih_l0: its norm is/);
  const lacks = changed(folder, "lacks", () => undefined, `weights/${rnn}`);
  const gone = await trace({ model: TINY_BERT, data: DATA, against: lacks });
  assert.equal(gone.first?.stage, "weights, BiLSTM");
  assert.match(gone.first.where, /rnn\.lstm\.weight_ih_l0: only here/);
});

test("the verb: table, first stage, picture, and one sentence for what is no dump", () => {
  const folder = mkdtempSync(join(tmpdir(), "trace-"));
  const words = (against: string, data = DATA) => ["--model", TINY_BERT, "--data", data, "--against", against];
  const picture = join(folder, "trace.png");
  const ended = verb("trace", [...words(dump("padding_leak")), "--figure", picture]);
  assert.equal(ended.code, 0, ended.err);
  assert.match(ended.out, /> lstm +differs/);
  assert.match(ended.out, /The first stage that differs: lstm\n {2}text 2, word/);
  assert.equal(readFileSync(picture).subarray(1, 4).toString(), "PNG");
  const refused = (given: string[], code: number, sentence: RegExp) => {
    const { code: found, err } = verb("trace", given);
    assert.equal(found, code, err);
    assert.match(err, sentence);
  };
  refused(words(join(TINY_BERT, "model.safetensors")), 1, /is no dump: it says nothing of itself; wanted a file that/);
  refused(words(DATA), 1, /is not a sound safetensors file/);
  refused([...words(dump("none")), "--figure", "x.svg"], 2, /wanted a name that ends in \.png/);
  refused([...words(dump("none")), "--era", "7"], 2, /era/);
  refused(words(dump("none"), "sample"), 1, /the dump is of other records \(text 1 1: .*\); give dump_batch.py/);
  const old = changed(folder, "form", (about) => Object.assign(about, { format: 2 }));
  refused(words(old), 1, /is of form 2, wanted 1/);
  const few = join(folder, "few.jsonl");
  writeFileSync(few, `${readFileSync(DATA, "utf8").split("\n")[0]}\n`);
  refused(words(dump("none"), few), 1, /has 1 records, .* was made of 2/);
});

/** A copy of the genuine dump with something else in what it says of itself. */
function changed(
  folder: string,
  name: string,
  change: (about: { norms: Record<string, Record<string, number>> }) => void,
  without?: string,
): string {
  const { tensors, metadata } = readSafetensors(dump("none"));
  const about = JSON.parse(metadata.get("trace") ?? "");
  change(about);
  const path = join(folder, `${name}.safetensors`);
  const kept = [...tensors].filter(([key]) => key !== without);
  writeSafetensors(
    path,
    kept.map(([key, { shape, data }]) => [key, shape, () => data] as const),
    { trace: JSON.stringify(about) },
  );
  return path;
}
