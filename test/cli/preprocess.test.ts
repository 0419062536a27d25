import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sentenceRecords } from "../../lib/data/marked/corpus";
import { fileOf } from "../../lib/data/named";
import { Scratch } from "../data/scratch";
import { verb } from "./verb";

const scratch = new Scratch("preprocess");
const out = (name: string) => join(scratch.folder, name);

function conversation(answer: string): object {
  const turns = [
    ["human", "Text: Ada met Bo."],
    ["gpt", "I've read this text."],
    ["human", "What describes role model in the text?"],
    ["gpt", answer],
  ];
  return { conversations: turns.map(([from, value]) => ({ from, value })) };
}

test("conversations to records: counts on standard output, the contract in --json, an era by name", () => {
  const input = scratch.file("pile.json", JSON.stringify([conversation('["Ada", "Cy"]'), conversation("['Bo']")]));
  const words = ["--from", "pile-ner", input, "--out", out("a.jsonl"), "--json", out("a.json")];
  const ended = verb("preprocess", words);
  assert.equal(ended.code, 0, ended.err);
  assert.match(
    ended.out,
    /a\.jsonl: 2 records; 2 of 3 mentions found \(1 lost\), 2 spans\n {2}1 x answer_python: .*; first: .*pile\.json, line 1, record 2/,
  );
  assert.deepEqual(JSON.parse(readFileSync(out("a.json"), "utf8")), {
    records: 2,
    asked: 3,
    found: 2,
    spans: 2,
    repairs: { answer_python: 1 },
  });
  const lines = readFileSync(out("a.jsonl"), "utf8").trimEnd().split("\n");
  assert.equal(lines[0], '{"tokens":["Ada","met","Bo","."],"ner":[[0,0,"role model"]],"negative":[]}');
  verb("preprocess", [...words.slice(0, 5), "--era", "data_proc"]);
  assert.match(readFileSync(out("a.jsonl"), "utf8"), /"role_model"/);
});

test("columns with a label map, and back into columns", () => {
  const input = scratch.file("bio.txt", "B-musicalartist\tAda\nO\tsang\n");
  const ended = verb("preprocess", [
    "--from",
    "bio",
    "--columns",
    "tag,token",
    "--label-map",
    "gliner",
    "--to",
    "iobes",
    input,
    "--out",
    out("b.txt"),
  ]);
  assert.equal(ended.code, 0, ended.err);
  assert.equal(readFileSync(out("b.txt"), "utf8"), "Ada\tS-musical artist\nsang\tO\n\n");
});

test("bad input is exit code 1 and one sentence; a bad call is exit code 2; neither writes", () => {
  const input = scratch.file("cut.json", '[{"conversations": [');
  const failed = verb("preprocess", [
    "--from",
    "pile-ner",
    input,
    "--out",
    out("none.jsonl"),
    "--json",
    out("none.json"),
  ]);
  assert.equal(failed.code, 1);
  assert.match(failed.err, /^preprocess: .*cut\.json, line 1: the file ends inside record 1.*\.\n$/);
  const calls: [words: string[], message: RegExp][] = [
    [["--from", "pile-ner", input], /--out is missing/],
    [["--out", out("none.jsonl")], /there is no input/],
    [["--out", out("none.jsonl"), input], /--from is missing/],
    [["--from", "xml", input, "--out", out("none.jsonl")], /--from got "xml", wanted one of pile-ner, uniner, bio/],
    [
      ["--from", "pile-ner", "--era", "v1", input, "--out", out("none.jsonl")],
      /--era got "v1", wanted one of data_proc/,
    ],
    [["--from", "bio", "--columns", "word", input, "--out", out("none.jsonl")], /--columns got "word"/],
    [["--max-record-mb", "x", "--from", "bio", input, "--out", out("none.jsonl")], /--max-record-mb got "x"/],
    [["source:none", "--out", out("none.jsonl")], /there is no source "none"/],
    [["--mix", out("none.yaml"), "--out", out("none")], /none\.yaml cannot be read/],
    [["--mix", "x.yaml", input, "--out", out("none")], /--mix takes its sources from the recipe/],
  ];
  for (const [words, message] of calls) {
    const ended = verb("preprocess", words);
    assert.equal(ended.code, 2, `${words}: ${ended.err}`);
    assert.match(ended.err, message);
  }
  assert.deepEqual(
    scratch.names().filter((name) => name.startsWith("none")),
    [],
  );
});

test("doctor --data: faults are exit code 1 and named, clean data is exit code 0, the report is in --json", () => {
  const clean = fileOf("sentences:test");
  const texts = sentenceRecords("test").length;
  const good = verb("doctor", ["--data", clean, "--json", out("good.json")]);
  assert.equal(good.code, 0, good.err);
  assert.ok(good.out.includes(`test.jsonl (gliner): ${texts} records`), good.out);
  const report = JSON.parse(readFileSync(out("good.json"), "utf8")) as {
    files: { records: number }[];
    findings: { severity: string }[];
  };
  assert.deepEqual(
    [report.files[0].records, report.findings.some(({ severity }) => severity === "fault")],
    [texts, false],
  );
  const bad = verb("doctor", ["--data", clean, fileOf("sentences"), "--labels", "city,person"]);
  assert.equal(bad.code, 1);
  assert.match(bad.out, /FAULT unlisted: mentions with a label that the list given does not have/);
  assert.match(bad.out, new RegExp(`test\\.jsonl and .*all\\.jsonl\\n {2}FAULT leak: sentences in both: ${texts}\\b`));
  assert.equal(verb("doctor", ["--data", "none.jsonl"]).code, 1);
  assert.equal(verb("doctor", ["none.jsonl"]).code, 2);
});

test("a tool's export by the same verb: options of offsets, a record a sentence, everything told with its first place", () => {
  const text = "👍 Ada slept. Bo Dahl woke in Oslo.";
  const value = (part: string, words = part) => {
    const start = text.indexOf(part);
    return { type: "labels", value: { start, end: start + part.length, text: words, labels: ["name"] } };
  };
  const result = [value("Ada"), value("Bo Dah"), value("Oslo", "Rome")];
  const input = scratch.file("studio.json", JSON.stringify([{ id: 1, data: { text }, annotations: [{ result }] }]));
  const words = ["--from", "label-studio", input, "--sentences", "--out", out("studio.jsonl")];
  const ended = verb("preprocess", [...words, "--json", out("studio.json.json")]);
  assert.equal(ended.code, 0, ended.err);
  assert.match(
    ended.out,
    /2 records; 3 of 3 mentions found, 3 spans\n {2}1 x name_differs: .*\n {2}1 x snapped: .*; first: .*studio\.json, line 1/,
  );
  const { repairs } = JSON.parse(readFileSync(out("studio.json.json"), "utf8"));
  assert.deepEqual(repairs, { name_differs: 1, snapped: 1 });
  assert.equal(
    readFileSync(out("studio.jsonl"), "utf8"),
    '{"tokens":["👍","Ada","slept","."],"ner":[[1,1,"name"]]}\n{"tokens":["Bo","Dahl","woke","in","Oslo","."],"ner":[[0,1,"name"],[4,4,"name"]]}\n',
  );
  const strict = verb("preprocess", [...words, "--align", "strict"]);
  assert.match(strict.out, /2 of 3 mentions found \(1 lost\)/);
  const wrong = verb("preprocess", [...words, "--align", "outwards"]);
  assert.deepEqual(
    [wrong.code, /--align got "outwards", wanted one of expand, contract, strict/.test(wrong.err)],
    [2, true],
  );
});

test("an option that does nothing for the format is refused, and so is one beside --mix", () => {
  const input = scratch.file("words.jsonl", '{"tokens":["a"],"ner":[[0,0,"x"]]}\n');
  const refused: [words: string[], message: RegExp][] = [
    [["--from", "gliner", "--words", "intl"], /--words does nothing for --from gliner; wanted none of its kind\./],
    [["--from", "instruct", "--offsets", "utf16"], /--offsets does nothing for --from instruct; wanted --words\./],
    [["--from", "bio", "--era", "default"], /--era does nothing for --from bio; wanted --columns, --scheme/],
    [["--mix", "data/mixes/public.yaml", "--to", "bio"], /--mix is told everything by its recipe; leave --to out\./],
  ];
  for (const [words, message] of refused) {
    const ended = verb("preprocess", [...words, "--out", out("idle.jsonl"), ...(words[0] === "--mix" ? [] : [input])]);
    assert.equal(ended.code, 2, ended.err);
    assert.match(ended.err, message);
  }
});
