import assert from "node:assert/strict";
import { before, test } from "node:test";
import { useBackend } from "../../../lib/backend";
import { UserError } from "../../../lib/errors";
import { GLiNER } from "../../../lib/gliner/gliner";
import { inLabelChunks } from "../../../lib/gliner/reading/label-chunks";
import { TINY_BERT } from "../../tiny";

before(() => useBackend());

const TEXTS = ["Ada Lovelace met Charles Babbage in London in 1833.", "", "Berlin is a city."];

test("types in several prompts: each type's entities are those of its own prompt", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const labels = ["person", "city", "date", "river"];
  const tokens = [TEXTS[0].split(" "), TEXTS[2].split(" ")];
  const found = await inLabelChunks(model, 2).candidates(tokens, labels, { floor: 0 });
  for (const own of [labels.slice(0, 2), labels.slice(2)]) {
    const alone = await model.candidates(tokens, own, { floor: 0 });
    assert.ok(alone[0].length > 0);
    assert.deepEqual(
      found.map((spans) => spans.filter(({ label }) => own.includes(label))),
      alone,
    );
  }
  for (const spans of found)
    for (let i = 1; i < spans.length; i++)
      assert.ok(spans[i - 1].start < spans[i].start || spans[i - 1].end <= spans[i].end, "in reading order");
  // One chunk is one prompt; more types than the encoder has positions for are answered too.
  assert.deepEqual(
    await model.inference(TEXTS, labels, { threshold: 0.1, labelsAtOnce: 9 }),
    await model.inference(TEXTS, labels, { threshold: 0.1 }),
  );
  const many = Array.from({ length: 300 }, (_, i) => `type ${i}`);
  await assert.rejects(model.inference(TEXTS, many), /labelsAtOnce/);
  assert.equal((await model.inference(TEXTS, many, { labelsAtOnce: 10 })).length, 3);
  for (const labelsAtOnce of [0, 1.5, Number.NaN])
    await assert.rejects(model.inference(TEXTS, labels, { labelsAtOnce }), UserError);
  await assert.rejects(
    model.inference(TEXTS, labels, { labelsAtOnce: 2, returnClassProbs: true }),
    /compares all types/,
  );
  model.dispose();
});
