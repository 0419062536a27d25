import assert from "node:assert/strict";
import { test } from "node:test";
import { loadRecords } from "../../lib/data/named";
import { toDisplacy, toRecord, toSpacy } from "../../lib/gliner/export";
import { recordSpans } from "../../lib/notebook/lesson";

const TEXT = "👍 Zoë met 𝔸da in Paris.";
const ENTITIES = [
  { start: 19, end: 24, label: "city" },
  { start: 3, end: 6, label: "person" },
];

test("offsets for Python's tools are code points, in reading order", () => {
  assert.deepEqual(
    ENTITIES.map(({ start, end }) => TEXT.slice(start, end)),
    ["Paris", "Zoë"],
  );
  const points = [...TEXT];
  const { text, ents, title } = toDisplacy(TEXT, ENTITIES);
  assert.deepEqual([text, title], [TEXT, null]);
  assert.deepEqual(
    ents.map(({ start, end }) => points.slice(start, end).join("")),
    ["Zoë", "Paris"],
  );
  assert.deepEqual(toSpacy(TEXT, ENTITIES), [
    TEXT,
    {
      entities: [
        [2, 5, "person"],
        [17, 22, "city"],
      ],
    },
  ]);
});

test("a text with entities is a record in words, and back", async () => {
  assert.deepEqual(toRecord(TEXT, ENTITIES).ner, [
    [5, 5, "city"],
    [1, 1, "person"],
  ]);
  for (const { tokens, ner, src } of await loadRecords("sentences:dev")) {
    // Scripts without spaces have words that the model's splitter would not part.
    if (src === "scripts") continue;
    const { text, spans } = recordSpans({ tokens, ner });
    assert.deepEqual(toRecord(text, spans), { tokens, ner });
  }
  assert.throws(() => toRecord(TEXT, [{ start: 3, end: 5, label: "x" }]), {
    name: "UserError",
    message: /"Zo" \(3\.\.5\) does not begin and end with a word/,
  });
});
