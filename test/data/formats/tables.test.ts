/** Tables, data sets of the hub, CoNLL-2012 and BMES as they are published -> records. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type FormatOptions, type RecordFormat, readFormat } from "../../../lib/data/formats/read";
import { Tally } from "../../../lib/data/formats/tally";
import { all, Scratch, says } from "../scratch";

const scratch = new Scratch("tables");

async function read(from: RecordFormat, path: string, options: FormatOptions = {}) {
  const tally = new Tally();
  const records = await all(readFormat(from, path, options, tally));
  const mentions = records.map(({ tokens, ner }) =>
    ner.map(([first, last, label]) => `${tokens.slice(first, last + 1).join(" ")} = ${label}`),
  );
  return { records, mentions, report: tally.report() };
}

test("a word a row, its sentence named in the first row only, as in the data set that courses use", async () => {
  const path = scratch.file(
    "ner_dataset.csv",
    'Sentence #,Word,POS,Tag\r\nSentence: 1,Ada,NNP,B-per\r\n,Lovelace,NNP,I-per\r\n,slept,VBD,O\r\nSentence: 2,"""",``,O\r\n,Oslo,NNP,B-geo\r\n',
  );
  const { records, mentions, report } = await read("csv", path);
  assert.deepEqual(mentions, [["Ada Lovelace = per"], ["Oslo = geo"]]);
  assert.deepEqual([records[1].tokens, report.schemes], [['"', "Oslo"], { [path]: "iob2" }]);
  const blank = await read(
    "csv",
    scratch.file("blank.csv", "word;ner\nAda;person\nslept;O\nwell;O\n;\nOslo;city\nis;O\nold;O\n"),
  );
  assert.deepEqual(blank.mentions, [["Ada = person"], ["Oslo = city"]]);
});

test("a mention a row, and texts without any; offsets of the text with its line breaks", async () => {
  const text = '"👍\r\nAda, of Oslo"';
  const path = scratch.file(
    "mentions.csv",
    `doc_id,text,begin,end,type,mention\n1,${text},3,6,person,Ada\n1,${text},11,15,city,Oslo\n2,Nothing.,,,,\n3,Nothing.,,,,\n`,
  );
  const { mentions, report } = await read("csv", path);
  assert.deepEqual([mentions, report.repairs], [[["Ada = person", "Oslo = city"], [], []], {}]);
});

test("a text a row with a list: Label Studio's CSV with its units, a data frame's tuples; another name of the text", async () => {
  const studio = scratch.file(
    "studio.csv",
    'text,id,label,annotator\n👍 This is an annotation.,1,"[{""start"": 14, ""end"": 24, ""text"": ""annotation"", ""labels"": [""word""]}]",a@b.net\nempty,2,,a@b.net\n',
  );
  const found = await read("csv", studio);
  assert.deepEqual([found.mentions, found.report.repairs], [[["annotation = word"], []], { counted_in_units: 1 }]);
  const frame = scratch.file("frame.csv", "review,entities\nAda slept,\"[(0, 3, 'person')]\"\n");
  assert.deepEqual((await read("csv", frame, { text: "review" })).mentions, [["Ada = person"]]);
  await assert.rejects(read("csv", frame), says("frame.csv, line 1 has the columns", "--text says"));
  await assert.rejects(read("csv", scratch.file("odd.csv", "text,label\na,{}\n")), says("odd.csv, line 2", "no list"));
  await assert.rejects(read("csv", scratch.file("short.csv", "word,tag\na\n")), says("line 2 has 1 cells, wanted 2"));
});

test("the hub's tokens and tags: names beside the file, given, or in the tags themselves", async () => {
  const line = {
    id: "0",
    tokens: ["EU", "rejects", "German", "call"],
    pos_tags: [22, 42, 16, 21],
    ner_tags: [3, 0, 7, 0],
  };
  const names = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC"];
  const path = scratch.file("conll/train.jsonl", `${JSON.stringify(line)}\n`);
  await assert.rejects(read("hf", path), says("line 1: the tag 3 has no name", "--tag-names"));
  const given = await read("hf", path, { tagNames: names });
  assert.deepEqual(given.mentions, [["EU = ORG", "German = MISC"]]);
  const feature = { feature: { names, _type: "ClassLabel" }, _type: "Sequence" };
  scratch.file("conll/dataset_info.json", JSON.stringify({ features: { ner_tags: feature } }));
  assert.deepEqual((await read("hf", path)).mentions, given.mentions);
  const strings = scratch.file(
    "s.jsonl",
    JSON.stringify({ words: ["Ada", "slept", "very", "well"], tags: ["person", "O", "O", "O"] }),
  );
  const bare = await read("hf", strings);
  assert.deepEqual([bare.mentions, bare.report.schemes], [[["Ada = person"]], { [strings]: "io" }]);
  await assert.rejects(
    read("hf", scratch.file("l.jsonl", '{"tokens":["a"],"ner_tags":[0,1]}')),
    says("1 words and 2 tags"),
  );
  await assert.rejects(read("hf", "train.parquet"), says("to_json"));
});

/** A sentence of the published form, with columns of every layer. */
const ONTONOTES = `#begin document (bc/cctv/00/cctv_0001); part 000
bc/cctv/00/cctv_0001  0  0     In      IN  (TOP(S(PP*     -   -  -  Speaker#1        *       (ARGM-LOC*  -
bc/cctv/00/cctv_0001  0  1    the      DT        (NP(NP*  -   -  -  Speaker#1    (DATE*                *  (12
bc/cctv/00/cctv_0001  0  2  summer     NN             *)  summer -  1 Speaker#1        *              *   12)
bc/cctv/00/cctv_0001  0  3     of      IN         (PP*     -   -  -  Speaker#1        *              *    -
bc/cctv/00/cctv_0001  0  4   2005      CD        (NP*)))))  -   -  -  Speaker#1        *)             *)   (3)
bc/cctv/00/cctv_0001  0  5  -LRB-   -LRB-              *   -   -  -  Speaker#1        *              *    -
bc/cctv/00/cctv_0001  0  6  Beijing   NNP           (NP*)  -   -  -  Speaker#1     (GPE)             *    -
bc/cctv/00/cctv_0001  0  7     /.       .            *))   -   -  -  Speaker#1        *              *    -

bc/cctv/00/cctv_0001  0  0   Nothing   NN     (TOP(NP*))   -   -  -  Speaker#1        *   -

#end document
`;

test("CoNLL-2012: names in brackets, the Treebank's spelling undone, chains counted", async () => {
  const { records, mentions, report } = await read("conll2012", scratch.file("cctv.gold_conll", ONTONOTES));
  assert.deepEqual(mentions, [["the summer of 2005 = DATE", "Beijing = GPE"], []]);
  assert.deepEqual(records[0].tokens.slice(-3), ["(", "Beijing", "."]);
  assert.deepEqual(report.repairs, { coreference_not_held: 2, word_unescaped: 2 });
  const without = ONTONOTES.replace("  the  ", "  [WORD]  ");
  await assert.rejects(read("conll2012", scratch.file("skel", without)), says("skel, line 3", "skeleton2conll"));
  await assert.rejects(
    read("conll2012", scratch.file("open", ONTONOTES.replace("*)             *)", "*   *"))),
    says("never ends"),
  );
  await assert.rejects(read("conll2012", scratch.file("short", "a b c\n")), says("short, line 1 has 3 columns"));
});

test("BMES: a sign a line; told other words, the signs are joined and cut as predictions cut them", async () => {
  const text = "我 O\n在 O\n北 B-LOC\n京 M-LOC\n市 E-LOC\n住 O\n\n王 S-PER\n来 O\n了 O\n";
  const path = scratch.file("msra.bmes", text);
  const signs = await read("bmes", path);
  assert.deepEqual(signs.mentions, [["北 京 市 = LOC"], ["王 = PER"]]);
  const words = await read("bmes", path, { words: "intl" });
  assert.equal(words.mentions[0][0].replaceAll(" ", ""), "北京市=LOC");
  assert.ok(words.records[0].tokens.length < 6, words.records[0].tokens.join(" "));
  assert.deepEqual([words.report.asked, words.report.found, words.report.spans], [2, 2, 2]);
  // The scheme is found in columns too, and a mixture is refused.
  assert.deepEqual((await read("bio", path)).report.schemes, { [path]: "bmes" });
  await assert.rejects(
    read("bio", scratch.file("mixed", `${text}\na I-LOC\n`)),
    says("mix two schemes", "M-, as BMES"),
  );
});

test("a row of a table without a word is passed over and counted; white space around a tag is no part of it", async () => {
  const path = scratch.file("holes.csv", "word,tag\nAda,B-per \n,O\nLee,I-per\nran,O\n");
  const { records, mentions, report } = await read("csv", path);
  assert.deepEqual([records[0].tokens, mentions], [["Ada", "Lee", "ran"], [["Ada Lee = per"]]]);
  assert.deepEqual(report.repairs, { row_without_word: 1 });
});
