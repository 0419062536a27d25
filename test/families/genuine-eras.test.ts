/** The stored fixtures of releases can tell eras apart: under the name of another era each is refused. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { FAMILIES } from ".";

const GOLDEN = join(__dirname, "..", "..", "..", "test", "golden");
const scratch = mkdtempSync(join(tmpdir(), "workbook-eras-"));
after(() => rmSync(scratch, { recursive: true }));
before(() => useBackend());

const OTHERS: readonly (readonly [path: string, era: string])[] = [
  ["eras/0.1.2/losses.json", "0.1.14"],
  ["eras/0.1.14/losses.json", "0.1.13"],
  ["eras/0.2.22/losses.json", "0.2.23"],
  ["eras/0.2.24/losses.json", "0.2.25"],
  ["eras/0.2.25/losses.json", "0.2.26"],
  ["eras/0.1.2/samplers.json", "0.2.0"],
  ["eras/0.2.0/samplers.json", "0.1.14"],
  ["eras/0.2.0/samplers.json", "0.2.9"],
  ["eras/0.2.3/samplers.json", "0.2.9"],
  ["eras/0.2.7/samplers.json", "0.2.3"],
  ["eras/0.2.9/samplers.json", "0.2.0"],
  ["eras/0.2.9/samplers.json", "0.2.23"],
  ["eras/0.1.6/decode.json", "0.1.7"],
  ["eras/0.1.2/groups.json", "0.1.14"],
  ["eras/0.1.14/groups.json", "0.2.3"],
  ["eras/0.2.3/collator.json", "0.2.9"],
  ["eras/0.2.13/collator.json", "0.2.23"],
  ["eras/0.1.2/labels.json", "0.2.3"],
  ["eras/0.2.13/labels.json", "0.2.2"],
];

for (const [path, era] of OTHERS)
  test(`${path} is not taken for ${era}`, async () => {
    const family = FAMILIES.find((candidate) => candidate.matches(path));
    assert.ok(family);
    const text = readFileSync(join(GOLDEN, path), "utf8");
    mkdirSync(join(scratch, dirname(path)), { recursive: true });
    writeFileSync(join(scratch, path), text);
    await family.check(scratch, path);
    writeFileSync(join(scratch, path), text.replaceAll(/"era": "[^"]*"/g, `"era": "${era}"`));
    await assert.rejects(family.check(scratch, path), assert.AssertionError);
  });
