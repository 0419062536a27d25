/** Which keys of the official files each release read, found by running it, against what is said of them here. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { samplingOf } from "../../lib/batch/sampling";
import { dataPath } from "../../lib/data/project";
import { entryOf, versionOf } from "../../lib/era";
import { officialNames, readOfficial } from "../../lib/provenance/official";

interface Version {
  version: string;
  /** By file: the keys that are read, or why the release cannot take the file. */
  read: Record<string, string[] | string>;
}

const order = (version: string) => versionOf(version).reduce((sum, part) => sum * 1000 + part, 0);
const VERSIONS: Version[] = readdirSync(dataPath("versions"))
  .map((name) => JSON.parse(readFileSync(join(dataPath("versions"), name), "utf8")) as Version)
  .sort((a, b) => order(a.version) - order(b.version));

test("every release tells of every official file", () => {
  assert.ok(VERSIONS.length >= 10);
  for (const { read } of VERSIONS)
    assert.deepEqual(
      Object.keys(read).sort(),
      officialNames()
        .map((name) => `${name}.yaml`)
        .sort(),
    );
});

test("what an official file lists as unread, the release of its day does not read", () => {
  // Of the paper's code there is no release: the oldest stands for it.
  const table = VERSIONS.map((entry, i) => ({ ...entry, since: i === 0 ? "v0" : entry.version }));
  for (const name of officialNames()) {
    const { era, unread } = readOfficial(name);
    const { version, read } = entryOf(table, era);
    const keys = read[`${name}.yaml`];
    if (typeof keys === "string") continue;
    const wrong = Object.keys(unread).filter((key) => keys.includes(key));
    assert.deepEqual(wrong, [], `${name}, read by ${version}`);
    for (const key of ["hidden_size", "max_width", "dropout", "span_mode"]) assert.ok(keys.includes(key), key);
  }
});

test("random_drop is read exactly where the era drops types; shuffle_types and size_sup are read by none", () => {
  for (const { version, read } of VERSIONS) {
    const keys = read["config-2024-05-25.yaml"];
    assert.ok(Array.isArray(keys), version);
    assert.equal(keys.includes("random_drop"), samplingOf(version).random_drop, version);
    for (const dead of ["shuffle_types", "size_sup"]) assert.ok(!keys.includes(dead), `${version} reads ${dead}`);
  }
});
