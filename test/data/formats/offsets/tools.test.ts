/** Files as annotation tools export them -> records, with what they hold and a record does not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type FormatOptions, type RecordFormat, readFormat } from "../../../../lib/data/formats/read";
import { Tally } from "../../../../lib/data/formats/tally";
import type { NerRecord } from "../../../../lib/data/records";
import { all, Scratch, says } from "../../scratch";

const scratch = new Scratch("tools");

interface Read {
  records: NerRecord[];
  /** Mentions as words and type, of all records. */
  mentions: string[];
  repairs: Record<string, number>;
  tally: Tally;
}

async function read(from: RecordFormat, path: string, options: FormatOptions = {}): Promise<Read> {
  const tally = new Tally();
  const records = await all(readFormat(from, path, options, tally));
  const mentions = records.flatMap(({ tokens, ner }) =>
    ner.map(([first, last, label]) => `${tokens.slice(first, last + 1).join(" ")} = ${label}`),
  );
  return { records, mentions, repairs: tally.report().repairs, tally };
}

const CURIE = "👩‍🔬 Marie Curie moved to Paris in 1891.";

/** A task as Label Studio 1.13 exports it (JSON), shortened to the keys that matter and some that do not. */
const task = (text: string, result: object[], more: object = {}) => ({
  id: 12,
  annotations: [
    { id: 31, completed_by: 1, result, was_cancelled: false, ground_truth: false, lead_time: 8.4, ...more },
  ],
  file_upload: "4f3c-texts.txt",
  drafts: [],
  predictions: [],
  data: { text },
  meta: {},
  created_at: "2024-05-13T09:02:11.311Z",
  project: 3,
});
const region = (start: number, end: number, text: string, labels: string[]) => ({
  value: { start, end, text, labels },
  id: "gew3t9fgkg",
  from_name: "label",
  to_name: "text",
  type: "labels",
  origin: "manual",
});

test("Label Studio counts UTF-16 units; relations, choices and second annotations are counted, not held", async () => {
  const person = CURIE.indexOf("Marie");
  const result = [
    region(person, person + 11, "Marie Curie", ["person", "scientist"]),
    region(CURIE.indexOf("Paris"), CURIE.indexOf("Paris") + 5, "Paris", ["city"]),
    { from_id: "a", to_id: "b", type: "relation", direction: "right" },
    { value: { choices: ["news"] }, id: "q", from_name: "kind", to_name: "text", type: "choices" },
    {
      value: { start: 3, end: 5, text: "x", choices: ["sure"] },
      id: "r",
      from_name: "sure",
      to_name: "text",
      type: "choices",
    },
  ];
  const second = { result: [], was_cancelled: false, ground_truth: false };
  const both = task(CURIE, result);
  both.annotations.push({ ...both.annotations[0], ...second });
  const path = scratch.file(
    "project-3.json",
    JSON.stringify([both, task("Nobody read me.", [], { was_cancelled: true }), task("Nothing here.", [])], null, 2),
  );
  const { mentions, repairs, records } = await read("label-studio", path);
  assert.deepEqual(mentions, ["Marie Curie = person", "Marie Curie = scientist", "Paris = city"]);
  assert.deepEqual(records[1], { tokens: ["Nothing", "here", "."], ner: [] });
  assert.deepEqual(repairs, {
    annotation_not_taken: 1,
    relation_not_held: 1,
    class_not_held: 1,
    attribute_not_held: 1,
    not_annotated: 1,
  });
});

test("Label Studio's JSON_MIN; code points are known by the words that stand there; another key by --text", async () => {
  const points = [...CURIE].join("|").split("|").length;
  assert.ok(points < CURIE.length);
  const at = [...CURIE.slice(0, CURIE.indexOf("Paris"))].length;
  const min = (key: string, start: number) => [
    {
      [key]: CURIE,
      id: 1,
      label: [{ start, end: start + 5, text: "Paris", labels: ["city"] }],
      annotator: 1,
      lead_time: 3,
    },
    { [key]: "unread", id: 2, annotator: 1 },
  ];
  const path = scratch.file("min.json", JSON.stringify(min("text", at)));
  const found = await read("label-studio", path);
  assert.deepEqual([found.mentions, found.repairs], [["Paris = city"], { counted_in_points: 1, not_annotated: 1 }]);
  const other = scratch.file(
    "other.json",
    JSON.stringify([{ ...min("review", CURIE.indexOf("Paris"))[0], title: "a" }]),
  );
  assert.deepEqual((await read("label-studio", other, { text: "review" })).mentions, ["Paris = city"]);
  await assert.rejects(read("label-studio", other), says('there is no text under "text"', "--text says"));
  await assert.rejects(
    read("label-studio", scratch.file("no.json", "[7]")),
    says("no.json, line 1, record 1", "no object"),
  );
});

test("doccano: lists, relations, comments, code points", async () => {
  const path = scratch.file(
    "admin.jsonl",
    [
      {
        id: 1,
        text: CURIE,
        label: [
          [4, 15, "person"],
          [25, 30, "city"],
        ],
        Comments: [],
      },
      {
        id: 2,
        text: "Google was founded on September 4, 1998, by Larry Page.",
        entities: [
          { id: 0, start_offset: 0, end_offset: 6, label: "ORG" },
          { id: 3, start_offset: 44, end_offset: 54, label: "PERSON" },
        ],
        relations: [{ id: 0, from_id: 0, to_id: 3, type: "foundedBy" }],
        Comments: ["sure?"],
      },
      { id: 3, text: "Nothing.", label: [] },
    ]
      .map((line) => JSON.stringify(line))
      .join("\n"),
  );
  const { mentions, repairs, records } = await read("doccano", path);
  assert.deepEqual(mentions, ["Marie Curie = person", "Paris = city", "Google = ORG", "Larry Page = PERSON"]);
  assert.deepEqual([records.length, repairs], [3, { relation_not_held: 1, note_not_held: 1 }]);
  const old = scratch.file(
    "old.jsonl",
    JSON.stringify({ text: "a b", annotations: [{ label: 7, start_offset: 0, end_offset: 1 }] }),
  );
  await assert.rejects(read("doccano", old), says("old.jsonl, line 1", 'no list "label"'));
  const numbers = scratch.file(
    "numbers.jsonl",
    JSON.stringify({ text: "a b", label: [{ label: 7, start_offset: 0, end_offset: 1 }] }),
  );
  await assert.rejects(read("doccano", numbers), says("has the label 7, wanted the name of a type"));
});

test("spaCy: training pairs, Doc.to_json(), displaCy, an annotator's annotations; its binary form is refused with the way out", async () => {
  const at = [...CURIE.slice(0, CURIE.indexOf("Paris"))].length;
  const entities = [[at, at + 5, "GPE"]];
  const pairs = scratch.file(
    "train.json",
    JSON.stringify([
      [CURIE, { entities }],
      ["Nothing.", { entities: [], cats: { news: 1 } }],
    ]),
  );
  assert.deepEqual((await read("spacy", pairs)).mentions, ["Paris = GPE"]);
  assert.deepEqual((await read("spacy", pairs)).repairs, { class_not_held: 1 });
  const ents = [{ start: at, end: at + 5, label: "GPE" }];
  const doc = {
    text: CURIE,
    ents,
    sents: [{ start: 0, end: 37 }],
    tokens: [],
    spans: { sc: [{ start: at, end: at + 5, label: "city", kb_id: "" }] },
  };
  const docs = scratch.file(
    "docs.jsonl",
    `${JSON.stringify(doc)}\n${JSON.stringify({ text: "Nothing.", ents: [], title: null })}\n`,
  );
  assert.deepEqual((await read("spacy", docs)).mentions, ["Paris = GPE", "Paris = city"]);
  const annotator = { classes: ["GPE"], annotations: [[CURIE, { entities }], null] };
  const found = await read("spacy", scratch.file("annotations.json", JSON.stringify(annotator)));
  assert.deepEqual([found.mentions, found.repairs], [["Paris = GPE"], { not_annotated: 1 }]);
  await assert.rejects(read("spacy", scratch.file("train.spacy", "x")), says("binary form", "doc.to_json()"));
  await assert.rejects(read("spacy", scratch.file("s.json", '[["a", {}]]')), says("no list of entities"));
});

test("Prodigy: accepted answers only; spans by characters", async () => {
  const at = [...CURIE.slice(0, CURIE.indexOf("Paris"))].length;
  const span = { start: at, end: at + 5, token_start: 6, token_end: 6, label: "GPE" };
  const base = {
    text: CURIE,
    _input_hash: -1886139703,
    _task_hash: 530211404,
    _view_id: "ner_manual",
    spans: [span],
    meta: { source: "x" },
  };
  const lines = [
    { ...base, answer: "accept" },
    { ...base, answer: "reject" },
    { ...base, answer: "ignore" },
    { text: "unread" },
    { text: "Nothing.", answer: "accept", relations: [{ head: 0, child: 2, label: "x" }], accept: ["A"] },
  ];
  const { records, mentions, repairs } = await read(
    "prodigy",
    scratch.file("p.jsonl", lines.map((line) => JSON.stringify(line)).join("\n")),
  );
  assert.deepEqual([records.length, mentions], [2, ["Paris = GPE"]]);
  assert.deepEqual(repairs, { answer_not_accepted: 2, not_annotated: 1, relation_not_held: 1, class_not_held: 1 });
  await assert.rejects(
    read("prodigy", scratch.file("q.jsonl", '{"text":"a","answer":"maybe"}')),
    says('the answer is "maybe"'),
  );
});

test("brat: a folder of .ann and .txt; pieces at a line break are one mention, other pieces are refused and counted", async () => {
  const text = `${CURIE}\nShe taught at the University\nof Paris and left and right wings grew.\n`;
  const points = (part: string, from = 0) => [...text.slice(0, text.indexOf(part, from))].length;
  const university = points("University");
  const left = points("left");
  const ann = [
    `T1\tPerson ${points("Marie")} ${points("Marie") + 11}\tMarie Curie`,
    `T2\tOrganization ${university} ${university + 10};${university + 11} ${university + 19}\tUniversity of Paris`,
    `T3\tPart ${left} ${left + 4};${left + 15} ${left + 20}\tleft wings`,
    `R1\tMember Arg1:T1 Arg2:T2`,
    `E1\tTeach:T1 Org:T2`,
    `A1\tNegation E1`,
    `*\tEquiv T1 T2`,
    `#1\tAnnotatorNotes T1\tlook again`,
    `N1\tReference T1 Wikipedia:1\tMarie`,
  ].join("\n");
  scratch.file("brat/sub/a.txt", text);
  scratch.file("brat/sub/a.ann", `${ann}\n`);
  scratch.file("brat/b.txt", "Nothing.");
  scratch.file("brat/b.ann", "");
  const { records, mentions, repairs, tally } = await read("brat", `${scratch.folder}/brat`);
  assert.equal(records.length, 2);
  assert.deepEqual(mentions, ["Marie Curie = Person", "University of Paris = Organization"]);
  assert.deepEqual(repairs, {
    discontinuous: 1,
    relation_not_held: 2,
    event_not_held: 1,
    attribute_not_held: 1,
    note_not_held: 2,
  });
  assert.deepEqual([tally.asked, tally.found], [3, 2]);
  const lines = await read("brat", `${scratch.folder}/brat`, { sentences: true });
  assert.equal(lines.records.length, 3, "a sentence a record; one that a line break cuts goes on in small letters");
  assert.deepEqual(lines.mentions, mentions);
  await assert.rejects(read("brat", scratch.file("lone.ann", "T1\tX 0 1\ta")), says("lone.txt"));
  scratch.file("bad.txt", "a b");
  await assert.rejects(
    read("brat", scratch.file("bad.ann", "T1 X 0 1 a")),
    says("bad.ann, line 1", "no line of brat's"),
  );
});

test("GLiNER2: mentions by their words; a type without any is absent; descriptions and other tasks are counted", async () => {
  const line = {
    input: "Apple released the iPhone 15. Apple is in Cupertino, near 上海市。",
    output: {
      entities: {
        company: ["Apple", "Tesla"],
        product: ["iPhone 15"],
        city: "Cupertino",
        place: ["上海市"],
        person: [],
      },
      entity_descriptions: { company: "a business", river: "a stream" },
      classifications: [{ task: "kind", labels: ["news"], true_label: ["news"] }],
      relations: [{ made_by: { head: "iPhone 15", tail: "Apple" } }],
      json_structures: [{ product: { name: "iPhone 15" } }],
    },
  };
  const path = scratch.file(
    "g2.jsonl",
    `${JSON.stringify(line)}\n${JSON.stringify({ input: "x", output: { classifications: [] } })}\n`,
  );
  const { records, mentions, repairs } = await read("gliner2", path, { words: "intl" });
  assert.deepEqual(mentions.slice(0, 4), [
    "Apple = company",
    "Apple = company",
    "iPhone 15 = product",
    "Cupertino = city",
  ]);
  assert.match(mentions[4], /^上海 ?市 = place$/);
  assert.deepEqual([records.length, records[0].negatives], [1, ["person", "river"]]);
  assert.deepEqual(repairs, {
    description_not_held: 2,
    class_not_held: 1,
    structure_not_held: 1,
    relation_not_held: 1,
    not_in_text: 1,
    not_annotated: 1,
  });
});

test("edges inside a word: to whole words, to the words inside, or left out; white space and strays are counted", async () => {
  const text = "The Zu\u0308rich-based firm 二号线停了";
  const label = [
    [4, 11, "city"],
    [4, 12, "city"],
    [0, 4, "word"],
    [17, 23, "x"],
    [23, 27, "line"],
    [3, 4, "blank"],
    [40, 50, "far"],
    [5, 5, "empty"],
  ];
  const path = scratch.file("edges.jsonl", JSON.stringify({ text, label }));
  const expand = await read("doccano", path);
  assert.deepEqual(expand.mentions, ["Zürich-based = city", "The = word", "firm = x", "二号线停了 = line"]);
  assert.deepEqual(expand.repairs, {
    composed: 1,
    edge_trimmed: 2,
    blank_mention: 1,
    outside_text: 2,
    snapped: 3,
    duplicate_dropped: 1,
  });
  assert.deepEqual((await read("doccano", path, { align: "strict" })).mentions, ["The = word", "firm = x"]);
  const contract = await read("doccano", path, { align: "contract" });
  assert.deepEqual([contract.mentions, contract.repairs.unaligned], [["The = word", "firm = x"], 3]);
  const intl = await read("doccano", path, { words: "intl", align: "strict" });
  assert.ok(
    intl.records[0].ner.some(([, , type]) => type === "line"),
    "an annotator's word is a word",
  );
  assert.ok((await read("doccano", path, { nfc: false })).records[0].tokens.includes("\u0308"));
});
