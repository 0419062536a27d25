/** A list of types a text, and thresholds by type. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { useBackend } from "../../../lib/backend";
import { GLiNER } from "../../../lib/gliner/gliner";
import { says } from "../../data/scratch";
import { TINY_BERT } from "../../tiny";

before(() => useBackend());

const TEXTS = ["Anna Smith visited Paris.", "", "Omar Novak met Rosa Smith in Lagos. Globex left recently."];
const LABELS = [["person", "location"], ["date"], ["location", "person", "organization"]];

test("each text is asked for its own types, in every way of reading, as if it stood alone", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  for (const options of [
    {},
    { window: true },
    { window: false, batchSize: 1 },
    { labelsAtOnce: 2 },
    { window: { words: 8 } },
  ]) {
    const own = { threshold: 0.1, ...options };
    const together = await model.inference(TEXTS, LABELS, own);
    for (const [i, text] of TEXTS.entries()) {
      const alone = await model.predictEntities(text, LABELS[i], own);
      const bare = (list: typeof alone) => list.map(({ score: _, ...rest }) => rest);
      assert.deepEqual(bare(together[i]), bare(alone), JSON.stringify(options));
      for (const { label } of together[i]) assert.ok(LABELS[i].includes(label));
    }
    assert.ok(together.flat().length > 0);
  }
  const streamed = [];
  for await (const entities of model.stream(TEXTS, LABELS, { threshold: 0.1, batchSize: 1 })) streamed.push(entities);
  assert.deepEqual(streamed, await model.inference(TEXTS, LABELS, { threshold: 0.1, batchSize: 1 }));
  await assert.rejects(model.inference(TEXTS, LABELS.slice(1)), says("labels has 2 lists of types for 3 texts"));
  await assert.rejects(model.inference(TEXTS, [["a"], [], ["b"]]), says("labels of text 2 is an empty list"));
  await assert.rejects(model.inference(TEXTS, [["a"], "b", ["c"]] as never), says("labels of text 2"));
  model.dispose();
});

test("a threshold a type: each has its own, the others .5; a second type may pass where the first fails", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const labels = ["person", "location", "organization"];
  const all = await model.candidates([["Omar", "Novak", "met", "Rosa", "Smith"]], labels, { floor: 0.05 });
  const text = "Omar Novak met Rosa Smith";
  const threshold = { person: 0.9, location: 0.1 };
  const found = await model.predictEntities(text, labels, { threshold, flatNer: false, multiLabel: true });
  const wanted = all[0].filter(({ label, score }) => score > ({ person: 0.9, location: 0.1 }[label] ?? 0.5));
  assert.ok(wanted.some(({ label }) => label === "location"));
  for (const { label, score } of found)
    assert.ok(score > ({ person: 0.9, location: 0.1 }[label] ?? 0.5), `${label} ${score}`);
  // Spans that cross are dropped; nothing else is.
  assert.ok(found.length > 0 && found.length <= wanted.length);
  const alike = { person: 0.2, location: 0.2, organization: 0.2 };
  assert.deepEqual(
    await model.predictEntities(text, labels, { threshold: alike, multiLabel: true }),
    await model.predictEntities(text, labels, { threshold: 0.2, multiLabel: true }),
  );
  await assert.rejects(
    model.predictEntities(text, labels, { threshold: { person: 2 } }),
    says('threshold of "person" got 2'),
  );
  await assert.rejects(
    model.predictEntities(text, labels, { threshold: [0.5] as never }),
    says("threshold got a list"),
  );
  model.dispose();
});
