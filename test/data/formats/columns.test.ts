import assert from "node:assert/strict";
import { test } from "node:test";
import { type ColumnOptions, parseColumns, readColumns } from "../../../lib/data/formats/columns";
import { Tally } from "../../../lib/data/formats/tally";
import { all, Scratch, says } from "../scratch";

const scratch = new Scratch("columns");
async function read(text: string, options: ColumnOptions = {}, tally = new Tally()): Promise<unknown[]> {
  const path = scratch.file("file.txt", text);
  return (await all(readColumns(path, options, tally))).map(({ record }) => [record.tokens.join(" "), ...record.ner]);
}
async function repairs(text: string, options: ColumnOptions = {}): Promise<Record<string, number>> {
  const tally = new Tally();
  await read(text, options, tally);
  return tally.report().repairs;
}

test("mentions side by side, at the end of a sentence and of a file without a last line break", async () => {
  assert.deepEqual(await read("Ada\tB-per\nLee\tI-per\nBo\tB-per\n,\tO\nCy\tB-art\n\n\nwith\tO\nDi\tB-per"), [
    ["Ada Lee Bo , Cy", [0, 1, "per"], [2, 2, "per"], [4, 4, "art"]],
    ["with Di", [1, 1, "per"]],
  ]);
  assert.deepEqual(await read("\n \n"), []);
});

test("every scheme spells the same mentions, told or found out", async () => {
  const words = ["Ada", "Lee", "Bo", "sang", "Cy"];
  const wanted = [["Ada Lee Bo sang Cy", [0, 1, "p"], [2, 2, "p"], [4, 4, "q"]]];
  const spelled = {
    iob1: ["I-p", "I-p", "B-p", "O", "I-q"],
    iob2: ["B-p", "I-p", "B-p", "O", "B-q"],
    iobes: ["B-p", "E-p", "S-p", "O", "S-q"],
    bilou: ["B-p", "L-p", "U-p", "O", "U-q"],
  } as const;
  for (const [scheme, tags] of Object.entries(spelled)) {
    const text = words.map((word, i) => `${word} ${tags[i]}`).join("\n");
    assert.deepEqual(await read(text, { scheme: scheme as keyof typeof spelled }), wanted, scheme);
    assert.deepEqual(await read(text), wanted, `${scheme}, found out`);
    assert.deepEqual(await repairs(text), {}, scheme);
  }
  assert.deepEqual(await read("Ada per-1\nLee per-1\nBo p\nsang O\na O\nsong O\nfor O\nCy q\n. O"), [
    ["Ada Lee Bo sang a song for Cy .", [0, 1, "per-1"], [2, 2, "p"], [7, 7, "q"]],
  ]);
});

test("what breaks a scheme's rules is read as conlleval reads it, and counted", async () => {
  const iob2 = { scheme: "iob2" } as const;
  assert.deepEqual(await read("Ada I-p\nLee I-q\nsang O\nBo I-p\nCy I-p", iob2), [
    ["Ada Lee sang Bo Cy", [0, 0, "p"], [1, 1, "q"], [3, 4, "p"]],
  ]);
  assert.deepEqual(await repairs("Ada I-p\nLee I-q\nsang O\nBo I-p\nCy I-p", iob2), { i_without_begin: 3 });
  assert.deepEqual(await repairs("Ada B-p\nsang O", { scheme: "iob1" }), { begin_not_needed: 1 });
  assert.deepEqual(await repairs("Ada B-p\nLee I-p\nsang O\nBo B-p", { scheme: "iobes" }), { no_end: 2 });
});

test("a file that mixes schemes is refused with a line of each, and read where the scheme is said", async () => {
  const mixed: [text: string, ...parts: (string | RegExp)[]][] = [
    [
      "a B-x\nb O\n\nc I-x\n",
      'mix two schemes: line 1 has a B- that only IOB2 writes, "B-x" (1 of them), line 4 has an I- that begins a mention',
    ],
    ["a S-x\nb U-x", "line 1 has E- or S-", "line 2 has L- or U-"],
    ["a S-x\nb O\nc I-x", "line 1 has E- or S-", "line 3 has an I- that begins"],
    ["a B-x\nb person", "line 1 has a tag with a prefix", "line 2 has a tag without a prefix"],
  ];
  for (const [text, ...parts] of mixed) await assert.rejects(read(text), says("file.txt", "--scheme", ...parts));
  assert.deepEqual(await repairs("a B-x\nb O\n\nc I-x\n", { scheme: "iob2" }), { i_without_begin: 1 });
});

test("columns by name: order, columns that are not read, a middle of any width, layers", async () => {
  assert.deepEqual(await read("B-per\tAda\r\nO\tsings\r\n\r\n", { columns: "tag,token" }), [
    ["Ada sings", [0, 0, "per"]],
  ]);
  assert.deepEqual(await read("Ada _ x B-per", { columns: "token _ _ tag" }), [["Ada", [0, 0, "per"]]]);
  assert.deepEqual(await read("Ada NNP B-per\nsings V x O", { columns: "token,...,tag" }), [
    ["Ada sings", [0, 0, "per"]],
  ]);
  const layers = "fluent B-skill O\nin I-skill O\nEnglish I-skill B-language";
  assert.deepEqual(await read(layers, { columns: "token,tag,tag" }), [
    ["fluent in English", [0, 2, "skill"], [2, 2, "language"]],
  ]);
  assert.deepEqual(await repairs(layers, { columns: "token,tag,tag" }), { tag_layers_overlap: 1 });
  for (const wrong of ["token", "tag,tag", "token,token,tag", "word,tag", "token,...,tag,..."])
    assert.throws(() => parseColumns(wrong), says(`--columns got "${wrong}"`));
});

test("words and types may hold spaces and signs where a tab separates; remarks and document marks are passed over", async () => {
  assert.deepEqual(await read("New York\tB-field of study\n\u00a0\tO\n\ufeff\tO"), [
    ["New York \u00a0 \ufeff", [0, 0, "field of study"]],
  ]);
  const text = "# id 7\n-DOCSTART- O\n\n# O\nAda B-p\n";
  assert.deepEqual(await read(text, { comments: "# id" }), [["# Ada", [1, 1, "p"]]]);
  assert.deepEqual(await repairs(text, { comments: "# id" }), { comment: 1, docstart: 1 });
  assert.deepEqual(await repairs("Ada\tB-p\n\tO\n"), { row_without_word: 1 });
});

test("what cannot be read is named by line", async () => {
  const wrong: [text: string, options: ColumnOptions, ...parts: (string | RegExp)[]][] = [
    ["Ada\tB-per\nLee", {}, /line 2: "Lee" has 1 column, wanted 2 with white space between them; --columns/],
    ["Ada\tx\tB-per", {}, /line 1: "Ada\\tx\\tB-per" has 3 columns, wanted 2 with a tab/],
    ["Ada B-per\nLee", { columns: "token,...,tag" }, /line 2: "Lee" has 1 column, wanted at least 2/],
    ["Ada\t\tx", { columns: "token,tag,_" }, /line 1: the tag of "Ada\\t\\tx" is empty/],
    ["Ada\tS-per", { scheme: "iob2" }, /line 1: the tag "S-per" is not of the scheme iob2; wanted O, B-x, I-x\.$/],
    ["Ada\tB-", { scheme: "iob2" }, /the tag "B-" is not of the scheme/],
  ];
  for (const [text, options, ...parts] of wrong) await assert.rejects(read(text, options), says("file.txt", ...parts));
});

test("white space around a tag is no part of its type", async () => {
  assert.deepEqual(await read("Ada\tB-per \nLee\tI-per\nran\tO \n"), [["Ada Lee ran", [0, 1, "per"]]]);
});

test("where a line of remarks is taken for a word, the sentence names --comments", async () => {
  await assert.rejects(read("# id 7\nAda\tB-per\n"), says("and --comments which lines are remarks"));
  await assert.rejects(
    read("# id 7\nAda _ B-per\n", { columns: "token,_,tag" }),
    says("mix two schemes", "lines of remarks are passed over by --comments"),
  );
});
