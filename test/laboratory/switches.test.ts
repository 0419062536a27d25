import assert from "node:assert/strict";
import { before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { GLiNER } from "../../lib/gliner/gliner";
import { smallTask } from "../../lib/laboratory/small-model";
import { candidateChanges, withConfig, withRedrawn, withSwitches } from "../../lib/laboratory/switches";
import { timeInTurn } from "../../lib/laboratory/timing";
import { TINY_BERT } from "../tiny";

before(() => useBackend());

const TYPES = ["person", "city", "date"];

test("a small task has short sentences with only its own types", async () => {
  const { records, types } = await smallTask(TYPES, 15);
  assert.ok(records.length >= 5, `${records.length} sentences`);
  for (const { tokens, ner, labels } of records) {
    assert.ok(tokens.length <= 15 && ner.length >= 2);
    assert.deepEqual(labels, [...types]);
    for (const [, , type] of ner) assert.ok(TYPES.includes(type), type);
  }
  await assert.rejects(smallTask(["no such type"]), /no sentence of data\/sentences has two mentions of no such type/);
});

test("a switch changes the scores, the factored head does not", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const { records } = await smallTask(TYPES, 15);
  const some = records.slice(0, 6);
  const against = (forward: object) => candidateChanges(model, withSwitches(model, forward), some, TYPES, { floor: 0 });
  const plain = await against({ head: "plain" });
  assert.ok(
    plain.compared > 100 && plain.largest < 1e-5 && plain.flipped === 0 && plain.entities === 0,
    JSON.stringify(plain),
  );
  const naive = await against({ lstm: "naive" });
  assert.ok(naive.largest > plain.largest * 10 && naive.mean > 0, JSON.stringify(naive));
  model.dispose();
});

test("parameters drawn anew are put back, also after a failure", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const { records } = await smallTask(TYPES, 15);
  const score = async () => (await model.candidates([records[0].tokens], TYPES, { floor: 0 }))[0][0].score;
  const before = await score();
  const other = await withRedrawn(model, /^rnn\./, 5, score);
  assert.notEqual(other, before);
  assert.equal(await withRedrawn(model, /^rnn\./, 5, score), other);
  assert.equal(await score(), before);
  await assert.rejects(
    withRedrawn(model, /^rnn\./, 5, () => Promise.reject(new Error("stopped"))),
    /stopped/,
  );
  assert.equal(await score(), before);
  await assert.rejects(withRedrawn(model, /^lstm/, 5, score), /no parameter of the model is called/);
  model.dispose();
});

test("a model reads by other settings, and by its own again after a failure", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const { records } = await smallTask(TYPES, 15);
  const spans = async () => (await model.candidates([records[0].tokens], TYPES, { floor: 0 }))[0].length;
  const { max_width } = model.config;
  const words = records[0].tokens.length;
  assert.equal(await withConfig(model, { max_width: 1 }, spans), words * TYPES.length);
  await assert.rejects(
    withConfig(model, { max_width: 2 }, () => Promise.reject(new Error("stopped"))),
    /stopped/,
  );
  assert.equal(model.config.max_width, max_width);
  model.dispose();
});

test("ways are timed in turn, the first round uncounted", () => {
  const calls: string[] = [];
  const rows = timeInTurn({ a: () => void calls.push("a"), b: () => void calls.push("b") }, 3);
  assert.equal(calls.join(""), "abababab");
  assert.deepEqual(
    rows.map(({ name, rounds }) => [name, rounds]),
    [
      ["a", 3],
      ["b", 3],
    ],
  );
  for (const { least, median, most } of rows) assert.ok(least <= median && median <= most);
});
