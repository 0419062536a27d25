import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../../lib/backend";
import { parseBio } from "../../lib/data/bio";
import { readRecords, typesOf } from "../../lib/data/records";
import { addressOf, findSource, readSources } from "../../lib/data/sources";
import { writeZeroShotTests, ZERO_SHOT_SETS, zeroShotTest } from "../../lib/data/zero-shot-tests";

/** The bytes that the manifest names, and what an independent reader made of them; both lie beside the checkout. */
const MIRROR = process.env.WORKBOOK_MIRROR || join(PROJECT_ROOT, "../shared/mirror");
const REFERENCE = join(PROJECT_ROOT, "../shared/corpus/zero-shot");
const mirrored = readSources().every((source) => existsSync(join(MIRROR, addressOf(source))));
const compared = mirrored && existsSync(REFERENCE);
if (!mirrored)
  process.stdout.write("skipped: the seven raw test files are neither in WORKBOOK_MIRROR nor in ../shared/mirror\n");
else if (!compared) process.stdout.write("skipped: ../shared/corpus/zero-shot is not beside the checkout\n");

/** Counted in the raw files. */
const SENTENCES = [431, 416, 465, 651, 543, 2443, 1521];

test("the seven tests have their sentences, and gold of exactly the types of the manifest", {
  skip: !mirrored,
}, async () => {
  for (const [i, name] of ZERO_SHOT_SETS.entries()) {
    const records = await zeroShotTest(name);
    assert.equal(records.length, SENTENCES[i], name);
    assert.deepEqual(typesOf(records), Object.values(findSource(name).labels).sort(), name);
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

const LABELS = { per: "person", musicalartist: "musical artist" };
const bio = (text: string) => parseBio(text, { columns: "token tag", labels: LABELS, where: "made up" });

test("BIO: mentions side by side, at the end of a sentence and of a file without a last line break", () => {
  assert.deepEqual(bio("Ada\tB-per\nLee\tI-per\nBo\tB-per\n,\tO\nCy\tB-musicalartist\n\n\nwith\tO\nDi\tB-per"), [
    {
      tokens: ["Ada", "Lee", "Bo", ",", "Cy"],
      ner: [
        [0, 1, "person"],
        [2, 2, "person"],
        [4, 4, "musical artist"],
      ],
    },
    { tokens: ["with", "Di"], ner: [[1, 1, "person"]] },
  ]);
});

test("BIO: an I- that continues nothing opens a mention", () => {
  assert.deepEqual(bio("Ada\tI-per\nLee\tI-musicalartist\nand\tO\nBo\tI-per\nCy\tI-per\n")[0].ner, [
    [0, 0, "person"],
    [1, 1, "musical artist"],
    [3, 4, "person"],
  ]);
  assert.deepEqual(bio("Ada\tB-per\n\nLee\tI-per\n")[1].ner, [[0, 0, "person"]]);
});

test("BIO: the tag may come first, lines may end as on Windows, no sentence is no record", () => {
  const text = "B-per\tAda\r\nO\tsings\r\n\r\n";
  assert.deepEqual(parseBio(text, { columns: "tag token", labels: LABELS, where: "made up" }), [
    { tokens: ["Ada", "sings"], ner: [[0, 0, "person"]] },
  ]);
  assert.deepEqual(bio("\n \n"), []);
});

test("BIO: what cannot be read is named by line", () => {
  const wrong: [text: string, message: RegExp][] = [
    ["Ada\tB-per\nLee", /^made up, line 2: "Lee" is not a word and its tag with a tab between them\.$/],
    ["Ada\tx\tB-per", /line 1: .* is not a word and its tag/],
    ["Ada\t ", /line 1: .* is not a word and its tag/],
    ["Ada\tS-per", /line 1: the tag "S-per" is not O, B-x or I-x\.$/],
    ["Ada\tB-", /line 1: the tag "B-" is not O/],
    ["Ada\tO\n\nLee\tB-toString", /line 3: the tag "toString" has no name; wanted one of per, musicalartist\.$/],
  ];
  for (const [text, message] of wrong) assert.throws(() => bio(text), { name: "UserError", message });
});
