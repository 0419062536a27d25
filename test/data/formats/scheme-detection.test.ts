/** Any text would fit the scheme io: it is found only where nothing speaks against it, and said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ColumnOptions, readColumns } from "../../../lib/data/formats/columns";
import { readPlaced } from "../../../lib/data/formats/read";
import { Tally } from "../../../lib/data/formats/tally";
import { all, Scratch, says } from "../scratch";

const scratch = new Scratch("schemes");

/** A sentence of twelve words whose fourth and fifth have these tags. */
const WORDS = "the old firm Acme Corp of Oslo in Norway was sold .".split(" ");
const columns = (first: string, second: string, outside = "O") =>
  WORDS.map((word, i) => `${word}\t${i === 3 ? first : i === 4 ? second : outside}\n`).join("");

async function read(text: string, options: ColumnOptions = {}): Promise<unknown> {
  const records = await all(readColumns(scratch.file("file.txt", text), options, new Tally()));
  return records.flatMap(({ record }) => record.ner);
}

test("bare types are read as io, and the scheme of every file is in the report", async () => {
  assert.deepEqual(await read(columns("company", "company")), [[3, 4, "company"]]);
  const tally = new Tally();
  const [bare, prefixed] = [
    scratch.file("bare.txt", columns("company", "company")),
    scratch.file("iob2.txt", columns("B-company", "I-company")),
  ];
  for (const path of [bare, prefixed]) await all(readPlaced("bio", path, {}, tally));
  assert.deepEqual(tally.report().schemes, { [bare]: "io", [prefixed]: "iob2" });
  assert.deepEqual(new Tally().report().schemes, undefined);
});

test("tags that another hand spells are no types: a letter before or behind, in any case and order", async () => {
  const spelled = [
    ["B_ORG", "I_ORG"],
    ["b-org", "i-org"],
    ["ORG-B", "ORG-I"],
    ["org_b", "org_i"],
    ["M-ORG", "M-ORG"],
    ["B:ORG", "I:ORG"],
    ["ORG/B", "ORG/I"],
  ];
  for (const [first, second] of spelled) {
    const text = columns(first, second);
    await assert.rejects(
      read(text),
      says(
        "file.txt: no tag has a prefix such as B-",
        `line 4 has the tag "${first}"`,
        "one letter",
        "say --scheme io",
      ),
    );
    assert.equal(((await read(text, { scheme: "io" })) as unknown[]).length, first === second ? 1 : 2, first);
  }
});

test("a mark for no mention that is not O is no type", async () => {
  for (const outside of ["-", "_", "*"])
    await assert.rejects(
      read(columns("company", "company", outside)),
      says(`"${outside}"`, "names no type", "has the tag O"),
    );
  for (const outside of ["o", "0", "NONE", "out"])
    await assert.rejects(
      read(columns("company", "company", outside)),
      says(`"${outside}" (10 of 12 words)`, "a capital O"),
    );
  // On a few words it may be a type.
  assert.deepEqual(await read(columns("other", "other")), [[3, 4, "other"]]);
  await assert.rejects(
    read(columns("B-org", "I-org", "o")),
    says("mix two schemes", 'a tag without a prefix, "o" (10 of them)'),
  );
});

test("where half of the words would be mentions, the columns are others", async () => {
  const halves = (count: number) => WORDS.map((word, i) => `${word}\t${i < count ? "noun" : "O"}\n`).join("");
  await assert.rejects(read(halves(6)), says("6 of its 12 words would be mentions", "--scheme io"));
  assert.deepEqual(await read(halves(5)), [[0, 4, "noun"]]);
  assert.deepEqual(await read(halves(6), { scheme: "io" }), [[0, 5, "noun"]]);
  const swapped = columns("B-org", "I-org").replace(/^(.+)\t(.+)$/gm, "$2\t$1");
  await assert.rejects(read(swapped), says("its words look like tags", "--columns tag,token"));
  assert.deepEqual(await read(swapped, { columns: "tag,token" }), [[3, 4, "org"]]);
});
