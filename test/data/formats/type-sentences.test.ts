import assert from "node:assert/strict";
import { test } from "node:test";
import { Tally } from "../../../lib/data/formats/tally";
import { readTypeSentences } from "../../../lib/data/formats/type-sentences";
import { all, Scratch, says } from "../scratch";

const scratch = new Scratch("type-sentences");
const read = (value: unknown, tally = new Tally()) =>
  all(readTypeSentences(scratch.file("types.json", JSON.stringify(value)), {}, tally));

test("a sentence is a record, with the types under which it stands", async () => {
  const sentence = "Ada met Bo in Oslo; ada slept.";
  const tally = new Tally();
  const records = await read(
    {
      person: [{ sentence, target_words_in_it: ["Ada", "Bo", "Cy"] }],
      city: [
        { sentence: "Oslo.", target_words_in_it: ["Oslo"] },
        { sentence, target_words_in_it: ["Oslo"] },
      ],
    },
    tally,
  );
  assert.deepEqual(
    records.map(({ record }) => [record.labels, record.ner]),
    [
      [
        ["person", "city"],
        [
          [0, 0, "person"],
          [6, 6, "person"],
          [2, 2, "person"],
          [4, 4, "city"],
        ],
      ],
      [["city"], [[0, 0, "city"]]],
    ],
  );
  assert.deepEqual([tally.asked, tally.found, tally.report().repairs], [5, 4, { records_merged: 1 }]);
});

test("what is not of the form is named", async () => {
  await assert.rejects(read({ person: "x" }), says("types.json: wanted an object that gives every type a list"));
  await assert.rejects(read({ person: [{ sentence: "x" }] }), says('type "person", sentence 1: wanted an object'));
});
