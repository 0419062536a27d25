import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Conversion, convert } from "../../lib/data/convert";
import { parseLabelMap, readLabelMap } from "../../lib/data/labels";
import { addressOf, findSource, isHere, readSources } from "../../lib/data/sources";
import { ZERO_SHOT_SETS } from "../../lib/data/zero-shot-tests";
import { PROJECT_ROOT } from "../../lib/files/places";
import { Scratch, says } from "./scratch";

const scratch = new Scratch("convert");
const SHARED = join(PROJECT_ROOT, "../shared");
const PILE_NER = join(SHARED, "corpus/pilener-conversations-sample.json");
const ZERO_SHOT = join(SHARED, "corpus/zero-shot");
const MIRROR = process.env.WORKBOOK_MIRROR || join(SHARED, "mirror");
const sampled = existsSync(PILE_NER);
const mirrored =
  existsSync(ZERO_SHOT) &&
  readSources()
    .filter(({ role }) => role === "test")
    .every(isHere);
if (!sampled) process.stdout.write("skipped: the real Pile-NER passages are not beside the checkout\n");
if (!mirrored) process.stdout.write("skipped: the raw test files or their reference are not beside the checkout\n");

const out = (name: string) => join(scratch.folder, name);
const run = (options: Omit<Conversion, "out">, name = "out.jsonl") => convert({ ...options, out: out(name) });

test("882 real passages: 9,552 of 9,571 mentions, 15,047 spans, 14,956 without duplicates, in every era", {
  skip: !sampled,
}, async () => {
  const inputs = [PILE_NER];
  const counts = { records: 882, asked: 9571, found: 9552 };
  for (const era of ["default", "process_pilener", "data_proc"] as const)
    assert.deepEqual(
      await run({ inputs, from: "pile-ner", era }, `${era}.jsonl`),
      { ...counts, spans: 15047, repairs: {} },
      era,
    );
  const [plain, script, first] = ["default", "process_pilener", "data_proc"].map((era) =>
    readFileSync(out(`${era}.jsonl`), "utf8"),
  );
  assert.ok(plain === script, "default and process_pilener are one");
  assert.ok(
    first.includes('"medical_condition"]') &&
      !first.includes('"medical condition"]') &&
      !first.includes('"negative":['),
  );
  const unique = await run({ inputs, from: "pile-ner", dropDuplicates: true });
  assert.deepEqual(unique, { ...counts, spans: 14956, repairs: { duplicate_dropped: 91 } });
});

test("the output on the real passages is the reference rule's, line by line", { skip: !sampled }, async () => {
  await run({ inputs: [PILE_NER], from: "pile-ner", to: "gliner" }, "gliner.jsonl");
  const lines = readFileSync(out("gliner.jsonl"), "utf8").trimEnd().split("\n");
  // sha256 of preprocess_reference.py's records, each re-written as compact JSON with the same three keys.
  const hash = createHash("sha256");
  for (const line of lines) hash.update(`${line}\n`);
  assert.equal(hash.digest("hex"), REFERENCE_SHA256);
});
const REFERENCE_SHA256 = "78fb12e884c821545f79e937ad9e8a920eb2b499063602cc4e8df561e011e235";

test("the seven tests, from their raw files with the label map gliner, are the reference files byte for byte", {
  skip: !mirrored,
}, async () => {
  const labels = readLabelMap("gliner");
  for (const name of ZERO_SHOT_SETS) {
    const path = join(MIRROR, addressOf(findSource(name)));
    const columns = name.startsWith("mit_") ? "tag,token" : "token,tag";
    const report = await run({ inputs: [path], from: "bio", columns, labels }, `${name}.jsonl`);
    assert.ok(readFileSync(out(`${name}.jsonl`)).equals(readFileSync(join(ZERO_SHOT, `${name}.jsonl`))), name);
    assert.deepEqual([report.asked, report.repairs], [report.spans, {}]);
  }
});

test("the same by the name of the source, whose form and labels the manifest knows", { skip: !mirrored }, async () => {
  await run({ inputs: ["source:mit_movie"] }, "source.jsonl");
  assert.ok(readFileSync(out("source.jsonl")).equals(readFileSync(join(ZERO_SHOT, "mit_movie.jsonl"))));
});

test("bad input: one sentence with file and line, the old output untouched, nothing half-written", async () => {
  const good = '{"conversations":[{"from":"human","value":"Text: Ada."},{"from":"gpt","value":"yes"}]}';
  const gold = scratch.file("kept.jsonl", "what was there before\n");
  const invalid = Buffer.concat([Buffer.from(`[${good},\n"`), Buffer.from([0xff]), Buffer.from('"]')]);
  const cases: [content: string | Buffer, options: Partial<Conversion>, ...parts: (string | RegExp)[]][] = [
    [invalid, { from: "pile-ner" }, "line 2: byte 2 (0xff) is not UTF-8"],
    [
      `[${good},\n${good.slice(0, 40)}`,
      { from: "pile-ner" },
      "line 2: the file ends inside record 2, which begins at line 2",
    ],
    [
      `[${good},\n{"conversations": 1}]`,
      { from: "pile-ner" },
      'line 2, record 2: wanted an object with a list "conversations"',
    ],
    [
      `${good}\n${good}${" ".repeat(50 * 1024 * 1024)}\n`,
      { from: "pile-ner" },
      "line 2: a record of more than 16777216 bytes",
    ],
    ["a B-x\nb O\n\nc I-x\n", { from: "bio" }, "mix two schemes: line 1", "line 4"],
    ["a\tB-x\nb\n", { from: "bio" }, 'line 2: "b" has 1 column, wanted 2'],
    [
      "a\tB-x\nb\tB-y\n",
      { from: "bio", labels: { name: "my map", names: { x: "ex" }, closed: true } },
      'line 1: the tag "y" has no name; wanted one of x',
    ],
    ['{"tokens":["a"],"ner":[[0,1,"x"]]}\n', { from: "gliner" }, "line 1, mention 1 ends at word 1, past the end"],
    [
      '[{"sentence": "a"}]',
      { from: "instruct" },
      'line 1, record 1: wanted an object with a text "sentence" and a list "entities"',
    ],
  ];
  for (const [content, options, ...parts] of cases) {
    const input = scratch.file("bad.txt", content);
    const before = scratch.names();
    await assert.rejects(convert({ inputs: [input], out: gold, ...options }), says(input, ...parts));
    assert.deepEqual([scratch.names(), readFileSync(gold, "utf8")], [before, "what was there before\n"]);
  }
});

test("a folder for the output that is not there, and an input that is not", async () => {
  await assert.rejects(
    convert({ inputs: [], from: "gliner", out: out("none/x.jsonl") }),
    says("cannot write", "none/x.jsonl"),
  );
  await assert.rejects(run({ inputs: [out("none.json")], from: "gliner" }), says("none.json does not exist"));
});

test("several inputs go into one file, in their order", async () => {
  const line = (word: string) => `${JSON.stringify({ tokens: [word], ner: [] })}\n`;
  const inputs = [scratch.file("1.jsonl", line("a")), scratch.file("2.jsonl", line("b"))];
  const report = await run({ inputs, from: "gliner" }, "both.jsonl");
  assert.equal(readFileSync(out("both.jsonl"), "utf8"), line("a") + line("b"));
  assert.equal(report.records, 2);
  await run({ inputs, from: "gliner", to: "gliner-list" }, "list.json");
  assert.equal((JSON.parse(readFileSync(out("list.json"), "utf8")) as object[]).length, 2);
});

test("conll takes the first and the last column, whatever stands between", async () => {
  const input = scratch.file("conll.txt", "-DOCSTART- -X- O\n\nAda NNP B-NP I-PER\nsang VBD O\n");
  const report = await run({ inputs: [input], from: "conll", columns: undefined });
  const counts = { records: 1, asked: 1, found: 1, spans: 1, repairs: { docstart: 1 } };
  assert.deepEqual(report, { ...counts, schemes: { [input]: "iob1" } });
  assert.equal(readFileSync(out("out.jsonl"), "utf8"), '{"tokens":["Ada","sang"],"ner":[[0,0,"PER"]]}\n');
});

test("labels: a map by name or file, what it leaves out is counted, what it does not list stays", async () => {
  const input = scratch.file("music.txt", "Ada\tB-musicalartist\nsang\tO\nrock\tB-misc\nx\tB-other\n");
  const read = async (labels: string) => {
    const report = await run({ inputs: [input], from: "bio", labels: readLabelMap(labels) });
    const { ner } = JSON.parse(readFileSync(out("out.jsonl"), "utf8")) as { ner: [number, number, string][] };
    return [ner.map(([, , label]) => label), report.repairs, report.asked, report.spans];
  };
  assert.deepEqual(await read("gliner"), [["musical artist", "else", "other"], {}, 3, 3]);
  assert.deepEqual(await read("universalner"), [["musical artist", "other"], { label_dropped: 1 }, 3, 2]);
  assert.deepEqual(await read(scratch.file("map.json", '{"misc": "miscellaneous"}')), [
    ["musicalartist", "miscellaneous", "other"],
    {},
    3,
    3,
  ]);
  assert.throws(
    () => readLabelMap("glinner"),
    says('--label-map got "glinner", wanted a JSON file or one of gliner, universalner, slimer'),
  );
  assert.throws(() => readLabelMap(scratch.file("bad.json", "{")), says("bad.json: not JSON"));
  const latin = Buffer.from('{"a": "caf\u00e9"}', "latin1");
  assert.throws(
    () => readLabelMap(scratch.file("latin.json", latin)),
    says("latin.json, line 1: byte 11 (0xe9) is not UTF-8"),
  );
  assert.throws(
    () => readLabelMap(scratch.file("bad.json", '{"a": 1}')),
    says('the tag "a" is named 1, wanted a name or null'),
  );
});

test("a file whose texts were all left out is told so; one without any is another thing", async () => {
  const tasks = [1, 2].map((id) => ({ id, data: { text: "Ada slept" }, annotations: [] }));
  const input = scratch.file("tasks.json", JSON.stringify(tasks));
  await assert.rejects(
    run({ inputs: [input], from: "label-studio" }),
    says("tasks.json: no text of it is left (2 x a text that nobody has annotated"),
  );
  const rejected = scratch.file("rejected.jsonl", JSON.stringify({ text: "Ada", spans: [], answer: "reject" }));
  await assert.rejects(run({ inputs: [rejected], from: "prodigy" }), says("no text of it is left (1 x a text whose"));
  await assert.rejects(
    run({ inputs: [scratch.file("none.json", "[]")], from: "label-studio" }),
    says("none.json holds no records"),
  );
});

test("a label map names every list of types of a record, and a file of it that names a label twice is refused", async () => {
  const record = { tokens: ["a"], ner: [[0, 0, "x"]], labels: ["x", "y"], negatives: ["y"], unaligned: ["x", "z"] };
  const input = scratch.file("lists.jsonl", JSON.stringify(record));
  const labels = parseLabelMap({ x: "ex", y: "why", z: null }, "map");
  const { repairs } = await run({ inputs: [input], from: "gliner", labels }, "lists.out");
  assert.deepEqual(repairs, { label_dropped: 1 });
  const named = { tokens: ["a"], ner: [[0, 0, "ex"]], labels: ["ex", "why"], negatives: ["why"], unaligned: ["ex"] };
  assert.deepEqual(JSON.parse(readFileSync(out("lists.out"), "utf8")), named);
  const twice = scratch.file("twice.json", '{"x": "a", "x": "b"}');
  assert.throws(() => readLabelMap(twice), says("names a key twice"));
});
