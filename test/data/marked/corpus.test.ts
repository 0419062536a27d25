import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { sentenceRecords } from "../../../lib/data/marked/corpus";
import { readSentences } from "../../../lib/data/marked/sentences";
import { fileOf, loadRecords } from "../../../lib/data/named";

const scratch = mkdtempSync(join(tmpdir(), "sentences-"));
const { WORKBOOK_CACHE } = process.env;
process.env.WORKBOOK_CACHE = scratch;
after(() => {
  if (WORKBOOK_CACHE === undefined) delete process.env.WORKBOOK_CACHE;
  else process.env.WORKBOOK_CACHE = WORKBOOK_CACHE;
  rmSync(scratch, { recursive: true });
});

const sentences = readSentences();

test("the parts are all texts, each once, and every domain is in each", () => {
  const [train, dev, held, all] = (["train", "dev", "test", "all"] as const).map((part) =>
    sentenceRecords(part, sentences),
  );
  assert.equal(train.length + dev.length + held.length, all.length);
  assert.equal(all.length, sentences.length);
  const domains = (records: typeof all) => new Set(records.map(({ src }) => src)).size;
  assert.deepEqual([domains(train), domains(dev), domains(held)], [domains(all), domains(all), domains(all)]);
  const words = new Set(train.map(({ tokens }) => tokens.join(" ")));
  assert.deepEqual(
    [...dev, ...held].filter(({ tokens }) => words.has(tokens.join(" "))),
    [],
  );
});

test("a recipe names them; the file is made once; another part is refused", async () => {
  const records = await loadRecords("sentences:dev");
  assert.deepEqual(records, sentenceRecords("dev", sentences));
  assert.equal(fileOf("sentences:dev"), fileOf("sentences:dev"));
  assert.notEqual(fileOf("sentences:dev"), fileOf("sentences"));
  const twice = await loadRecords("sentences:dev x 2 + sentences:test");
  assert.deepEqual(twice, [...records, ...records, ...(await loadRecords("sentences:test"))]);
  assert.equal(twice[0], twice[records.length]);
  for (const name of ["sentences:dev x 0", "sentences:dev + ", "sentences:dev x 2000"])
    await assert.rejects(loadRecords(name), { name: "UserError", message: /names nothing; wanted names with " \+ "/ });
  assert.throws(() => fileOf("sentences:best"), {
    exitCode: 2,
    message: /has no part "best"; wanted one of all, train/,
  });
});
