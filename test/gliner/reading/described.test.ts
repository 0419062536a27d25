import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { useBackend } from "../../../lib/backend";
import type { Entity } from "../../../lib/gliner/entity";
import { GLiNER } from "../../../lib/gliner/gliner";
import type { PredictOptions } from "../../../lib/gliner/reading/predict-options";
import { TINY_BERT } from "../../tiny";

interface Golden {
  texts: string[];
  labels: Record<string, string>;
  runs: { settings: { threshold: number; flat_ner?: boolean; multi_label?: boolean }; answers: Entity[][] }[];
  refused: Record<string, string | null>;
}

/** What test/python/described.py wrote with GLiNER 0.2.29. */
const GOLDEN = join(__dirname, "..", "..", "..", "..", "test", "golden", "described", "answers.json");
const golden = JSON.parse(readFileSync(GOLDEN, "utf8")) as Golden;

before(() => useBackend());

const bare = ({ start, end, label }: Entity) => `${start}-${end} ${label}`;

test("{name: description} is read as GLiNER 0.2.29 reads it: the same spans, names and scores", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  for (const { settings, answers } of golden.runs) {
    const { threshold, flat_ner: flatNer = true, multi_label: multiLabel = false } = settings;
    const options: PredictOptions = { threshold, flatNer, multiLabel };
    const found = await model.inference(golden.texts, golden.labels, options);
    assert.deepEqual(
      found.map((entities) => entities.map(bare)),
      answers.map((entities) => entities.map(bare)),
    );
    const scores = found.flat().map(({ score }) => score);
    answers.flat().forEach(({ score }, i) => {
      assert.ok(Math.abs(score - scores[i]) < 1e-4, `${scores[i]}, wanted ${score}`);
    });
  }
  model.dispose();
});

test("the description alone is in the prompt, and answers bear the names, probabilities of other types too", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const [text] = golden.texts;
  const options = { threshold: 0.3, returnClassProbs: true };
  const plain = await model.predictEntities(text, Object.values(golden.labels), options);
  const named = await model.predictEntities(text, golden.labels, options);
  assert.ok(named.length > 0);
  assert.deepEqual(
    named.map(({ label, classProbs = {}, ...rest }) => ({
      ...rest,
      label: golden.labels[label],
      classProbs: Object.fromEntries(Object.entries(classProbs).map(([name, score]) => [golden.labels[name], score])),
    })),
    plain,
  );
  const streamed: Entity[][] = [];
  for await (const entities of model.stream([text], golden.labels, options)) streamed.push(entities);
  assert.deepEqual(streamed, [named]);
  model.dispose();
});

test("what Python refuses is refused, in one sentence", async () => {
  assert.deepEqual(Object.values(golden.refused).includes(null), false);
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const refused = (labels: Record<string, string>, message: RegExp) =>
    assert.rejects(() => model.predictEntities(golden.texts[0], labels), { name: "UserError", message });
  await refused({ a: "one thing", b: "one thing" }, /"a" and "b" have the same description/);
  await refused(JSON.parse('{"a": 1}'), /the type "a" has no description, wanted/);
  await refused({ a: " " }, /the type "a" has no description/);
  await refused({}, /the types with descriptions is an empty list/);
  model.dispose();
});
