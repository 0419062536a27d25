import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { convert } from "../../../lib/data/convert";
import type { RecordFormat } from "../../../lib/data/formats/read";
import { Tally } from "../../../lib/data/formats/tally";
import type { WriterName } from "../../../lib/data/formats/write";
import { sentenceRecords } from "../../../lib/data/marked/corpus";
import { type NerRecord, type NerSpan, readRecords, recordLine } from "../../../lib/data/records";
import { Scratch, says } from "../scratch";

const scratch = new Scratch("round-trip");
/** Our own texts; scripts without spaces have words that the model's splitter would not part. */
const SAMPLE = scratch.file(
  "own.jsonl",
  sentenceRecords("dev")
    .filter(({ src }) => src !== "scripts")
    .map((record) => `${recordLine(record)}\n`)
    .join(""),
);
const bare = (records: readonly NerRecord[]) =>
  records.map(({ tokens, ner }) => ({ tokens, ner: ner.slice().sort(byPlace) }));
const byPlace = (a: NerSpan, b: NerSpan) => a[0] - b[0] || b[1] - a[1] || (a[2] < b[2] ? -1 : 1);

async function there(to: WriterName, input = SAMPLE): Promise<{ path: string; tally: Tally }> {
  const path = join(scratch.folder, `sample.${to}`);
  const tally = new Tally();
  await convert({ inputs: [input], from: "gliner", to, out: path }, tally);
  return { path, tally };
}

async function back(path: string, from: RecordFormat): Promise<NerRecord[]> {
  const out = `${path}.back.jsonl`;
  await convert({ inputs: [path], from, out });
  return readRecords(out);
}

test("our own texts go through every format that keeps nested mentions, and comes back", async () => {
  const wanted = bare(await readRecords(SAMPLE));
  for (const [to, from] of [
    ["records", "gliner"],
    ["gliner", "gliner"],
    ["gliner-list", "gliner"],
    ["instruct", "instruct"],
    ["marked", "marked"],
  ] as const)
    assert.deepEqual(bare(await back((await there(to)).path, from)), wanted, to);
});

test("a conversation marks a name wherever it stands: what the sample marks is there", async () => {
  const records = await back((await there("pile-ner")).path, "pile-ner");
  for (const [i, { tokens, ner }] of (await readRecords(SAMPLE)).entries()) {
    assert.deepEqual(records[i].tokens, tokens);
    const marked = new Set(records[i].ner.map(String));
    for (const span of ner) assert.ok(marked.has(String(span)), `${span} in: ${tokens.join(" ")}`);
  }
});

test("columns have no place for a mention inside another: those are counted, the others come back in every scheme", async () => {
  const flat = (await readRecords(SAMPLE)).map((record) => {
    const sorted = record.ner.slice().sort(byPlace);
    const kept = sorted.filter(
      ([start, end], i) => !sorted.slice(0, i).some(([first, last]) => first <= end && last >= start),
    );
    return { tokens: record.tokens, ner: kept };
  });
  const lost = (await readRecords(SAMPLE)).reduce((sum, { ner }, i) => sum + ner.length - flat[i].ner.length, 0);
  assert.ok(lost > 20, `${lost}`);
  for (const scheme of ["bio", "iob1", "iobes", "bilou"] as const) {
    const { path, tally } = await there(scheme);
    assert.equal(tally.report().repairs.overlap_not_written, lost, scheme);
    assert.deepEqual(bare(await back(path, "bio")), bare(flat), scheme);
  }
  const { path } = await there("io");
  assert.match(readFileSync(path, "utf8"), /^\S+\tcity$/m);
});

test("a word that cannot stand in a column is refused, and nothing is written", async () => {
  const input = scratch.file("tab.jsonl", `${JSON.stringify({ tokens: ["a", "b\tc"], ner: [] })}\n`);
  const before = scratch.names();
  await assert.rejects(
    convert({ inputs: [input], from: "gliner", to: "bio", out: join(scratch.folder, "tab.bio") }),
    says("tab.jsonl, line 1", '"b\\tc" cannot stand in a column'),
  );
  assert.deepEqual(scratch.names(), before);
});

test("negatives keep the name they came with", async () => {
  const line = JSON.stringify({ tokenized_text: ["a"], ner: [], negative: ["x"] });
  const input = scratch.file("negative.jsonl", `${line}\n`);
  assert.equal(readFileSync((await there("gliner", input)).path, "utf8"), `${line}\n`);
  assert.equal(
    readFileSync((await there("records", input)).path, "utf8"),
    '{"tokens":["a"],"ner":[],"negative":["x"]}\n',
  );
});

test("the sample goes through the forms of tools that keep nested mentions, and comes back", async () => {
  const wanted = bare(await readRecords(SAMPLE));
  for (const form of ["label-studio", "doccano", "spacy", "prodigy", "csv"] as const)
    assert.deepEqual(bare(await back((await there(form)).path, form)), wanted, form);
});

test("GLiNER2 marks a name wherever it stands, and keeps what is absent", async () => {
  const records = await back((await there("gliner2")).path, "gliner2");
  for (const [i, { tokens, ner, negatives }] of (await readRecords(SAMPLE)).entries()) {
    assert.deepEqual([records[i].tokens, records[i].negatives], [tokens, negatives]);
    const marked = new Set(records[i].ner.map(String));
    for (const span of ner) assert.ok(marked.has(String(span)), `${span} in: ${tokens.join(" ")}`);
  }
});

test("brat and the flat forms of data sets: types of one word, mentions apart; a document's lines are records again", async () => {
  const flat = (await readRecords(SAMPLE)).map(({ tokens, ner }): NerRecord => {
    const apart = ner.filter(([a, b], i) => !ner.some(([c, d], n) => n !== i && c <= b && a <= d));
    return { tokens, ner: apart.map(([a, b, type]) => [a, b, type.replaceAll(" ", "_")]) };
  });
  const input = scratch.file("flat.jsonl", flat.map((record) => JSON.stringify(record)).join("\n"));
  for (const form of ["hf", "conll2012", "bmes"] as const)
    assert.deepEqual(bare(await back((await there(form, input)).path, form)), bare(flat), form);
  const out = join(scratch.folder, "flat.ann");
  await convert({ inputs: [input], from: "gliner", to: "brat", out });
  const [document] = await back(out, "brat");
  assert.deepEqual(
    document.tokens,
    flat.flatMap(({ tokens }) => tokens),
  );
  assert.equal(
    document.ner.length,
    flat.reduce((sum, { ner }) => sum + ner.length, 0),
  );
  const at = flat[0].tokens.length;
  assert.deepEqual(
    bare([{ tokens: [], ner: document.ner.filter(([first]) => first >= at && first < at + flat[1].tokens.length) }])[0]
      .ner,
    bare([flat[1]])[0].ner.map(([a, b, type]) => [a + at, b + at, type]),
  );
  await assert.rejects(there("brat", input), says("wanted a name that ends in .ann"));
  await assert.rejects(there("conll2012", SAMPLE), says("cannot stand between spaces"));
  assert.ok(!scratch.names().includes("sample.brat"), "nothing half-written");
});

test("what a tool's form has no place for is counted", async () => {
  const record = { tokens: ["a"], ner: [], negatives: ["x", "y"] };
  const { tally } = await there("doccano", scratch.file("negatives.jsonl", JSON.stringify(record)));
  assert.deepEqual(tally.report().repairs, { negative_not_written: 2 });
});

test("every form counts the absent types and the empty texts that it has no place for; the others write them", async () => {
  const rows = [
    { tokens: ["a"], ner: [[0, 0, "found"]], labels: ["found", "asked"], negatives: ["x"] },
    { tokens: [], ner: [] },
  ];
  const input = scratch.file("absent.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
  const counted = async (to: WriterName) => (await there(to, input)).tally.report().repairs;
  for (const to of ["instruct", "label-studio", "spacy", "doccano", "prodigy", "csv", "hf"] as const)
    assert.deepEqual(await counted(to), { negative_not_written: 2 }, to);
  for (const to of ["bio", "iob1", "iobes", "bilou", "bmes", "io", "conll2012"] as const)
    assert.deepEqual(await counted(to), { negative_not_written: 2, empty_not_written: 1 }, to);
  assert.deepEqual(await counted("marked"), { empty_not_written: 1 });
  for (const to of ["gliner2", "pile-ner"] as const) {
    const { path, tally } = await there(to, input);
    assert.deepEqual(tally.report().repairs, {}, to);
    assert.deepEqual((await back(path, to))[0].negatives, ["x", "asked"], to);
  }
});

test("what columns of bare tags, and the columns of CoNLL-2012, would read otherwise is counted or refused", async () => {
  const written = async (to: WriterName, record: object) =>
    (await there(to, scratch.file("one.jsonl", JSON.stringify(record)))).tally.report().repairs;
  const beside = {
    tokens: ["a", "b"],
    ner: [
      [0, 0, "x"],
      [1, 1, "x"],
    ],
  };
  assert.deepEqual(await written("io", beside), { boundary_not_written: 1 });
  assert.deepEqual(await written("bio", beside), {});
  for (const type of ["O", "I-x"]) {
    await assert.rejects(written("io", { tokens: ["a"], ner: [[0, 0, type]] }), says("cannot stand in a column"));
    assert.deepEqual(await written("bio", { tokens: ["a"], ner: [[0, 0, type]] }), {});
  }
  for (const word of ["-DOCSTART-", "\ufeffa"])
    await assert.rejects(written("bio", { tokens: [word], ner: [] }), says("cannot stand in a column"));
  await assert.rejects(written("bio", { tokens: ["a"], ner: [[0, 0, " x"]] }), says("cannot stand in a column"));
  for (const type of ["f(x)", "a*b"])
    await assert.rejects(
      written("conll2012", { tokens: ["a"], ner: [[0, 0, type]] }),
      says("a sign of the names' column"),
    );
  assert.deepEqual(await written("conll2012", { tokens: ["''", "(", "-LRB-", "a"], ner: [] }), { word_respelled: 2 });
});

test("a type without a name is left out and counted: nothing that reads records takes one", async () => {
  const input = scratch.file(
    "nameless.json",
    JSON.stringify({
      sentence: "Ada slept",
      entities: [
        { type: " ", pos: [0, 3] },
        { type: "x", pos: [0, 3] },
      ],
    }),
  );
  const tally = new Tally();
  const out = join(scratch.folder, "nameless.jsonl");
  await convert({ inputs: [input], from: "instruct", out }, tally);
  assert.deepEqual(tally.report().repairs, { type_empty: 1 });
  assert.deepEqual((await readRecords(out))[0].ner, [[0, 0, "x"]]);
});
