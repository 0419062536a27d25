import assert from "node:assert/strict";
import { test } from "node:test";
import { conversationRecord, readUniversalNer } from "../../../lib/data/formats/pile-ner";
import { Tally } from "../../../lib/data/formats/tally";
import { all, Scratch, says } from "../scratch";

const scratch = new Scratch("pile-ner");
type Exchange = [question: string, answer: string];

/** A conversation about a text, its questions as they stand. */
function conversation(text: string, ...exchanges: Exchange[]): object {
  const turns: Exchange[] = [[text, "I've read this text."], ...exchanges];
  return {
    conversations: turns.flatMap(([human, gpt]) => [
      { from: "human", value: human },
      { from: "gpt", value: gpt },
    ]),
  };
}
const asks = (type: string, answer: string): Exchange => [`What describes ${type} in the text?`, answer];

const TEXT = "Text: Ada met Bo in Oslo. ada slept.";

test("the eras on one passage: types, empty answers, every occurrence, duplicates", () => {
  const record = conversation(
    TEXT,
    asks("fictional person", '["Ada", "Ada", "Bo"]'),
    asks("city", '["Oslo"]'),
    asks("lake", "[]"),
  );
  const spans = (person: string) => [
    [0, 0, person],
    [6, 6, person],
    [0, 0, person],
    [6, 6, person],
    [2, 2, person],
    [4, 4, "city"],
  ];
  const tally = new Tally();
  const made = conversationRecord(record, "default", tally, "here");
  assert.deepEqual(made, {
    tokens: ["Ada", "met", "Bo", "in", "Oslo", ".", "ada", "slept", "."],
    ner: spans("fictional person"),
    negatives: ["lake"],
    negativesKey: "negative",
  });
  assert.deepEqual([tally.asked, tally.found, tally.report().repairs], [4, 4, {}]);
  assert.deepEqual(conversationRecord(record, "process_pilener", new Tally(), "here"), made);
  const first = conversationRecord(record, "data_proc", new Tally(), "here");
  assert.deepEqual(first, { tokens: made.tokens, ner: spans("fictional_person") });
});

test("what the default repairs is counted by kind, with the first place", () => {
  const cases: [record: object, repairs: Record<string, number>, ner: unknown[]][] = [
    [conversation("Ada.", asks("x", '["Ada"]')), { no_text_prefix: 1 }, [[0, 0, "x"]]],
    [conversation("Text: Ada.", ["Who?", "Ada"], asks("x", '["Ada"]')), { unknown_question: 1 }, [[0, 0, "x"]]],
    [conversation("Text: Ada.", asks("x", "nobody")), { answer_no_list: 1 }, []],
    [conversation("Text: Ada.", asks("x", '["Ada"')), { answer_unreadable: 1 }, []],
    [conversation("Text: Ada.", asks("x", "['Ada']")), { answer_python: 1 }, [[0, 0, "x"]]],
    [
      conversation("Text: 3 None.", asks("x", "[3, null]")),
      { mention_no_text: 2 },
      [
        [0, 0, "x"],
        [1, 1, "x"],
      ],
    ],
    [conversation("Text: Ada.", asks("x", '[" ", "Ada"]')), { mention_empty: 1 }, [[0, 0, "x"]]],
    [
      {
        conversations: [
          { from: "human", value: "Text: a" },
          { from: "human", value: asks("x", "")[0] },
        ],
      },
      { unanswered_question: 1 },
      [],
    ],
  ];
  for (const [record, repairs, ner] of cases) {
    const tally = new Tally();
    assert.deepEqual(conversationRecord(record, "default", tally, "FILE, line 1").ner, ner, JSON.stringify(repairs));
    assert.deepEqual(tally.report().repairs, repairs);
    assert.ok(tally.repairs.every(({ first, meaning }) => first === "FILE, line 1" && meaning.length > 10));
  }
});

test("a question without a mention moves every later type in the scripts, which is counted, and not in the default", () => {
  const record = conversation(TEXT, asks("event", "none"), asks("person", '["Ada"]'), asks("city", '["Oslo"]'));
  const tally = new Tally();
  const types = conversationRecord(record, "process_pilener", tally, "here").ner.map(([, , type]) => type);
  assert.deepEqual(types, ["event", "event", "person"]);
  assert.deepEqual(tally.report().repairs, { mention_shifted: 2 });
  const plain = conversationRecord(record, "default", new Tally(), "here").ner.map(([, , type]) => type);
  assert.deepEqual(plain, ["person", "person", "city"]);
});

test("where a script stops with an error, so does its era, and says how to go on", () => {
  const record = conversation(TEXT, asks("x", '["Ada", null]'));
  assert.throws(
    () => conversationRecord(record, "data_proc", new Tally(), "FILE, line 3"),
    says("FILE, line 3: data_proc.py stops here", "--era default"),
  );
});

test("what is no conversation is named", () => {
  for (const [value, part] of [
    [{}, 'a list "conversations"'],
    [{ conversations: [{ from: "human" }] }, "turn 1 is not an object"],
    [{ conversations: [null] }, "turn 1 is not an object"],
    [{ conversations: [] }, "the conversation is empty"],
  ] as const)
    assert.throws(() => conversationRecord(value, "default", new Tally(), "FILE, line 1"), says("FILE, line 1", part));
});

test("UniversalNER asks one question a record: records of one text become one, with the types asked", async () => {
  const other = conversation("Text: Bo slept.", asks("person", '["Bo"]'));
  const list = [
    conversation(TEXT, asks("city", '["Oslo"]')),
    conversation(TEXT, asks("lake", "[]")),
    other,
    conversation(TEXT, asks("person", '["Bo"]')),
  ];
  const tally = new Tally();
  const read = await all(readUniversalNer(scratch.file("uniner.json", JSON.stringify(list)), {}, tally));
  assert.deepEqual(
    read.map(({ record }) => [record.ner, record.labels]),
    [
      [[[4, 4, "city"]], ["city", "lake"]],
      [[[0, 0, "person"]], ["person"]],
      [[[2, 2, "person"]], ["person"]],
    ],
  );
  assert.deepEqual(tally.report().repairs, { records_merged: 1 });
});
