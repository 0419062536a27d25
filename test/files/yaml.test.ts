import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readMix } from "../../lib/data/mix/recipe";
import { UserError } from "../../lib/errors";
import { parseYaml, readYaml } from "../../lib/files/yaml";
import { readRecipe } from "../../lib/gliner/recipe/recipe";

const folder = mkdtempSync(join(tmpdir(), "workbook-yaml-"));
after(() => rmSync(folder, { recursive: true }));

function refused(work: () => unknown, pattern: RegExp): void {
  assert.throws(work, (error: unknown) => {
    assert.ok(error instanceof UserError, `${error}`);
    assert.match(error.message, pattern);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

test("an alias inside of what it names is refused by its key, wherever YAML is read; one beside it is not", () => {
  assert.deepEqual(parseYaml("a: &x [1]\nb: *x", "f"), { a: [1], b: [1] });
  refused(() => parseYaml("a: &x\n  b: [*x]", "f"), /^f: "a\.b\.0" holds itself by an alias/);
  refused(() => parseYaml("&x [*x]", "f"), /"0" holds itself/);
  const path = join(folder, "ring.yaml");
  writeFileSync(path, "training: &t\n  num_steps: 3\n  more: *t\n");
  refused(() => readRecipe(path), /ring\.yaml: "training\.more" holds itself/);
  refused(() => readMix(path), /ring\.yaml: "training\.more" holds itself/);
});

test("what cannot be read, is not UTF-8, not YAML or without an end is one sentence", () => {
  mkdirSync(join(folder, "a-folder.yaml"));
  refused(
    () => readYaml(join(folder, "a-folder.yaml"), "a YAML file"),
    /a-folder\.yaml is not a regular file; wanted a YAML file/,
  );
  refused(() => readRecipe(join(folder, "a-folder.yaml")), /is not a regular file; wanted a YAML file/);
  writeFileSync(join(folder, "latin.yaml"), Buffer.from("a: caf\xe9", "latin1"));
  refused(
    () => readYaml(join(folder, "latin.yaml"), "a YAML file"),
    /latin\.yaml, line 1: byte 7 \(0xe9\) is not UTF-8/,
  );
  refused(() => parseYaml("a: [1", "f"), /^f is not YAML: /);
  refused(() => parseYaml(`a: ${"[".repeat(100_000)}`, "f"), /^f is not YAML: /);
  // Each line doubles the one before: a billion values out of thirty lines.
  const lines = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);
  refused(() => parseYaml(["a0: &a0 x", ...lines].join("\n"), "f"), /^f is not YAML: Excessive alias count/);
});

test("--set takes YAML, and refuses what is none", () => {
  const path = join(folder, "plain.yaml");
  writeFileSync(path, "training: {num_steps: 3}\n");
  assert.equal(readRecipe(path, ["num_steps=7"]).training.num_steps, 7);
  refused(() => readRecipe(path, ["num_steps=[1"]), /^--set got "num_steps=\[1", whose value is not YAML/);
  refused(
    () => readRecipe(path, ["train_batch_size=1e9"]),
    /"train_batch_size" is 1000000000, wanted a whole number from 1 to 16384/,
  );
});
