/** What several inputs say together, and files as other programs write them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gather } from "../../../lib/audit/inputs/read";

const folder = mkdtempSync(join(tmpdir(), "audit-inputs-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const CROSS = {
  crossner_ai: 50,
  crossner_literature: 55,
  crossner_music: 60,
  crossner_politics: 62,
  crossner_science: 58,
};

test("two tables that are the seven tests together have their average", async () => {
  const cross = file("cross.json", JSON.stringify(CROSS));
  const mit = file("mit.json", JSON.stringify({ mit_movie: 48, mit_restaurant: 40 }));
  const { tests } = await gather([cross, mit], null);
  assert.ok(Math.abs((tests?.average ?? 0) - 373 / 700) < 1e-12);
  assert.equal((await gather([cross], null)).tests?.average, null);
});

test("two scores of one set are refused, the same one twice is not", async () => {
  const cross = file("cross.json", JSON.stringify(CROSS));
  const other = file("other.json", JSON.stringify({ crossner_ai: 51, mit_movie: 40 }));
  await assert.rejects(
    gather([cross, other], null),
    /other\.json gives crossner_ai the F1 0\.51, and .*cross\.json 0\.5; audit one run's scores at a time\.$/,
  );
  assert.equal((await gather([cross, cross], null)).tests?.sets.size, 5);
});

test("a byte order mark is no part of JSON, and lines keep their numbers beside empty ones", async () => {
  const scores = file("mark.json", '\ufeff{"mit_movie": 58}');
  assert.equal((await gather([scores], null)).tests?.sets.get("mit_movie")?.f1, 0.58);
  const record = '{"tokenized_text":["a"],"ner":[],"negatives":["x"]}';
  const records = file("mark.jsonl", `\ufeff${record}\r\n\r\n${record}\r\n`);
  const facts = (await gather([records], null)).records;
  assert.deepEqual([facts?.count, facts?.negativeKeys.get("negatives")], [2, 2]);
  await assert.rejects(gather([file("gap.jsonl", `${record}\n\n{oops\n`)], null), /gap\.jsonl, line 3: not JSON/);
  await assert.rejects(gather([file("none.jsonl", "")], null), /none\.jsonl holds no training records/);
});
