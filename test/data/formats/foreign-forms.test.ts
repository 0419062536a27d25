/** Files of another known form are named, whatever columns they would pass for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { foreignForm } from "../../../lib/data/formats/foreign-forms";
import { readPlaced } from "../../../lib/data/formats/read";
import { Tally } from "../../../lib/data/formats/tally";
import { inspectData } from "../../../lib/data/inspect/report";
import { all, Scratch, says } from "../scratch";

const scratch = new Scratch("foreign");

/** A few lines of each form, written here after its documentation. */
const FILES: [name: string, said: string, text: string][] = [
  [
    "a.ann",
    "brat's standoff",
    "T1\tPerson 0 3\tAda\nT2\tCity 10 14\tOslo\nR1\tlives Arg1:T1 Arg2:T2\n#1\tAnnotatorNotes T1\tsure\n",
  ],
  [
    "2012.conll",
    "CoNLL-2012 (OntoNotes)",
    `#begin document (x/y); part 000\n${["Ada (PERSON)", "met *", "Bo (PERSON*", "Lee *)"].map((row, i) => `x/y 0 ${i} ${row.split(" ")[0]} NNP * - - - - ${row.split(" ")[1]} -`).join("\n")}\n`,
  ],
  [
    "2012-without-head.conll",
    "CoNLL-2012 (OntoNotes)",
    ["Ada (PERSON)", "met *", "Bo (PERSON*", "Lee *)"]
      .map((row, i) => `x/y 0 ${i} ${row.split(" ")[0]} NNP * - - - - ${row.split(" ")[1]} -`)
      .join("\n"),
  ],
  ["brackets.txt", "CoNLL-2012 (OntoNotes)", "Ada (PERSON)\nmet *\nBo (PERSON*\nLee *)\n"],
  [
    "en.conllu",
    "CoNLL-U",
    "# sent_id = 1\n# text = Ada sang\n1\tAda\tAda\tPROPN\tNNP\t_\t2\tnsubj\t_\t_\n2\tsang\tsing\tVERB\tVBD\t_\t0\troot\t_\t_\n",
  ],
  ["web.tsv", "WebAnno's TSV", "#FORMAT=WebAnno TSV 3.2\n\n#Text=Ada sang\n1-1\t0-3\tAda\tPER\n"],
  ["pub.txt", "PubTator", "123|t|A title\n123|a|An abstract\n123\t0\t1\tA\tGene\t7\n"],
  ["x.xml", "XML or HTML", '<?xml version="1.0"?>\n<doc>\n<s>Ada sang</s>\n</doc>\n'],
  ["x.json", "JSON", '[{"tokens": ["Ada"], "ner": []}]\n'],
  ["kaggle.csv", "CSV", "Sentence #,Word,POS,Tag\nSentence: 1,Ada,NNP,B-per\n,sang,VBD,O\n"],
];

test("each is named with the way out, by the readers of columns and by the doctor", async () => {
  for (const [name, said, text] of FILES) {
    const path = scratch.file(name, text);
    for (const format of ["bio", "conll"] as const)
      await assert.rejects(
        all(readPlaced(format, path, {}, new Tally())),
        says(name, `this looks like ${said}`, "--scheme"),
      );
    if (!name.endsWith(".json"))
      await assert.rejects(inspectData([path]), says(name, "its form is none that is known", `looks like ${said}`));
  }
});

test("columns are none of them: four columns with numbers, commas as words, tags beside brackets, angle brackets", () => {
  for (const text of [
    "1\tAda\tB-PER\tO\n2\tsang\tO\tO\n",
    ",\tO\n,\tO\nAda\tB-per\n",
    "( O\nAda B-PER\n) O\n",
    "<s> O\nAda B-PER\n</s> O\n",
    "T1\tB-gene\nT2\tB-gene\n",
    '{ O\n" O\nAda B-per\n',
    "",
  ])
    assert.equal(foreignForm(text.split("\n")), undefined, text);
});

test("an empty file is said to be empty", async () => {
  for (const text of ["", "\n \n"])
    await assert.rejects(
      inspectData([scratch.file("nothing.jsonl", text)]),
      says("nothing.jsonl is empty; wanted a file of records"),
    );
});
