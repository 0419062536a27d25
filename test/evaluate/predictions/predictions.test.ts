import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  headerOf,
  type PredictionTask,
  type Predictor,
  predict,
  storedPredictions,
} from "../../../lib/evaluate/predictions/predict";
import {
  checkTexts,
  formatText,
  parsePredictions,
  readPredictions,
} from "../../../lib/evaluate/predictions/predictions";
import type { SpanCandidate } from "../../../lib/model/decode";
import { randomStream } from "../../../lib/random";
import { TINY_RECORDS } from "../../tiny";

const scratch = mkdtempSync(join(tmpdir(), "predictions-"));
after(() => rmSync(scratch, { recursive: true }));

const MODEL = { name: "made up", sha256: "a".repeat(64), max_width: 3 };
const TASK: PredictionTask = { model: MODEL, name: "tiny", records: TINY_RECORDS, labels: ["person", "location"] };

/** Answers that depend on the text alone; counts the calls, and breaks down after so many texts. */
class Scripted implements Predictor {
  texts = 0;
  constructor(private readonly breaksAfter = Number.POSITIVE_INFINITY) {}

  async candidates(
    tokens: readonly (readonly string[])[],
    labels: readonly string[],
    options: Parameters<Predictor["candidates"]>[2],
  ): Promise<SpanCandidate[][]> {
    if (this.texts >= this.breaksAfter) throw new Error("killed");
    this.texts += tokens.length;
    return tokens.map((words, i) => {
      if (words.length > 6) options.onWordsLost?.(i, words.length - 6);
      const random = randomStream(words.length, words.join(" "));
      const spans = words.slice(0, 6).map((_, start) => ({
        start,
        end: start,
        label: labels[random.integer(0, labels.length - 1)],
        score: Math.fround(random.uniform()),
      }));
      return spans.filter(({ score }) => score > options.floor);
    });
  }
}

const bytes = (path: string) => readFileSync(path, "utf8");

test("what is written is read again, every score to its last bit", async () => {
  const path = join(scratch, "whole", "tiny.jsonl");
  const made = await predict(new Scripted(), TASK, { path, batchSize: 2 });
  const read = readPredictions(path);
  assert.deepEqual(read, made);
  assert.deepEqual(read, await predict(new Scripted(), TASK));
  assert.deepEqual(
    read.texts.map(({ wordsLost }) => wordsLost),
    [0, 2, 0, 1, 0, 0],
  );
  checkTexts(read, TINY_RECORDS, path);
  assert.ok(!existsSync(`${path}.partial`));
  // Nine digits bring any float32 back.
  const random = randomStream(1, "float32");
  for (let i = 0; i < 5000; i++) {
    const candidates = [{ start: 0, end: 0, label: "person", score: Math.fround(random.uniform()) }];
    const text = `${JSON.stringify(made.header)}\n${formatText(0, { candidates, wordsLost: 0 })}`;
    assert.equal(parsePredictions(text, "x").texts[0].candidates[0].score, candidates[0].score);
  }
});

test("a run that was killed goes on and gives the same file, to the byte", async () => {
  const whole = join(scratch, "whole.jsonl");
  await predict(new Scripted(), TASK, { path: whole, batchSize: 2 });
  for (const cut of [0, 2, 4]) {
    const path = join(scratch, `cut-${cut}.jsonl`);
    await assert.rejects(() => predict(new Scripted(cut), TASK, { path, batchSize: 2 }), /killed/);
    assert.ok(!existsSync(path) && existsSync(`${path}.partial`));
    // Half a line, as a kill in the middle of a write leaves it.
    writeFileSync(`${path}.partial`, `${bytes(`${path}.partial`)}{"index":${cut},"candid`);
    const rest = new Scripted();
    await predict(rest, TASK, { path, batchSize: 2 });
    assert.equal(rest.texts, TINY_RECORDS.length - cut);
    assert.equal(bytes(path), bytes(whole));
  }
  // Half a batch is asked again as a whole: it would be padded otherwise.
  const path = join(scratch, "half.jsonl");
  writeFileSync(`${path}.partial`, `${bytes(whole).split("\n").slice(0, 4).join("\n")}\n`);
  const rest = new Scripted();
  await predict(rest, TASK, { path, batchSize: 2 });
  assert.equal(rest.texts, TINY_RECORDS.length - 2);
  assert.equal(bytes(path), bytes(whole));
});

test("what is on file is only taken for the same model, texts and question", async () => {
  const path = join(scratch, "stored.jsonl");
  assert.equal(storedPredictions(path, TASK), undefined);
  const made = await predict(new Scripted(), TASK, { path });
  assert.deepEqual(storedPredictions(path, TASK), made);
  const other = TINY_RECORDS.map((record, i) => (i === 3 ? { ...record, tokens: [...record.tokens, "!"] } : record));
  const wrong: [Partial<PredictionTask>, RegExp][] = [
    [{ model: { ...MODEL, sha256: "b".repeat(64) } }, /of another model \(made up, sha256 aaaaaaaaaaaa\)/],
    [{ records: TINY_RECORDS.slice(1) }, /is of 6 texts, wanted 5 of tiny/],
    [{ records: other }, /is of other texts/],
    [{ labels: ["location", "person"] }, /was asked "person, location", wanted "location, person"/],
    [{ floor: 0.01 }, /keeps candidates above 0\.05, wanted 0\.01/],
  ];
  for (const [change, message] of wrong)
    assert.throws(() => storedPredictions(path, { ...TASK, ...change }), { name: "UserError", message });
  // Another gold of the same words is no other text; a lower floor holds all that is wanted.
  const regold = TINY_RECORDS.map((record) => ({ ...record, ner: [] }));
  assert.ok(storedPredictions(path, { ...TASK, records: regold, floor: 0.2 }));
  writeFileSync(`${path}.partial`, bytes(path).replace(/a{64}/, "c".repeat(64)));
  await assert.rejects(() => predict(new Scripted(), TASK, { path }), /stored\.jsonl\.partial is of another model/);
});

test("a file that is not sound is refused with its line", async () => {
  const path = join(scratch, "sound.jsonl");
  await predict(new Scripted(), TASK, { path });
  const [header, first, ...rest] = bytes(path).trimEnd().split("\n");
  const cases: [string[], RegExp][] = [
    [[], /line 1: not JSON/],
    [["{}"], /the format is undefined, wanted "gliner-predictions\/1"/],
    [
      [header.replace('"floor":0.05', '"floor":"low"'), first],
      /line 1: wanted a header with model, data, labels and floor/,
    ],
    [[header, ...rest], /line 2: the index is 1, wanted 0/],
    [[header, first, ...rest.slice(1)], /line 3: the index is 2, wanted 1/],
    [[header, first], /holds 1 texts where its header says 6: it is not complete/],
    [[header, '{"index":0,"candidates":[[0,0,"river",0.5]]}'], /line 2: the candidate \[0,0,"river",0\.5\] is not/],
    [[header, '{"index":0,"candidates":[[1,0,"person",0.5]]}'], /line 2: the candidate/],
    [[header, '{"index":0,"candidates":[[0,0,"person",1.5]]}'], /line 2: the candidate/],
    [[header, '{"index":0}'], /line 2: "candidates" is not a list/],
    [[header, "[1]"], /line 2: wanted a JSON object/],
  ];
  for (const [lines, message] of cases) {
    const broken = join(scratch, "broken.jsonl");
    writeFileSync(broken, `${lines.join("\n")}\n`);
    assert.throws(() => readPredictions(broken), { name: "UserError", message }, lines.join("\n"));
  }
  assert.throws(() => readPredictions(join(scratch, "absent.jsonl")), /absent\.jsonl does not exist/);
});

test("predictions of other texts, or past a text's end, are not scored", async () => {
  const made = await predict(new Scripted(), TASK);
  assert.throws(
    () => checkTexts(made, TINY_RECORDS.slice(1), "p"),
    /p holds predictions of 6 texts \(tiny\), the data has 5/,
  );
  assert.throws(
    () => checkTexts(made, TINY_RECORDS.slice().reverse(), "p"),
    /of other texts \(tiny, sha256 [0-9a-f]{12}\)/,
  );
  const past = { ...made.texts[0], candidates: [{ start: 0, end: 9, label: "person", score: 0.9 }] };
  assert.throws(
    () => checkTexts({ ...made, texts: [past, ...made.texts.slice(1)] }, TINY_RECORDS, "p"),
    /text 0: .*word 9/,
  );
});

test("the header says which model, which words, which question", () => {
  const { data, labels, floor } = headerOf({ ...TASK, labels: ["a", "b", "a"] });
  assert.deepEqual([data.name, data.texts, labels, floor], ["tiny", 6, ["a", "b"], 0.05]);
  assert.match(data.sha256, /^[0-9a-f]{64}$/);
});
