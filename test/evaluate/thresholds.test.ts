/** Thresholds of a model by type, with what is promised and what is not. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import type { NerSpan } from "../../lib/data/records";
import { promisedThresholds } from "../../lib/evaluate/thresholds";
import { GLiNER } from "../../lib/gliner/gliner";
import { entitiesAt } from "../../lib/model/decode";
import { says } from "../data/scratch";
import { TINY_BERT, TINY_RECORDS } from "../tiny";

before(() => useBackend());

test("each type has the highest threshold that keeps the promise; one in too few sentences says how many it wants", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const records = Array.from({ length: 5 }, () => TINY_RECORDS).flat();
  const { thresholds, recall, types } = await model.thresholdsFor(records, { recall: 0.7 });
  assert.equal(recall, 0.7);
  assert.deepEqual(
    types.map(({ type }) => type),
    ["date", "location", "organization", "person", "product"],
  );
  const spans = await model.candidates(
    TINY_RECORDS.map(({ tokens }) => tokens),
    types.map(({ type }) => type),
    { floor: 0.001 },
  );
  const decoded = spans.map((list) =>
    entitiesAt(
      list.filter(({ label, score }) => score > thresholds[label]),
      0,
    ),
  );
  for (const { type, sentences, threshold, missed, why, precision } of types) {
    const answers = decoded.flatMap((list, i) =>
      list
        .filter(({ label }) => label === type)
        .map(({ start, end }) => TINY_RECORDS[i].ner.some(([a, b, own]) => a === start && b === end && own === type)),
    );
    assert.equal(precision, answers.length ? answers.filter(Boolean).length / answers.length : undefined, type);
    const own = TINY_RECORDS.flatMap(({ ner }, i) => {
      const gold = ner.filter(([, , label]) => label === type);
      const scores = gold.map(
        ([a, b]) => spans[i].find((s) => s.start === a && s.end === b && s.label === type)?.score ?? 0,
      );
      return scores.length ? [scores] : [];
    });
    assert.equal(sentences, 5 * own.length);
    assert.equal(why, undefined);
    assert.equal(threshold, thresholds[type]);
    const loss = (at: number) =>
      own.reduce((sum, s) => sum + s.filter((score) => score <= at).length / s.length, 0) / own.length;
    const n = sentences;
    const risk = (at: number) => (n * loss(at) + 1) / (n + 1);
    assert.ok(threshold !== undefined && risk(threshold) <= 0.3 + 1e-9, `${type}: ${risk(threshold ?? 0)}`);
    const higher = own.flat().filter((score) => score > threshold);
    assert.ok(risk(Math.min(...higher)) > 0.3, `${type}: it could be higher`);
    const flat = own.flat();
    assert.equal(missed, flat.filter((score) => !(score > threshold)).length / flat.length);
  }
  const few = await model.thresholdsFor(TINY_RECORDS, { recall: 0.9 });
  assert.deepEqual(few.thresholds, {});
  assert.equal(few.types[0].why, "1 sentences have it, wanted at least 9");
  // They are what predictions take.
  const found = await model.predictEntities("Anna Smith visited Paris.", Object.keys(thresholds), {
    threshold: thresholds,
  });
  for (const { label, score } of found) assert.ok(score > thresholds[label]);
  await assert.rejects(
    model.thresholdsFor(records, { recall: 1 }),
    says("recall got 1, wanted a number between 0 and 1"),
  );
  await assert.rejects(
    model.thresholdsFor([{ tokens: ["a"], ner: [] }], { recall: 0.5 }),
    says("to find thresholds on"),
  );
  model.dispose();
});

test("a mention that stands twice is one: no precision above 1", async () => {
  const records = Array.from({ length: 12 }, () => ({
    tokens: ["Ada", "slept"],
    ner: [
      [0, 0, "person"],
      [0, 0, "person"],
    ] as NerSpan[],
  }));
  const found = () => [{ start: 0, end: 0, label: "person", score: 0.75 }];
  const predictor = { candidates: async (texts: readonly unknown[]) => texts.map(found) };
  const { types } = await promisedThresholds(predictor, records, { recall: 0.9 });
  assert.deepEqual(
    types.map(({ sentences, mentions, precision, missed }) => [sentences, mentions, precision, missed]),
    [[12, 12, 1, 0]],
  );
});
