/** `diff`, and the table of keys that it rests on. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, test } from "node:test";
import { isRead, keyOf, PYTHON_KEYS, resembling } from "../../lib/audit/configuration/keys";
import { openConfiguration } from "../../lib/audit/configuration/open";
import { asksFor, releaseOf } from "../../lib/audit/configuration/releases";
import { diffConfigurations, sideWords } from "../../lib/audit/diff/diff";
import { officialNames, readOfficial } from "../../lib/provenance/official";
import { verb } from "../cli/verb";
import { file, scratch } from "./cases";
import { YAML_209 } from "./issue-209";

after(() => rmSync(scratch, { recursive: true }));

const rows = (a: string, b: string, era?: string) =>
  diffConfigurations(openConfiguration(a, era), openConfiguration(b, era)).rows;

test("the table of keys says of every official file what its reading found", () => {
  for (const name of officialNames()) {
    const { era, unread, model, training } = readOfficial(name);
    for (const key of Object.keys(unread)) {
      const known = keyOf(key);
      assert.ok(known && !isRead(known, era), `${name}: ${key} is read by nothing`);
    }
    for (const key of Object.keys({ ...model, ...training })) assert.ok(keyOf(key), `${name}: ${key}`);
  }
});

test("issue 36's file differs from the paper's in the span head and two limits", () => {
  const keys = rows("config_large-2024-02-03", "config_large-2023-11-18").map(({ key }) => key);
  assert.deepEqual(keys, ["span_mode", "max_types", "max_len", "cap_types"]);
  assert.deepEqual(rows("config_large-2024-03-25", "config_large-2024-03-25"), []);
});

test("a dead key is told from one that is read, by the version", () => {
  const yaml = file("209.yaml", YAML_209);
  const alpha = (era: string) => rows(yaml, "config_large-2024-03-25", era).find(({ key }) => key === "loss_alpha");
  const dead = alpha("0.2.13");
  assert.deepEqual([dead?.a.origin, dead?.a.said, dead?.a.value, dead?.matters], ["dead", 0.75, -1, false]);
  assert.match(
    sideWords(dead?.a ?? { value: 0, origin: "absent" }),
    /says 0.75, which nothing reads .* what happens: -1/,
  );
  assert.deepEqual([alpha("0.2.17")?.a.origin, alpha("0.2.17")?.matters], ["given", true]);
});

test("what releases were seen to read goes before the table of keys, which never says less", () => {
  for (const era of ["0.1.4", "0.1.14", "0.2.2", "0.2.3", "0.2.13", "0.2.22", "0.2.25", "0.2.29"]) {
    const release = releaseOf(era);
    assert.ok(release);
    for (const key of PYTHON_KEYS.filter(({ aside }) => !aside)) {
      if (asksFor(release, key.key, false) === true) assert.ok(isRead(key, era), `${era} asks for ${key.key}`);
    }
  }
  assert.equal(releaseOf("v0"), undefined, "the paper's code is in no release");
  assert.equal(releaseOf("0.2.14")?.version, "0.2.13");
  const yaml = file("209.yaml", YAML_209);
  const why = openConfiguration(yaml, "0.2.13").unread.get("random_drop");
  assert.match(why ?? "", /not by 0.2.13; the package of 0.2.13 was run with it and never asks for it/);
});

test("a bi-encoder asks for the fusion that a span model never reads", () => {
  const bi = file("bi.yaml", `${YAML_209}labels_encoder: BAAI/bge-small-en-v1.5\n`);
  assert.ok(!openConfiguration(bi, "0.2.13").unread.has("post_fusion_schema"));
  assert.ok(openConfiguration(file("209.yaml", YAML_209), "0.2.13").unread.has("post_fusion_schema"));
  assert.ok(openConfiguration(bi, "0.2.9").unread.has("labels_encoder"), "0.2.9 has no bi-encoder");
});

test("what a version fills in by itself: its class's value from 0.2.3 on; before, it stops", () => {
  const short = file("short.yaml", YAML_209.replace(/^(hidden_size|dropout).*\n/gm, ""));
  const found = rows(short, "config_large-2024-03-25", "0.2.13");
  const hidden = found.find(({ key }) => key === "hidden_size")?.a;
  assert.deepEqual([hidden?.origin, hidden?.value], ["code", 512]);
  assert.match(sideWords(hidden ?? { value: 0, origin: "absent" }), /512 \(not in the file: its version takes this/);
  assert.equal(openConfiguration(short, "0.2.13").refused, null);
  assert.match(openConfiguration(short, "0.2.0").refused ?? "", /version 0.2.0 .* lacks max_types/);
});

test("a value that the code replaces: 0 for the head's decay, from 0.2.23 on", () => {
  const yaml = file("decay.yaml", YAML_209.replace("weight_decay_other: 0.01", "weight_decay_other: 0"));
  const decay = (era: string) =>
    rows(yaml, "config_large-2024-03-25", era).find(({ key }) => key === "weight_decay_other")?.a;
  const replaced = decay("0.2.25");
  assert.deepEqual([replaced?.origin, replaced?.said, replaced?.value], ["overridden", 0, 0.1]);
  assert.match(sideWords(replaced ?? { value: 0, origin: "absent" }), /says 0, which is read and then replaced/);
  assert.deepEqual([decay("0.2.22")?.origin, decay("0.2.22")?.value], ["given", 0]);
});

test("a misspelt key is named with the one that was meant", () => {
  const yaml = file("spelling.yaml", YAML_209.replace("dropout", "droput"));
  const row = rows(yaml, "config_large-2024-03-25", "0.2.13").find(({ key }) => key === "droput");
  assert.deepEqual([row?.a.origin, row?.a.note], ["misspelt", "did you mean dropout?"]);
  assert.equal(resembling("kubernetes"), undefined);
});

test("the verb prints, writes JSON, and refuses what is no configuration in one sentence", () => {
  const ended = verb("diff", ["config_large-2024-02-03", "config_large-2023-11-18"]);
  assert.equal(ended.code, 0, ended.err);
  assert.match(ended.out, /span_mode: how a span becomes a vector\n {2}A: marker\n {2}B: markerV0/);
  const other = file("compose.yaml", "version: 3\nservices: {a: 1}\nname: x\n");
  for (const words of [[other, "config_large-2024-03-25"], ["nothing-there", other], [other]]) {
    const refused = verb("diff", words);
    assert.ok(refused.code === 1 || refused.code === 2);
    assert.match(refused.err, /^diff: [^\n]+\.\n$/);
  }
});

test("a version that nothing reads is refused: recipes say their own", () => {
  const both = ["config_large-2024-02-03", "config_large-2023-11-18"];
  const yaml = file("mine.yaml", "model_name: x\nspan_mode: marker\nnum_steps: 10\n");
  for (const [words, option] of [
    [[...both, "--era", "0.2.13"], "--era"],
    [[...both, "--era-b", "0.2.13"], "--era-b"],
    [[both[0], yaml, "--era", "0.2.13", "--era-b", "0.1.2"], "--era"],
  ] as const) {
    const { code, err } = verb("diff", [...words]);
    assert.equal(code, 2);
    assert.match(err, new RegExp(`^diff: ${option} is the version that reads a file of Python's, and config_large-`));
  }
  assert.equal(verb("diff", [both[0], yaml, "--era", "0.2.13"]).code, 0, "one of them is read by it");
});
