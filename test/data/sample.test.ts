import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inlineRecords, sampleFiles } from "../../lib/data/inline";
import { loadRecords } from "../../lib/data/named";
import { goldTypes, type NerRecord, readRecords } from "../../lib/data/records";
import { ROOT } from "../tiny";

const SAMPLE = join(ROOT, "data", "sample");
const mentionsOf = (type: string, records: NerRecord[]) =>
  records.flatMap((record) => record.ner).filter(([, , label]) => label === type).length;
const source = () => inlineRecords(readFileSync(join(SAMPLE, "source.txt"), "utf8"), "source.txt");

test("the files are what the source says: remake them with `node test/write-sample.cjs` after a change", () => {
  for (const [name, text] of Object.entries(sampleFiles(source())))
    assert.equal(readFileSync(join(SAMPLE, name), "utf8"), text, name);
});

test("the sample is large and varied enough, and says nothing twice", async () => {
  const records = await readRecords(join(SAMPLE, "sample.jsonl"));
  assert.ok(records.length >= 150, `${records.length} sentences`);
  assert.ok(new Set(records.map((record) => record.src)).size >= 7, "domains");
  assert.ok(goldTypes(records).length >= 65, `${goldTypes(records).length} types`);
  for (const type of goldTypes(records)) assert.ok(mentionsOf(type, records) >= 2, `"${type}" is there only once`);
  assert.equal(new Set(records.map((record) => record.tokens.join(" "))).size, records.length);
  for (const { ner, tokens } of records) assert.equal(new Set(ner.map(String)).size, ner.length, tokens.join(" "));
});

test("a mention is marked wherever it stands: training reads what is not marked as something else", async () => {
  const records = await readRecords(join(SAMPLE, "sample.jsonl"));
  // A capital at the start of a sentence makes no other name; the verb "may" is not the month.
  const phrase = (tokens: string[], first: number, last: number) =>
    tokens
      .slice(first, last + 1)
      .join(" ")
      .toLowerCase();
  const marked = new Map<string, number>();
  for (const { tokens, ner } of records)
    for (const [first, last] of ner) marked.set(phrase(tokens, first, last), last - first);
  marked.delete("may");
  for (const { tokens, ner } of records)
    for (const [name, width] of marked)
      for (let i = 0; i + width < tokens.length; i++)
        if (phrase(tokens, i, i + width) === name)
          assert.ok(
            ner.some(([first, last]) => first <= i && last >= i + width),
            `"${name}" is not marked in: ${tokens.join(" ")}`,
          );
});

test("train, development and test are parts of the whole, found by name", async () => {
  const parts = await Promise.all(["train", "dev", "test"].map((part) => loadRecords(`sample:${part}`)));
  const all = await loadRecords("sample");
  assert.equal(parts.flat().length, all.length);
  for (const part of parts) assert.ok(part.length >= 30);
});
