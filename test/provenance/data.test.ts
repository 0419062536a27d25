import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sourceLicences } from "../../lib/provenance/data";
import { ROOT } from "../tiny";

test("the licences of a model card are those of the table in data/README.md", () => {
  const readme = readFileSync(join(ROOT, "data", "README.md"), "utf8");
  const [, table] = /\| source \| licence \|\n\|---\|---\|\n((?:\|.*\|\n)+)/.exec(readme) ?? [];
  assert.ok(table);
  const rows = table
    .trim()
    .split("\n")
    .flatMap((row) => {
      const [, names, licence] = /^\| (.*) \| (.*) \|$/.exec(row) ?? [];
      return [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name, licence] as const);
    });
  const said = sourceLicences();
  assert.deepEqual(Object.keys(said).sort(), rows.map(([name]) => name).sort());
  for (const [name, licence] of rows)
    assert.equal(said[name].split(";")[0].split(",")[0], licence.split(";")[0].split(",")[0], name);
});
