/** A record's words split anew: mentions keep their characters, and what no words stand for is missed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NerRecord } from "../../lib/data/records";
import { splitAgain } from "../../lib/data/split-again";

const RECORD: NerRecord = {
  tokens: ["The", "U.S.", "and", "Jean-Luc", "O'Neill", "met", "."],
  ner: [
    [1, 1, "country"],
    [3, 4, "person"],
  ],
  src: "made up",
};

test("the expression cuts words at their marks, and mentions go along", () => {
  const { tokens, ner, unaligned, src } = splitAgain(RECORD, "gliner");
  assert.deepEqual(tokens, ["The", "U", ".", "S", ".", "and", "Jean-Luc", "O", "'", "Neill", "met", "."]);
  assert.deepEqual(ner, [
    [1, 4, "country"],
    [6, 9, "person"],
  ]);
  assert.deepEqual([unaligned, src], [undefined, "made up"]);
  // Split at white space the words that spaces have joined are what they were.
  assert.deepEqual(splitAgain(RECORD, "whitespace"), RECORD);
});

test("gold that begins or ends where no word does is missed, beside what was missed before", () => {
  const odd: NerRecord = {
    tokens: ["a", "b ", "c"],
    ner: [
      [0, 0, "kept"],
      [1, 1, "lost"],
    ],
    unaligned: ["before"],
  };
  assert.deepEqual(splitAgain(odd, "gliner"), {
    tokens: ["a", "b", "c"],
    ner: [[0, 0, "kept"]],
    unaligned: ["before", "lost"],
  });
});
