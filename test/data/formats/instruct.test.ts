import assert from "node:assert/strict";
import { test } from "node:test";
import { instructRecord, parseInstruct } from "../../../lib/data/formats/instruct";
import { Tally } from "../../../lib/data/formats/tally";
import { says } from "../scratch";

const item = (sentence: string, ...entities: object[]) => parseInstruct({ sentence, entities }, "here");

test("positions are code points; words are cut at white space, or as training cuts them", () => {
  const value = item(
    "😀 in New York-based firms",
    { name: "New York", type: "city", pos: [5, 13] },
    { name: "😀", type: "sign", pos: [0, 1] },
  );
  const tally = new Tally();
  const made = instructRecord(value, "whitespace", tally, "here");
  assert.deepEqual(made, { tokens: ["😀", "in", "New", "York-based", "firms"], ner: [[0, 0, "sign"]] });
  assert.deepEqual(tally.report(), { records: 0, asked: 2, found: 1, spans: 0, repairs: { unaligned: 1 } });
  const comma = item("in York, then", { name: "York", type: "city", pos: [3, 7] });
  assert.deepEqual(instructRecord(comma, "whitespace", new Tally(), "here").ner, []);
  assert.deepEqual(instructRecord(comma, "gliner", new Tally(), "here").ner, [[1, 1, "city"]]);
});

test("what is odd is counted: no position, another name, spaces, a position past the end", () => {
  const tally = new Tally();
  const odd = [
    { name: "Ada", type: "p" },
    { name: "Bo", type: "p", pos: [0, 3] },
    { name: "x", type: "p", pos: [90, 93] },
  ];
  const made = instructRecord(item("Ada  met", ...odd), "whitespace", tally, "here");
  assert.deepEqual(made.ner, [[0, 0, "p"]]);
  assert.deepEqual(tally.report().repairs, { spacing: 1, no_position: 1, name_differs: 2, unaligned: 1 });
});

test("what is not of the form is named", () => {
  assert.throws(
    () => parseInstruct({ sentence: "a" }, "FILE, line 2"),
    says('FILE, line 2: wanted an object with a text "sentence"'),
  );
  assert.throws(() => item("a", { name: "a" }), says('entity 1 is {"name":"a"}, wanted an object with a "type"'));
});
