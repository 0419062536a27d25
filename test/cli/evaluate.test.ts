import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { ROOT, TINY_BERT, TINY_RECORDS } from "../tiny";
import { verb } from "./verb";

const scratch = mkdtempSync(join(tmpdir(), "evaluate-"));
after(() => rmSync(scratch, { recursive: true }));

function file(name: string, lines: readonly (string | object)[]): string {
  const path = join(scratch, name);
  writeFileSync(path, lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
  return path;
}

interface Result {
  model: string;
  backend: string;
  datasets: {
    name: string;
    f1: number;
    precision: number;
    recall: number;
    ci95: number[];
    support: number;
    types: number;
  }[];
  average: { f1: number };
}

test("several files, shares in 0..1, their unweighted mean, labels from the whole file", () => {
  const data = [file("one.jsonl", TINY_RECORDS), file("two.jsonl", TINY_RECORDS.slice(0, 2))];
  const out = join(scratch, "result.json");
  const words = [
    "--model",
    TINY_BERT,
    "--data",
    ...data,
    "--threshold",
    ".3",
    "--drop",
    "date",
    "--limit",
    "2",
    "--json",
    out,
  ];
  const { code, err, out: table } = verb("evaluate", words);
  assert.equal(code, 0, err);
  const result = JSON.parse(readFileSync(out, "utf8")) as Result;
  assert.deepEqual(
    result.datasets.map((set) => [set.name, set.types, set.support]),
    [
      ["one", 4, 4],
      ["two", 4, 4],
    ],
  );
  for (const { precision, recall, f1, ci95 } of result.datasets)
    for (const share of [precision, recall, f1, ...ci95]) assert.ok(share >= 0 && share <= 1);
  const mean = (result.datasets[0].f1 + result.datasets[1].f1) / 2;
  assert.ok(Math.abs(result.average.f1 - mean) < 1e-12);
  assert.deepEqual(Object.keys(result), ["model", "backend", "datasets", "average"]);
  assert.deepEqual(Object.keys(result.datasets[0]), ["name", "precision", "recall", "f1", "ci95", "support", "types"]);
  assert.ok(result.backend.length > 0 && table.includes("average"));
});

test("bad data is named by file and line, and nothing is written", () => {
  const cases: [string, RegExp][] = [
    [file("broken.jsonl", [TINY_RECORDS[0], "{nope"]), /broken\.jsonl, line 2: not JSON/],
    [
      file("past.jsonl", [{ tokens: ["a"], ner: [[0, 3, "x"]] }]),
      /past\.jsonl, line 1, mention 1 ends at word 3, past the end/,
    ],
    [join(scratch, "absent.jsonl"), /absent\.jsonl does not exist/],
  ];
  const out = join(scratch, "none.json");
  for (const [path, message] of cases) {
    const ended = verb("evaluate", ["--model", TINY_BERT, "--data", path, "--json", out]);
    assert.equal(ended.code, 1, path);
    assert.match(ended.err, message);
    assert.ok(!existsSync(out));
  }
});

const EVALUATE = ["--model", TINY_BERT, "--threshold", ".3"];
const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));

test("without --labels the sorted gold types are asked, and that is said; labels and types that are not there are named", () => {
  const data = file("said.jsonl", TINY_RECORDS);
  const plain = verb("evaluate", [...EVALUATE, "--data", data, "--drop", "ghost"]);
  assert.equal(plain.code, 0, plain.err);
  assert.match(plain.err, /said: without --labels the 5 gold types of the file count, asked in sorted order\./);
  assert.match(plain.err, /--drop ghost: no record of said has such a type\./);
  const some = verb("evaluate", [...EVALUATE, "--data", data, "--labels", "person,river"]);
  assert.equal(some.code, 0, some.err);
  assert.match(some.err, /said: no mention of the file is of the type river; every answer of it is wrong\./);
  assert.doesNotMatch(some.err, /without --labels/);
});

test("more types than a prompt holds are refused, not scored 0; in parts they are, and predictions say so", () => {
  const data = file("many.jsonl", TINY_RECORDS);
  const labels = ["person", "location", ...Array.from({ length: 301 }, (_, i) => `kind ${i}`)].join(",");
  const words = ["--model", TINY_BERT, "--threshold", ".3", "--data", data, "--labels", labels];
  const refused = verb("evaluate", words);
  assert.deepEqual([refused.code, refused.out], [1, ""]);
  assert.match(
    refused.err,
    /the prompt of 303 types takes \d+ of the encoder's 96 subwords and leaves none for the text/,
  );
  const folder = join(scratch, "parts");
  const parts = [...words, "--labels-at-once", "8", "--predictions", folder];
  const answered = verb("evaluate", parts);
  assert.equal(answered.code, 0, answered.err);
  const again = verb("evaluate", parts);
  assert.equal(again.out, answered.out);
  const other = verb("evaluate", [...words, "--labels-at-once", "6", "--predictions", folder]);
  assert.equal(other.code, 1);
  assert.match(other.err, /was asked its types 8 at once, wanted 6 at once/);
});

test("words that were not read are counted by set, and --fail-on-truncation ends with 1", () => {
  const tokens = Array(60).fill("Paris") as string[];
  const data = file("long.jsonl", [TINY_RECORDS[0], { tokens, ner: [[0, 0, "location"]] }]);
  const out = join(scratch, "long.json");
  const words = ["--model", TINY_BERT, "--data", data, "--json", out];
  const cut = verb("evaluate", words);
  assert.equal(cut.code, 0, cut.err);
  const [{ words_not_read }] = (json(out) as { datasets: { words_not_read: number }[] }).datasets;
  assert.ok(words_not_read >= 12);
  assert.match(cut.err, new RegExp(`long: ${words_not_read} words of 1 texts were not read`));
  const failed = verb("evaluate", [...words, "--fail-on-truncation"]);
  assert.deepEqual([failed.code, failed.out], [1, ""]);
  assert.match(failed.err, /words of 1 texts were not read.*--fail-on-truncation is given\.\n$/);
});

test("bad input ends with one sentence", () => {
  const data = file("bad.jsonl", TINY_RECORDS);
  const cases: [string[], number, RegExp][] = [
    [["--data", file("none.jsonl", [])], 1, /none\.jsonl holds no records\./],
    [["--data", data, "--labels", "river,lake"], 1, /none of the labels \(river, lake\) is a gold type of the file/],
    [["--data", data, "--preset", "gliner3"], 2, /there is no preset "gliner3"; wanted one of workbook, gliner/],
    [["--data", data, "--preset", "gliner", "--nested"], 2, /--preset says itself how answers are decoded/],
    [["--data", data, "--limit", "1.5"], 2, /--limit got "1\.5", wanted a whole number/],
    [["--data", data, "--trained-on", "sentences"], 2, /--trained-on is for --details/],
    [
      ["--data", data, "--model", join(scratch, "no-model")],
      1,
      /model folder \S+no-model does not exist; wanted a folder/,
    ],
  ];
  for (const [words, code, message] of cases) {
    const ended = verb("evaluate", [...EVALUATE, ...words]);
    assert.equal(ended.code, code, ended.err);
    assert.match(ended.err, message);
    assert.equal(ended.out, "", "nothing was computed first");
  }
  const nothing = verb("evaluate", ["--data", data, "--predictions", join(scratch, "nowhere")]);
  assert.match(nothing.err, /nowhere holds no model's predictions; give --model to make some/);
  for (const idle of ["--wording upper", "--max-len 3", "--batch-size 4"]) {
    const ended = verb("evaluate", ["--data", data, "--predictions", join(scratch, "nowhere"), ...idle.split(" ")]);
    assert.deepEqual([ended.code, /is for asking, and without --model nothing is asked/.test(ended.err)], [2, true]);
  }
  const lease = verb("evaluate", [...EVALUATE, "--data", data, "--lease", "3"]);
  assert.deepEqual([lease.code, /--lease is for --queue/.test(lease.err)], [2, true]);
});

test("predictions are kept, taken up again, scored without a model, and refused for other data", () => {
  const data = file("kept.jsonl", TINY_RECORDS);
  const folder = join(scratch, "predictions");
  const [one, two, three] = ["one", "two", "three"].map((name) => join(scratch, `${name}-kept.json`));
  const first = verb("evaluate", [...EVALUATE, "--data", data, "--predictions", folder, "--json", one]);
  assert.equal(first.code, 0, first.err);
  assert.match(json(one).backend, /TensorFlow|WebAssembly/i);
  const again = verb("evaluate", [...EVALUATE, "--data", data, "--predictions", folder, "--json", two]);
  assert.equal(again.code, 0, again.err);
  assert.deepEqual({ ...json(two), backend: "" }, { ...json(one), backend: "" });
  assert.equal(json(two).backend, "none, from saved predictions");
  const words = ["--threshold", ".3", "--data", data, "--predictions", folder];
  const saved = verb("evaluate", [...words, "--json", three]);
  assert.equal(saved.code, 0, saved.err);
  assert.deepEqual(json(three).datasets, json(one).datasets);
  // Types that are dropped afterwards are no answers any more.
  const dropped = verb("evaluate", [...words, "--drop", "date", "--json", three]);
  assert.equal(dropped.code, 0, dropped.err);
  assert.equal(json(three).datasets[0].types, 4);
  const other = file("kept.jsonl", TINY_RECORDS.slice().reverse());
  const refused = verb("evaluate", ["--threshold", ".3", "--data", other, "--predictions", folder]);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /kept\.jsonl holds predictions of other texts \(kept, sha256/);
});

test("presets on one set of predictions, details, published scores", () => {
  const data = file("presets.jsonl", TINY_RECORDS);
  const out = join(scratch, "presets.json");
  const words = [
    "--data",
    data,
    "--preset",
    "gliner,0.1.6",
    "--preset",
    "nested",
    "--details",
    "--trained-on",
    "sentences:train",
  ];
  const { code, err, out: table } = verb("evaluate", [...EVALUATE, ...words, "--published", "--json", out]);
  assert.equal(code, 0, err);
  const { datasets, presets, published } = json(out);
  assert.deepEqual(
    presets.map(({ preset, verdict, threshold }: Record<string, unknown>) => [preset, verdict, threshold]),
    [
      ["gliner", "sound", 0.3],
      ["0.1.6", "wrong", 0.3],
      ["nested", "sound", 0.3],
    ],
  );
  assert.equal(presets[0].average.f1, datasets[0].f1);
  assert.deepEqual(Object.keys(datasets[0].details).sort(), [
    "macro",
    "modes",
    "per_seen",
    "per_type",
    "per_width",
    "unrepresentable",
  ]);
  assert.equal(datasets[0].details.per_type.length, 5);
  assert.ok(published.some(({ from }: { from: string }) => from === "measured here"));
  assert.match(table, /0\.1\.6 \(wrong\)/);
  assert.match(err, /published averages are over the seven sets; that of this run is over presets only/);
});

test("several models: each like one alone, and their paired comparison", () => {
  const other = join(scratch, "other-model");
  cpSync(TINY_BERT, other, { recursive: true });
  const config = join(other, "gliner_config.json");
  writeFileSync(config, readFileSync(config, "utf8").replace(/"max_width": \d+/, '"max_width": 1'));
  const data = file("both.jsonl", TINY_RECORDS);
  const [out, single] = [join(scratch, "both.json"), join(scratch, "single.json")];
  const { code, err } = verb("evaluate", [...EVALUATE, "--model", other, "--data", data, "--json", out]);
  assert.equal(code, 0, err);
  verb("evaluate", [...EVALUATE, "--data", data, "--json", single]);
  const { models, comparisons } = json(out);
  assert.deepEqual(models[0], json(single));
  assert.deepEqual([comparisons[0].a, comparisons[0].b], [other, TINY_BERT]);
  const gap = models[1].average.f1 - models[0].average.f1;
  assert.ok(Math.abs(comparisons[0].average.difference - gap) < 1e-12);
  assert.deepEqual(Object.keys(comparisons[0].average), [
    "difference",
    "low",
    "high",
    "probability",
    "pBootstrap",
    "pPermutation",
  ]);
});

test("a process that is killed in the middle goes on where it was", async () => {
  const records = Array.from({ length: 40 }, () => TINY_RECORDS).flat();
  const data = file("killed.jsonl", records);
  const folder = join(scratch, "killed");
  const words = [...EVALUATE, "--batch-size", "2", "--data", data, "--predictions", folder];
  const path = join(folder, "tiny_bert", "killed.jsonl");
  const child = spawn(process.execPath, [join(ROOT, "dist", "lib", "cli", "evaluate.js"), ...words], {
    stdio: "ignore",
  });
  const lines = () => (existsSync(`${path}.partial`) ? readFileSync(`${path}.partial`, "utf8").split("\n").length : 0);
  while (child.exitCode === null && lines() < 20) await setTimeout(5);
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.ok(!existsSync(path) && lines() < records.length, "it was killed before its end");
  const resumed = verb("evaluate", words);
  assert.equal(resumed.code, 0, resumed.err);
  const fresh = join(scratch, "fresh");
  verb("evaluate", [...EVALUATE, "--batch-size", "2", "--data", data, "--predictions", fresh]);
  assert.equal(readFileSync(path, "utf8"), readFileSync(join(fresh, "tiny_bert", "killed.jsonl"), "utf8"));
});

test("asked otherwise than as it is: predictions say so, and are not taken for those of the model as it is", () => {
  const data = file("otherwise.jsonl", TINY_RECORDS);
  const folder = join(scratch, "otherwise");
  const words = ["--model", TINY_BERT, "--data", data, "--predictions", folder];
  const asked = verb("evaluate", [...words, "--wording", "plural", "--order", "reversed", "--max-len", "4"]);
  assert.equal(asked.code, 0, asked.err);
  const [header] = readFileSync(join(folder, "tiny_bert", "otherwise.jsonl"), "utf8").split("\n");
  const { asked: said, labels } = JSON.parse(header);
  assert.deepEqual(said, { wording: "plural", max_len: 4 });
  assert.deepEqual(labels, ["product", "person", "organization", "location", "date"]);
  assert.match(asked.out, /^asked with wording plural, order reversed, max_len 4$/m);
  assert.match(asked.err, /otherwise: \d+ words of 3 texts were not read/);
  const plain = verb("evaluate", [...words, "--order", "reversed"]);
  assert.equal(plain.code, 1);
  assert.match(plain.err, /was asked with wording plural, max_len 4, wanted as the model is; name another folder/);
  for (const [more, message] of [
    [["--wording", "latin"], /--wording got "latin", wanted "underscores" or "joined"/],
    [["--rounding", "int4"], /--rounding got "int4", wanted "bfloat16"/],
    [["--precision", "int4"], /--precision got "int4", wanted "float32" or "int8"/],
    [["--max-len", "0"], /--max-len got 0, wanted a whole number from 1/],
  ] as const) {
    const refused = verb("evaluate", [...words, ...more]);
    assert.equal(refused.code, 2, refused.err);
    assert.match(refused.err, message);
  }
});

test("--thresholds writes what predict --threshold reads: each type's promise, and why one has none", () => {
  const data = file("own.jsonl", Array.from({ length: 4 }, () => TINY_RECORDS).flat());
  const [own, out] = [join(scratch, "own.json"), join(scratch, "promised.json")];
  const words = ["--model", TINY_BERT, "--data", data, "--labels", "person,location,date"];
  const { code, err, out: table } = verb("evaluate", [...words, "--recall", ".8", "--thresholds", own, "--json", out]);
  assert.equal(code, 0, err);
  const written = JSON.parse(readFileSync(own, "utf8")) as {
    thresholds: Record<string, number>;
    types: { type: string; sentences: number; missed: number }[];
  };
  assert.deepEqual(JSON.parse(readFileSync(out, "utf8")), written);
  assert.deepEqual(Object.keys(written), ["model", "data", "thresholds", "recall", "types"]);
  assert.deepEqual(
    written.types.map(({ type, sentences }) => [type, sentences]),
    [
      ["person", 8],
      ["location", 12],
      ["date", 4],
    ],
  );
  for (const { type, missed } of written.types) assert.ok(missed <= 0.2 && written.thresholds[type] < 1, type);
  assert.match(table, /type +sentences +mentions +threshold +missed +decoded +precision/);
  assert.match(table, /own\.json: thresholds for 3 of 3 types, which miss on average at most 20\.0 %/);
  const few = verb("evaluate", [...words, "--recall", ".9", "--thresholds", own]);
  assert.match(few.out, /person +8 +12 +none .*8 sentences have it, wanted at least 9/);
  assert.match(few.out, /thresholds for 1 of 3 types.*the other 2 have \.5 and no promise/);

  const asked = ["--model", TINY_BERT, "--labels", "person,location,date", "--lines"];
  const found = verb("predict", [...asked, "--threshold", own], "Anna Smith visited Paris .\nthe Red Sea\n");
  assert.equal(found.code, 0, found.err);
  const { thresholds } = JSON.parse(readFileSync(own, "utf8")) as { thresholds: Record<string, number> };
  assert.deepEqual(Object.keys(thresholds), ["location"]);
  const rows = found.out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { label: string; score: number });
  assert.ok(rows.some(({ label }) => label === "location"));
  for (const { label, score } of rows) assert.ok(score > (thresholds[label] ?? 0.5), label);
});

test("thresholds want one model, one file and a recall; what scores are made with is refused beside them", () => {
  const data = file("one-set.jsonl", TINY_RECORDS);
  const model = ["--model", TINY_BERT];
  const own = join(scratch, "never.json");
  const cases: [string[], RegExp][] = [
    [[...model, data, "--thresholds", own], /--thresholds FILE and --recall N belong together/],
    [[...model, data, "--recall", ".9"], /belong together/],
    [[...model, data, "--recall", "1", "--thresholds", own], /--recall got "1", wanted a number between 0 and 1/],
    [[...model, data, "--recall", ".9", "--thresholds", own, "--preset", "gliner"], /for which --preset is/],
    [[...model, data, data, "--recall", ".9", "--thresholds", own], /1 models and 2 files/],
  ];
  for (const [words, message] of cases) {
    const { code, err } = verb("evaluate", words);
    assert.equal(code, 2, err);
    assert.match(err, message);
  }
  assert.ok(!existsSync(own));
});
