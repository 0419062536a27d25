/** `diff`, and the table of keys that it rests on. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, test } from "node:test";
import { isRead, keyOf, resembling } from "../../lib/audit/configuration/keys";
import { openConfiguration } from "../../lib/audit/configuration/open";
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
