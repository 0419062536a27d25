import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBio } from "../../lib/data/bio";
import { loadRecords } from "../../lib/data/named";
import { typesOf } from "../../lib/data/records";
import { bioLines } from "../../lib/data/to-bio";

test("records that are written as BIO and read again are the same", async () => {
  const all = await loadRecords("sample");
  const flat = all.filter(({ ner }) => ner.every((a) => ner.every((b) => a === b || a[1] < b[0] || b[1] < a[0])));
  assert.ok(flat.length > 150);
  const labels = Object.fromEntries(typesOf(all).map((type) => [type, type]));
  const read = parseBio(flat.map(bioLines).join(""), { columns: "token tag", labels, where: "the test" });
  assert.deepEqual(
    read,
    flat.map(({ tokens, ner }) => ({ tokens, ner: ner.slice().sort((a, b) => a[0] - b[0]) })),
  );
});

test("what BIO cannot say is refused", () => {
  const tokens = ["University", "of", "Oslo"];
  const nested = {
    tokens,
    ner: [
      [0, 2, "university"],
      [2, 2, "city"],
    ] as [number, number, string][],
  };
  assert.throws(() => bioLines(nested), {
    name: "UserError",
    message: /the word "Oslo" belongs to two mentions \(university, city\)/,
  });
  assert.throws(() => bioLines({ tokens: ["a b"], ner: [] }), {
    name: "UserError",
    message: /"a b" holds white space/,
  });
});
