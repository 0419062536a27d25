/** Every option is held to its rule, in code and on the command line alike: one sentence that says what it got and wanted. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { useBackend } from "../lib/backend";
import { readLabels } from "../lib/cli/labels";
import { evaluateRecords } from "../lib/evaluate/zero-shot";
import { GLiNER } from "../lib/gliner/gliner";
import { verb } from "./cli/verb";
import { TINY_BERT, TINY_RECORDS } from "./tiny";

before(() => useBackend());

const TEXT = "Anna Smith met Boris Garcia in Paris.";
const LABELS = ["person", "date"];
/** What a notebook in JavaScript, or a careless cast, passes. */
const any = (value: unknown) => value as never;

const usage = (work: () => Promise<unknown>, message: RegExp) =>
  assert.rejects(work, (error: Error & { exitCode?: number }) => {
    assert.deepEqual([error.name, error.exitCode], ["UserError", 2], error.stack);
    assert.match(error.message, message);
    assert.match(error.message, /^[^\n]+\.$/, "one sentence");
    return true;
  });

test("numbers out of their rule are refused by every way to read", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  for (const batchSize of [Number.POSITIVE_INFINITY, 0, -1, 1.5, Number.NaN, "8", null, 20_000]) {
    const message = /batchSize got .+, wanted a whole number from 1 to 10000/;
    const given = { batchSize: any(batchSize) };
    await usage(() => model.predictEntities(TEXT, LABELS, given), message);
    await usage(() => model.inference([], LABELS, given), message);
    await usage(async () => model.stream([TEXT], LABELS, given).next(), message);
    await usage(() => model.candidates([["a"]], LABELS, { floor: 0.5, ...given }), message);
    await usage(() => model.evaluate(TINY_RECORDS, { entityTypes: LABELS, ...given }), message);
  }
  for (const threshold of [-0.1, 50, Number.NaN, "0.5", null]) {
    await usage(
      () => model.predictEntities(TEXT, LABELS, { threshold: any(threshold) }),
      /threshold got .+ from 0 to 1/,
    );
    await usage(
      () => model.evaluate(TINY_RECORDS, { entityTypes: LABELS, thresholds: [any(threshold)] }),
      /threshold got .+ from 0 to 1/,
    );
  }
  await usage(() => model.candidates([["a"]], LABELS, { floor: any(undefined) }), /floor got undefined/);
  for (const labelsAtOnce of [0, 1.5, Number.POSITIVE_INFINITY, "2"])
    await usage(
      () => model.predictEntities(TEXT, LABELS, { labelsAtOnce: any(labelsAtOnce) }),
      /labelsAtOnce got .+, wanted a whole number from 1 to 1000000/,
    );
  await usage(
    () => model.evaluate(TINY_RECORDS, { entityTypes: LABELS, thresholds: [] }),
    /thresholds got an empty list/,
  );
  await usage(() => model.evaluate(TINY_RECORDS, { entityTypes: LABELS, seed: -1 }), /seed got -1/);
  model.dispose();
});

test("labels are a list of names", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const wrong: [unknown, RegExp][] = [
    ["person", /labels got "person", wanted a list of entity types/],
    [new Set(LABELS), /labels got a Set, wanted a list/],
    [{ person: 1 }, /the type "person" has no description|labels got a Object, wanted a list/],
    [undefined, /labels got undefined/],
    [[], /labels is an empty list/],
    [["person", 7], /label 2 is 7, wanted the name of a type/],
    [["person", " "], /label 2 is " "/],
    [Array(2), /label 1 is undefined/],
  ];
  for (const [labels, message] of wrong) {
    await usage(() => model.predictEntities(TEXT, any(labels)), message);
    await usage(() => model.candidates([["a"]], any(labels), { floor: 0.5 }), message);
    const asked = new RegExp(message.source.replace("labels", "entityTypes"));
    await usage(() => evaluateRecords(model, TINY_RECORDS, { entityTypes: any(labels) }), asked);
  }
  model.dispose();
});

test("texts are strings", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  await usage(() => model.predictEntities(any(7), LABELS), /the text is 7, wanted a string/);
  await usage(() => model.predictEntities(any(["a"]), LABELS), /the text is a list of 1, wanted a string/);
  await usage(() => model.predictEntities(any(undefined), LABELS), /the text is undefined/);
  await usage(() => model.inference(any(TEXT), LABELS), /texts got "Anna .+", wanted a list of strings/);
  await usage(() => model.inference([TEXT, any(null)], LABELS), /text 2 is null, wanted a string/);
  await usage(async () => {
    for await (const _ of model.stream([TEXT, any(7)], LABELS)) void _;
  }, /text 2 is 7, wanted a string/);
  await usage(
    () => model.candidates(any([TEXT]), LABELS, { floor: 0.5 }),
    /text 1 is "Anna .+", wanted a list of words/,
  );
  model.dispose();
});

test("switches, windows, signals and names of options", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const predict = (options: object, message: RegExp) =>
    usage(() => model.predictEntities(TEXT, LABELS, any(options)), message);
  await predict({ flatNer: "false" }, /flatNer got "false", wanted true or false/);
  await predict({ multiLabel: 1 }, /multiLabel got 1/);
  await predict({ flat_ner: false }, /got the option "flat_ner", wanted one of threshold, flatNer/);
  await predict({ treshold: 0.3 }, /got the option "treshold"/);
  await predict({ window: 20 }, /window got 20 for its options/);
  await predict({ window: { size: 20 } }, /window got the option "size", wanted one of words, overlap/);
  await predict({ window: { words: "20" } }, /window got "20", wanted a whole number from 1/);
  await predict({ window: { words: Number.NaN } }, /window got NaN/);
  await predict({ window: { overlap: 0.5 } }, /overlap got 0\.5, wanted a whole number/);
  await predict({ signal: "stop" }, /signal got "stop", wanted the signal of an AbortController/);
  await usage(() => model.predictEntities(TEXT, LABELS, any(null)), /got null for its options/);
  await usage(
    () => model.evaluate(TINY_RECORDS, any({ entityTypes: LABELS, threshold: 0.5 })),
    /the evaluation got the option "threshold", wanted one of entityTypes, thresholds/,
  );
  model.dispose();
});

test("the command line has the same rules, under its own names", () => {
  const model = ["--model", TINY_BERT, "--labels", "person"];
  const cases: [string, string[], RegExp][] = [
    ["predict", ["--threshold", "2"], /--threshold got 2, wanted a number from 0 to 1\./],
    ["predict", ["--threshold", ""], /--threshold got "", wanted a number/],
    ["predict", ["--labels-at-once", "Infinity"], /--labels-at-once got Infinity, wanted a whole number from 1/],
    ["predict", ["--window", "1.5"], /--window got 1\.5, wanted a whole number/],
    ["predict", ["--overlap", "-1"], /--overlap got what looks like another option; .* written --overlap=-1/],
    [
      "evaluate",
      ["--data", "x", "--batch-size", "Infinity"],
      /--batch-size got Infinity, wanted a whole number from 1 to 10000\./,
    ],
    ["evaluate", ["--data", "x", "--batch-size", "0"], /--batch-size got 0/],
    ["evaluate", ["--data", "x", "--labels-at-once", "0"], /--labels-at-once got 0/],
    ["evaluate", ["--data", "x", "--seed", "1.5"], /--seed got 1\.5, wanted a whole number/],
  ];
  for (const [name, words, message] of cases) {
    const { code, err, out } = verb(name, [...model, ...words], TEXT);
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
  }
  assert.throws(() => readLabels(" , "), /wanted at least one entity type/);
});
