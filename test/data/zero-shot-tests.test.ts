import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../../lib/backend";
import { goldTypes, readRecords } from "../../lib/data/records";
import { addressOf, findSource } from "../../lib/data/sources";
import { writeZeroShotTests, ZERO_SHOT_SENTENCES, ZERO_SHOT_SETS, zeroShotTest } from "../../lib/data/zero-shot-tests";

/** The bytes that the manifest names, and what an independent reader made of them; both lie beside the checkout. */
const MIRROR = process.env.WORKBOOK_MIRROR || join(PROJECT_ROOT, "../shared/mirror");
const REFERENCE = join(PROJECT_ROOT, "../shared/corpus/zero-shot");
const mirrored = ZERO_SHOT_SETS.every((name) => existsSync(join(MIRROR, addressOf(findSource(name)))));
const compared = mirrored && existsSync(REFERENCE);
if (!mirrored)
  process.stdout.write("skipped: the seven raw test files are neither in WORKBOOK_MIRROR nor in ../shared/mirror\n");
else if (!compared) process.stdout.write("skipped: ../shared/corpus/zero-shot is not beside the checkout\n");

test("the seven tests have their sentences, and gold of exactly the types of the manifest", {
  skip: !mirrored,
}, async () => {
  for (const name of ZERO_SHOT_SETS) {
    const records = await zeroShotTest(name);
    assert.equal(records.length, ZERO_SHOT_SENTENCES[name], name);
    assert.deepEqual(goldTypes(records), Object.values(findSource(name).labels).sort(), name);
  }
});

test("every sentence's words and spans are those of the reference files", { skip: !compared }, async () => {
  for (const name of ZERO_SHOT_SETS)
    assert.deepEqual(await zeroShotTest(name), await readRecords(join(REFERENCE, `${name}.jsonl`)), name);
});

test("the written files are the reference files", { skip: !compared }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "workbook-zero-shot-"));
  try {
    for (const path of await writeZeroShotTests(join(folder, "deep")))
      assert.ok(readFileSync(path).equals(readFileSync(join(REFERENCE, basename(path)))), path);
    assert.equal(readdirSync(join(folder, "deep")).length, 7);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an unknown set is a usage error that lists the seven", async () => {
  await assert.rejects(zeroShotTest("CrossNER_AI"), {
    name: "UserError",
    exitCode: 2,
    message: `there is no zero-shot test "CrossNER_AI"; wanted one of ${ZERO_SHOT_SETS.join(", ")}.`,
  });
});
