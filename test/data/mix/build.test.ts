import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { GitHubSource } from "../../../lib/data/manifest";
import { sentenceRecords } from "../../../lib/data/marked/corpus";
import { buildMix } from "../../../lib/data/mix/build";
import { parseMix, readMix } from "../../../lib/data/mix/recipe";
import { OverlapIndex } from "../../../lib/data/overlap";
import { readRecords, recordLine } from "../../../lib/data/records";
import { addressOf, isHere, readSources } from "../../../lib/data/sources";
import { sha256OfFile } from "../../../lib/files/hash";
import { ROOT } from "../../tiny";
import { Scratch, says } from "../scratch";

/** Mixes of the project's own sentences, written into a mirror as if others had published them. */
const scratch = new Scratch("mix");
const outside = process.env.WORKBOOK_MIRROR;
beforeEach(() => {
  process.env.WORKBOOK_MIRROR = join(scratch.folder, "mirror");
});
afterEach(() => {
  if (outside === undefined) delete process.env.WORKBOOK_MIRROR;
  else process.env.WORKBOOK_MIRROR = outside;
});

function source(id: string, content: string, more: Partial<GitHubSource> = {}): GitHubSource {
  const made: GitHubSource = {
    id,
    repository: "owner/name",
    commit: "0123456789abcdef0123456789abcdef01234567",
    path: `${id}.jsonl`,
    sha256: createHash("sha256").update(content).digest("hex"),
    bytes: Buffer.byteLength(content),
    licence: "ours",
    role: "train",
    format: { name: "gliner" },
    labels: {},
    partial: false,
    ...more,
  };
  const path = join(scratch.folder, "mirror", addressOf(made));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return made;
}

/** Some of our own texts. */
const texts = (part: string) =>
  sentenceRecords(part === "test" ? "test" : "dev")
    .slice(0, part === "test" ? 32 : 128)
    .map((record) => `${recordLine(record)}\n`)
    .join("");
const line = (text: string, ...ner: [number, number, string][]) =>
  `${JSON.stringify({ tokens: text.split(" "), ner })}\n`;
const lines = (text: string) => text.trimEnd().split("\n");

test("our own texts as a mix: the tests' sentences are gone, every count adds up, the same seed gives the same bytes", async () => {
  const shared = lines(texts("test")).slice(0, 5).join("\n");
  const sources = [source("train", `${texts("train")}${shared}\n`), source("test", texts("test"))];
  const recipe = parseMix(
    { overlap: { tests: ["test"] }, dev: { share: 0.1 }, sources: [{ from: "train", empty_share: 1 }] },
    "here",
  );
  const made = await buildMix(recipe, join(scratch.folder, "a"), { sources });
  const [only] = made.sources;
  assert.equal(only.left_out.overlap_sentence, 5);
  assert.deepEqual(made.overlap, {
    tests: ["test"],
    sentences: 32,
    sentences_left_out: 5,
    runs_left_out: 0,
    dev_moved: 0,
  });
  const out = Object.values(only.left_out).reduce((sum, count) => sum + count, 0);
  assert.equal(only.sentences, out + only.kept);
  assert.equal(only.kept, only.train + only.dev);
  assert.equal(only.files[0].sha256, sources[0].sha256);
  await again(recipe, sources, made.files.train.sha256);
  const sets = await Promise.all(
    ["train", "dev"].map((name) => readRecords(join(scratch.folder, "a", `${name}.jsonl`))),
  );
  assert.deepEqual(
    sets.map((set) => set.length),
    [only.train, only.dev],
  );
  const tests = new OverlapIndex();
  for (const record of sentenceRecords("test").slice(0, 32)) tests.add(record.tokens, "test");
  for (const { tokens, src } of sets.flat()) assert.deepEqual([tests.find(tokens), src], [undefined, "train"]);
});

async function again(recipe: ReturnType<typeof parseMix>, sources: GitHubSource[], sha256: string): Promise<void> {
  const second = await buildMix(recipe, join(scratch.folder, "b"), { sources });
  assert.equal(second.files.train.sha256, sha256);
  for (const { name, sha256: stated } of Object.values(second.files))
    assert.equal(await sha256OfFile(join(scratch.folder, "b", name)), stated);
  assert.deepEqual(JSON.parse(readFileSync(join(scratch.folder, "b", "manifest.json"), "utf8")), second);
  const other = await buildMix({ ...recipe, seed: 1 }, join(scratch.folder, "c"), { sources });
  assert.notEqual(other.files.train.sha256, sha256);
  assert.deepEqual(readdirSync(join(scratch.folder, "c")).sort(), ["dev.jsonl", "manifest.json", "train.jsonl"]);
}

test("hygiene, limits and reasons: each sentence that is left out is counted under one", async () => {
  const wide = "one two three four five six seven eight nine ten eleven twelve thirteen";
  const content = [
    line("Ada met Bo today .", [0, 0, "PERSON_name"], [0, 0, "person name"], [2, 2, "Organisation"]),
    line("too short", [0, 0, "x"]),
    line(`${wide} .`, [0, 12, "number"], [0, 0, "number"]),
    line("a block of code .", [1, 1, "code"]),
    line("nothing is marked here ."),
    line("nor is it here .", [0, 0, "x"]),
    line("ADA met bo today", [0, 0, "person"]),
    line("and one for the cap .", [0, 0, "x"]),
  ].join("");
  const recipe = parseMix(
    {
      labels: { rename: { organisation: "organization" } },
      dev: { share: 0 },
      sources: [{ from: "made_up", name: "mine", cap: 3, empty_share: 0, without: ["code"] }],
    },
    "here",
  );
  const made = await buildMix(recipe, join(scratch.folder, "hygiene"), { sources: [source("made_up", content)] });
  const [only] = made.sources;
  assert.deepEqual(only.left_out, {
    too_short: 1,
    unwanted_label: 1,
    overlap_sentence: 0,
    overlap_run: 0,
    duplicate: 1,
    empty: 1,
    over_cap: 1,
  });
  assert.deepEqual([only.mentions_too_wide, only.kept], [1, 3]);
  const records = await readRecords(join(scratch.folder, "hygiene", "train.jsonl"));
  const ada = records.find(({ tokens }) => tokens[0] === "Ada");
  if (ada)
    assert.deepEqual(ada.ner, [
      [0, 0, "person name"],
      [2, 2, "organization"],
    ]);
  assert.ok(records.every(({ src }) => src === "mine"));
});

test("a development sentence that shares a run of words with the training set goes there", async () => {
  const run = "one two three four five six seven eight nine ten eleven twelve";
  const content =
    Array.from({ length: 20 }, (_, i) => line(`so${i} ${run} .`, [0, 0, "x"])).join("") + line("Ada met Bo today .");
  const recipe = parseMix({ dev: { share: 0.5 }, sources: [{ from: "runs", empty_share: 1 }] }, "here");
  const made = await buildMix(recipe, join(scratch.folder, "runs"), { sources: [source("runs", content)] });
  assert.ok(made.overlap.dev_moved >= 9, `${made.overlap.dev_moved} moved`);
  assert.deepEqual(
    made.sources.map(({ train, dev, kept }) => train + dev - kept),
    [0],
  );
  assert.equal(made.files.train.records, 20 + (made.files.dev.records === 0 ? 1 : 0));
});

test("a licence filter leaves a source out and says so; a closed list of types stays with its sentences", async () => {
  const open = source("open", line("Ada met Bo today .", [0, 0, "person-x"]), {
    labels: { "person-x": "person", "city-x": "city" },
    partial: true,
  });
  const closed = source("closed", line("Cy met Di today .", [0, 0, "person"]), { licence: "CC BY-NC 4.0" });
  const recipe = parseMix({ exclude_licences: ["nc"], dev: { share: 0 }, sources: ["open", "closed"] }, "here");
  const made = await buildMix(recipe, join(scratch.folder, "licence"), { sources: [open, closed] });
  assert.deepEqual(made.excluded, [{ name: "closed", licence: "CC BY-NC 4.0" }]);
  assert.deepEqual(await readRecords(join(scratch.folder, "licence", "train.jsonl")), [
    { tokens: ["Ada", "met", "Bo", "today", "."], ner: [[0, 0, "person"]], src: "open", labels: ["person", "city"] },
  ]);
  const nothing = parseMix({ exclude_licences: ["nc"], sources: ["closed"] }, "here");
  await assert.rejects(
    buildMix(nothing, join(scratch.folder, "nothing"), { sources: [closed] }),
    says("no sentence left"),
  );
  assert.deepEqual(readdirSync(scratch.folder).includes("nothing"), false);
});

test("a recipe with an unknown key or a wrong value is refused by name", () => {
  const wrong: [value: unknown, ...parts: string[]][] = [
    [{}, '"sources" is undefined, wanted a list of sources'],
    [{ sources: ["a"], sed: 1 }, 'mix.yaml: unknown key "sed"; known: seed, '],
    [{ sources: ["a"], limits: { max_word: 1 } }, 'mix.yaml, limits: unknown key "max_word"'],
    [{ sources: ["a"], limits: { max_words: "64" } }, 'limits, max_words is "64", wanted a number'],
    [{ sources: ["a"], seed: -1 }, "seed is -1, wanted a number that is not negative"],
    [{ sources: ["a"], labels: { rename: { a: 1 } } }, "labels, rename is", "wanted a mapping of names"],
    [{ sources: ["a"], overlap: { tests: "x" } }, 'overlap, tests is "x", wanted a list of texts'],
    [{ sources: [{ cap: 1 }] }, 'mix.yaml, source 1: "from" is undefined'],
    [{ sources: [{ from: "a", caps: 1 }] }, 'mix.yaml, source 1: unknown key "caps"'],
    [[], "is a list, wanted a mapping"],
    [null, "is null, wanted a mapping"],
  ];
  for (const [value, ...parts] of wrong) assert.throws(() => parseMix(value, "mix.yaml"), says("mix.yaml", ...parts));
  assert.throws(() => readMix(join(scratch.folder, "none.yaml")), says("none.yaml cannot be read"));
  assert.throws(() => readMix(scratch.file("bad.yaml", "a: [")), says("bad.yaml is not YAML"));
  assert.throws(() => readMix(scratch.file("empty.yaml", "")), says("empty.yaml is null, wanted a mapping"));
  assert.throws(
    () => readMix(scratch.file("loop.yaml", "sources: &x\n  a: *x\n")),
    says('"sources.a" holds itself by an alias'),
  );
  const latin = Buffer.from("sources: [caf\u00e9]\n", "latin1");
  assert.throws(
    () => readMix(scratch.file("latin.yaml", latin)),
    says("latin.yaml, line 1: byte 14 (0xe9) is not UTF-8"),
  );
});

const RECIPES = join(ROOT, "data/mixes");

test("the project's recipes name sources of the manifest and every file of the seven tests", () => {
  const known = readSources();
  for (const name of readdirSync(RECIPES)) {
    const { sources, overlap } = readMix(join(RECIPES, name));
    const ids = known.map(({ id }) => id);
    for (const id of [...sources.flatMap(({ from }) => from), ...overlap.tests])
      assert.ok(ids.includes(id), `${name}: ${id}`);
    const tests = known.filter(({ role }) => role === "test" || role === "leak check").map(({ id }) => id);
    assert.deepEqual(overlap.tests.slice().sort(), tests.sort(), name);
  }
});

const public_ = readMix(join(RECIPES, "public-no-nc.yaml"));
const here = readSources()
  .filter(({ id }) => [...public_.sources.flatMap(({ from }) => from), ...public_.overlap.tests].includes(id))
  .every(isHere);
if (!here) process.stdout.write("skipped: the public sources of data/mixes are neither in a mirror nor in the cache\n");

test("the public mix from its real sources shares no sentence and no run of twelve words with the tests", {
  skip: !here,
}, async () => {
  if (outside === undefined) delete process.env.WORKBOOK_MIRROR;
  else process.env.WORKBOOK_MIRROR = outside;
  const made = await buildMix(public_, join(scratch.folder, "public"));
  assert.deepEqual(
    made.excluded.map(({ name }) => name),
    ["pilener391", "pilener_sent"],
  );
  assert.ok(made.files.train.records > 25_000 && made.files.dev.records > 500, JSON.stringify(made.files));
  assert.ok(made.overlap.sentences > 26_000);
});
