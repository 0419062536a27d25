import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { alikePairs } from "../../../lib/data/inspect/labels";
import { type DataReport, inspectData } from "../../../lib/data/inspect/report";
import { isHere, readSources } from "../../../lib/data/sources";
import { ZERO_SHOT_SETS } from "../../../lib/data/zero-shot-tests";
import { Scratch, says } from "../scratch";

/** Small sets with planted faults, written by hand; then GLiNER's own copies of the seven tests, where they are here. */
const scratch = new Scratch("inspect");

/** A sentence with its mentions as InstructUIE writes them; "@n" after a name puts it at character n. */
function sentence(text: string, ...mentions: [name: string, type: string, at?: number][]): object {
  const entities = mentions.map(([name, type, at = text.indexOf(name)]) => ({
    name,
    type,
    pos: [at, at + name.length],
  }));
  return { sentence: text, entities };
}

function folder(name: string, files: Record<string, unknown>): string {
  mkdirSync(join(scratch.folder, name), { recursive: true });
  for (const [file, value] of Object.entries(files))
    writeFileSync(join(scratch.folder, name, file), typeof value === "string" ? value : JSON.stringify(value));
  return join(scratch.folder, name);
}

const found = ({ findings }: DataReport, check: string) =>
  findings.filter((one) => one.check === check).map(({ severity, count }) => [severity, count]);

test("positions inside words, labels that no list has, and the ceiling that they put on recall", async () => {
  const where = folder("positions", {
    "labels.json": ["rating", "organization", "Film"],
    "test.json": [
      sentence("are there r rated films", ["r", "rating", 1], ["films", "film"]),
      sentence("is it rated r", ["r", "rating", 12]),
      sentence("the New York-based firm", ["New York", "organisation"]),
      sentence("Acme , a firm", ["Acme", "organisation"], ["firm", "misc"]),
    ],
  });
  const report = await inspectData([where]);
  assert.deepEqual(found(report, "unaligned"), [["fault", 2]]);
  assert.deepEqual(
    report.files[0].splitters.misplaced.map(({ name, substring }) => [name, substring]),
    [
      ["r", true],
      ["New York", false],
    ],
  );
  assert.deepEqual(report.files[0].splitters.unaligned, { whitespace: 2, gliner: 2 });
  assert.deepEqual(found(report, "unlisted"), [["fault", 3]]);
  assert.deepEqual(report.files[0].labels.unlisted, [
    { label: "organisation", mentions: 2, like: "organization" },
    { label: "misc", mentions: 1, like: undefined },
  ]);
  assert.deepEqual(report.files[0].labels.otherCase, [{ label: "film", listed: "Film", mentions: 1 }]);
  assert.deepEqual(report.files[0].labels.unused, ["organization"]);
  assert.deepEqual(report.files[0].ceiling, { gold: 6, reachable: 2, reachableFlat: 2 });
  assert.match(
    report.findings.find(({ check }) => check === "recall_ceiling")?.text ?? "",
    /recall is at most 33\.3 %/,
  );
  assert.match(
    report.findings.find(({ check }) => check === "unaligned")?.text ?? "",
    /1 x rating "r".*1 of them found as a mere string/,
  );
});

test("width, length, types, nesting: each counted, and the ceiling of each", async () => {
  const tokens = Array.from({ length: 20 }, (_, i) => `w${i}`);
  const ner = [
    [0, 4, "a"],
    [0, 4, "b"],
    [1, 2, "c"],
    [4, 6, "d"],
    [4, 6, "d"],
    [8, 14, "e"],
    [16, 17, "f"],
  ];
  const path = scratch.file(
    "spans.jsonl",
    `${JSON.stringify({ tokens, ner })}\n${JSON.stringify({ tokens: ["no", "mention"], ner: [] })}\n`,
  );
  const report = await inspectData([path], { limits: { maxWidth: 5, maxLen: 15 } });
  const [{ spans, ceiling, empty }] = report.files;
  assert.deepEqual(spans, {
    mentions: 6,
    duplicates: 1,
    tooWide: 1,
    beyondMaxLen: 1,
    doubleTyped: 1,
    typesLost: 1,
    nested: 1,
    crossing: 1,
    widths: [0, 2, 1, 0, 2, 0, 1],
    longestText: 20,
    textsBeyondMaxLen: 1,
  });
  assert.deepEqual([ceiling, empty], [{ gold: 6, reachable: 3, reachableFlat: 2 }, 1]);
  assert.deepEqual(report.findings.map(({ severity }) => severity).includes("fault"), false);
});

test("two spellings of one label are seen; two words that look alike are not", () => {
  const pairs = (...labels: string[]) => alikePairs(labels).map(({ one, other, how }) => `${one} / ${other}: ${how}`);
  assert.deepEqual(pairs("Person", "person", "PERSON"), ["Person / person: case", "Person / PERSON: case"]);
  assert.deepEqual(pairs("work of art", "work_of_art", "work-of-art"), [
    "work of art / work_of_art: separators",
    "work of art / work-of-art: separators",
  ]);
  assert.deepEqual(pairs("sports team", "sports teams"), ["sports team / sports teams: plural"]);
  assert.deepEqual(pairs("organisation", "organization"), ["organisation / organization: one letter"]);
  assert.deepEqual(pairs("actor", "factor", "city", "cite", "date", "data"), []);
});

test("the order of a label list: by rule, or by none", async () => {
  const order = async (list: string[]) => {
    const sentences = [
      sentence("b b a c", ["b", "b"], ["a", "a"], ["c", "c"]),
      sentence("c c", ["c", "c"]),
      sentence("b", ["b", "b"]),
      sentence("c", ["c", "c"]),
    ];
    const report = await inspectData([folder("order", { "labels.json": list, "test.json": sentences })]);
    return [report.files[0].labels.order, found(report, "label_order").length];
  };
  assert.deepEqual(await order(["a", "b", "c"]), ["sorted", 0]);
  assert.deepEqual(await order(["c", "b", "a"]), ["by frequency", 0]);
  assert.deepEqual(await order(["b", "a", "c"]), ["by first appearance", 0]);
  assert.deepEqual(await order(["c", "a", "b"]), ["none of these", 1]);
});

test("what files share, and what one file says twice", async () => {
  const line = (text: string, ...ner: unknown[]) => `${JSON.stringify({ tokens: text.split(" "), ner })}\n`;
  const run = "one two three four five six seven eight nine ten eleven twelve";
  const train =
    line("Ada met Bo today") + line("Ada met Bo today", [0, 0, "x"]) + line(`so ${run}`) + line("only here it stands");
  const test_ =
    line("Ada met Bo today") + line("ada met bo today !") + line(`${run} then`) + line("something else it is");
  const report = await inspectData([folder("leaks", { "a.jsonl": train, "b.jsonl": test_, "c.jsonl": test_ })]);
  const counts = report.leaks.map(({ sentences, occurrences, runs, same }) => [sentences, occurrences, runs, same]);
  assert.deepEqual(counts, [
    [1, 1, 2, false],
    [1, 1, 2, false],
    [4, 4, 0, true],
  ]);
  assert.deepEqual(
    [found(report, "leak").length, found(report, "leak_run").length, found(report, "same_file").length],
    [2, 2, 1],
  );
  assert.deepEqual(report.files[0].repeated, { sentences: 1, differentGold: 1 });
});

test("a copy beside its original: missing, renamed, moved and lost", async () => {
  const original = scratch.file(
    "original.txt",
    "an\tO\norganisation\tB-org\n\ngood\tO\nfood\tO\nat\tO\na\tO\ngood\tB-rating\nplace\tO\n\nends\tO\nwith\tO\nOslo\tB-city\n\nlast\tB-x\none\tO\n",
  );
  const copy = scratch.file(
    "copy.json",
    JSON.stringify([
      sentence("an organisation", ["organisation", "organization"]),
      sentence("good food at a good place", ["good", "Rating", 0]),
      sentence("ends with Oslo"),
      sentence("one more"),
    ]),
  );
  const report = await inspectData([copy], { against: [original] });
  const [{ sentences, missing, added, gold }] = report.comparisons;
  assert.deepEqual(sentences, { copy: 4, original: 4, both: 3 });
  assert.deepEqual(missing, [{ where: `${original}, line 15`, last: true }]);
  assert.equal(added.length, 1);
  assert.deepEqual(gold, {
    copy: 2,
    original: 3,
    equal: 0,
    renamed: [{ from: "org", to: "organization", mentions: 1 }],
    moved: 1,
    onlyCopy: 0,
    onlyOriginal: 1,
    atEnd: { original: 2, lost: 1 },
  });
  for (const check of ["missing_sentence", "added_sentence", "moved", "lost_mention"])
    assert.deepEqual(found(report, check), [["fault", 1]], check);
});

test("formats are told by how a file begins; what is none of them is refused", async () => {
  const person = [
    { from: "human", value: "Text: Ada." },
    { from: "gpt", value: "yes" },
    { from: "human", value: "What describes person in the text?" },
    { from: "gpt", value: '["Ada", "Bo"]' },
  ];
  const files = {
    "pile-ner": ["a.json", JSON.stringify([{ id: "1", conversations: person }])],
    gliner: ["b.json", '[{"tokenized_text": ["Ada"], "ner": [[0, 0, "person"]]}]'],
    instruct: ["c.jsonl", JSON.stringify(sentence("Ada", ["Ada", "person"]))],
    "type-sentences": ["d.json", '{"person": [{"sentence": "Ada.", "target_words_in_it": ["Ada"]}]}'],
    conll: ["e.txt", "Ada NNP B-person\nx V O\n"],
    bio: ["f.txt", "B-person\tAda\nO\tx\n"],
  } as const;
  for (const [format, [name, content]] of Object.entries(files)) {
    const report = await inspectData([scratch.file(name, content)]);
    assert.deepEqual(
      [report.files[0].format, report.files[0].labels.types],
      [format, [{ label: "person", mentions: 1 }]],
      format,
    );
  }
  assert.deepEqual(found(await inspectData([join(scratch.folder, "a.json")]), "not_found"), [["fault", 1]]);
  await assert.rejects(
    inspectData([scratch.file("prose.txt", "Just a text.\n")]),
    says("prose.txt: its form is none that is known"),
  );
  const mixed = folder("mixed", { "a.jsonl": '{"tokens":["Ada"],"ner":[]}', "notes.txt": "Just a text.\n" });
  assert.deepEqual(
    (await inspectData([mixed])).files.map(({ name }) => name),
    [join(mixed, "a.jsonl")],
  );
  await assert.rejects(inspectData([folder("empty", { "labels.json": ["a"] })]), says("there are no records"));
});

const copies = readSources().filter(({ role }) => role === "evaluation copy" || role === "test");
const here = copies.every(isHere);
if (!here)
  process.stdout.write("skipped: GLiNER's copies of the seven tests are neither in a mirror nor in the cache\n");

test("GLiNER's own copies of the seven tests: the known faults are found, and others", { skip: !here }, async () => {
  const names = ZERO_SHOT_SETS.flatMap((set) =>
    ["dev", "test", "labels"].map((part) => `source:gliner_${set}_${part}`),
  );
  const report = await inspectData(names);
  const of = (check: string) =>
    Object.fromEntries(
      report.findings
        .filter((one) => one.check === check)
        .map(({ file, count }) => [file.replaceAll("source:gliner_", ""), count]),
    );
  assert.deepEqual(of("unlisted"), { crossner_music_dev: 260, crossner_music_test: 379 });
  assert.deepEqual(of("unaligned"), {
    crossner_ai_dev: 3,
    crossner_music_test: 1,
    mit_movie_dev: 95,
    mit_movie_test: 95,
  });
  assert.deepEqual(of("same_file"), {
    "mit_movie_dev and mit_movie_test": 2441,
    "mit_restaurant_dev and mit_restaurant_test": 1520,
  });
  const movie = report.files.find(({ name }) => name.endsWith("mit_movie_test"))?.splitters.misplaced ?? [];
  assert.equal(movie.filter(({ name, type }) => name === "r" && type === "rating").length, 88);
  assert.ok(movie.every(({ substring }) => substring));
  const leaks = of("leak");
  assert.equal(leaks["crossner_music_dev and crossner_music_test"], 17);
  assert.equal(leaks["crossner_literature_dev and crossner_politics_test"], 4);
});

test("beside their raw originals: missing last sentences, mentions lost at the end of a sentence", {
  skip: !here,
}, async () => {
  const report = await inspectData(
    ZERO_SHOT_SETS.map((set) => `source:gliner_${set}_test`),
    { against: ZERO_SHOT_SETS.map((set) => `zero-shot:${set}`) },
  );
  const rows = report.comparisons.map(({ missing, gold }) => [
    missing.length,
    gold.onlyOriginal,
    gold.atEnd.lost,
    gold.atEnd.original,
    gold.moved,
  ]);
  assert.deepEqual(rows, [
    [0, 5, 5, 5, 0],
    [0, 3, 3, 3, 0],
    [0, 3, 2, 2, 0],
    [1, 1, 1, 1, 0],
    [0, 1, 1, 1, 0],
    [1, 95, 13, 1727, 0],
    [1, 0, 0, 1164, 1],
  ]);
  assert.ok(report.comparisons.every(({ missing }) => missing.every(({ last }) => last)));
});

test("originals are one for all files or one for each", async () => {
  const files = ["a", "b", "c"].map((name) =>
    scratch.file(`${name}-of-three.jsonl`, '{"tokens":["a"],"ner":[[0,0,"x"]]}\n'),
  );
  await assert.rejects(
    inspectData(files, { against: files.slice(0, 2) }),
    says("--against got 2 originals for 3 files of --data"),
  );
});

test("columns with lines of remarks are looked at without them; where there are none, # is a word", async () => {
  const remarks = scratch.file(
    "remarks.conll",
    "# id 7 domain=en\nAda _ _ B-per\n\n# id 8 domain=en\nOslo _ _ B-city\n",
  );
  const { files } = await inspectData([remarks]);
  assert.deepEqual([files[0].records, files[0].asked, files[0].repairs], [2, 2, { comment: 2 }]);
  const plain = scratch.file("number-sign.conll", "Ada B-per\n# O\n1 O\n");
  assert.deepEqual((await inspectData([plain])).files[0].repairs, {});
});
