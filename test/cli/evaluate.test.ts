import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { TINY_BERT, TINY_RECORDS } from "../tiny";
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
