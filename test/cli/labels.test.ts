/** What `--labels` takes for types, for a file, and for neither. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readLabels, readTypes } from "../../lib/cli/labels";
import { Scratch, says } from "../data/scratch";
import { TINY_BERT } from "../tiny";
import { verb } from "./verb";

const scratch = new Scratch("labels");
const at = (name: string) => join(scratch.folder, name);

test("types come from the words themselves, a list of lines or a JSON list, with or without a byte order mark", () => {
  const wanted = ["person", "program language"];
  assert.deepEqual(readLabels(" person , program language,"), wanted);
  for (const mark of ["", "\uFEFF"]) {
    assert.deepEqual(readLabels(scratch.file("lines.txt", `${mark}person\r\n\r\nprogram language\r\n`)), wanted);
    assert.deepEqual(readLabels(scratch.file("list.json", `${mark}${JSON.stringify(wanted)}\n`)), wanted);
    assert.deepEqual(readLabels(scratch.file("no-ending", `${mark}person\nprogram language`)), wanted);
  }
  assert.deepEqual(readLabels(scratch.file("signs.json", '["city, state", "ratio: a/b", "[unit]"]')), [
    "city, state",
    "ratio: a/b",
    "[unit]",
  ]);
});

test("a type may hold a slash or a dot, and be called like a folder", (context) => {
  const before = process.cwd();
  context.after(() => process.chdir(before));
  mkdirSync(at("date/time"), { recursive: true });
  process.chdir(scratch.folder);
  assert.deepEqual(readLabels("date/time,person"), ["date/time", "person"]);
  assert.deepEqual(readLabels("date/time"), ["date/time"]);
  assert.deepEqual(readLabels("date"), ["date"]);
  assert.deepEqual(readLabels("node.js,U.S. state,km/h"), ["node.js", "U.S. state", "km/h"]);
  scratch.file("place", "city\nriver\n");
  assert.deepEqual(readLabels("place"), ["city", "river"]);
});

test("a file that is not there, and a folder, are no types", () => {
  for (const value of [
    "labels.yaml",
    "types.txt",
    "a/b.json",
    "./types",
    "../types",
    "/types",
    "C:\\types",
    "person,labels.yaml",
  ])
    assert.throws(() => readLabels(value), says(/^--labels: \S+ looks like a file and is not there; wanted/));
  assert.throws(() => readLabels(scratch.folder), says("looks like a file and is no regular one"));
  for (const value of ["", " , "]) assert.throws(() => readLabels(value), says("wanted at least one entity type"));
});

test("a JSON object gives descriptions by name, which only predict asks for", () => {
  const path = scratch.file("described.json", '{"person": " a human being ", "city": "a large town"}');
  assert.deepEqual(readTypes(path), { person: "a human being", city: "a large town" });
  assert.throws(() => readLabels(path), says("gives descriptions, which only predict asks for"));
});

test("a file of another form is refused, with the line that shows it", () => {
  const files: [name: string, content: string | Buffer, ...parts: (string | RegExp)[]][] = [
    ["object.json", '{"person": 1}', '"person" of', "is 1, wanted what the type is, in words"],
    ["nobody.json", "{}", "is empty; wanted a JSON list of names, one name a line, or a JSON object"],
    ["broken.json", '["person"', "is not JSON"],
    ["numbers.json", '["person", 1]', "item 2", "is 1, wanted the name of a type"],
    ["blank.json", '["person", " "]', "item 2", 'is " "'],
    ["types.csv", "person,city\n", "line 1", '"person,city", holds a comma'],
    ["types.tsv", "id\nperson\tcity\n", "line 2", "a tab"],
    ["list.yaml", "- person\n- city\n", "line 1", "begins as a list or a remark does"],
    ["map.yaml", "labels:\n  person\n", "line 1", "a colon, as a mapping does"],
    ["remark.txt", "# my types\nperson\n", "line 1", "a remark"],
    ["quoted.jsonl", '"person"\n"city"\n', "line 1", "begins with a quote"],
    ["x.xml", "<types>\nperson\n", "a bracket"],
    ["empty.txt", " \n", "is empty"],
    ["latin1.txt", Buffer.from("pays\nvil\xe9\n", "latin1"), "line 2: byte 4 (0xe9) is not UTF-8"],
    ["utf16.txt", Buffer.from("\ufeffperson\ncity\n", "utf16le"), "is not UTF-8"],
    ["utf16-bare.txt", Buffer.from("person\ncity\n", "utf16le"), "a control character"],
    ["damaged.txt", "vil\ufffd\n", "a control character"],
  ];
  for (const [name, content, ...parts] of files)
    assert.throws(() => readLabels(scratch.file(name, content)), says(name, ...parts), name);
});

test("predict says how many types a file had, and refuses a mark of the model's as a type", () => {
  const ask = (labels: string) => verb("predict", ["--model", TINY_BERT, "--labels", labels], "Anna Smith left Paris.");
  const lines = ask(scratch.file("seven.txt", "a\nb\nc\nd\ne\nf\ng\n"));
  assert.equal(lines.code, 0, lines.err);
  assert.match(lines.err, /^--labels: 7 types from \S+seven\.txt: a, b, c, d, e, \.\.\.$/m);
  assert.equal(ask("date/time,person").code, 0);
  for (const mark of ["<<ENT>>", "person <<SEP>> city", "[SEP]"]) {
    const { code, err } = ask(`person,${mark}`);
    assert.equal(code, 2, err);
    assert.match(err, /^predict: the type ".*" holds ".*", a mark of the model's own; wanted a name in words\.$/m);
  }
});

test("a type that a file describes twice is refused: the last description would win in silence", () => {
  const file = scratch.file("twice.json", '{"person": "a", "city": "b", "person": "c"}');
  assert.throws(() => readTypes(file), says("names a key twice"));
});
