import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { test } from "node:test";

/** Data flows down this list and never back up. */
const ORDER = [
  "backend",
  "fused",
  "weights",
  "text",
  "data",
  "batch",
  "encoder",
  "model",
  "evaluate",
  "provenance",
  "train",
  "gliner",
  "bench",
  "laboratory",
  "notebook",
  "kernel",
  "cli",
];

const LIB = join(__dirname, "..", "..", "lib");

test("a folder of lib imports only from folders above it", () => {
  const files = readdirSync(LIB, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts"))
    .map((entry) =>
      relative(LIB, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    );
  assert.ok(files.length > 20, `${files.length} files`);
  const wrong: string[] = [];
  for (const file of files) {
    const folder = file.split("/")[0];
    if (file === "index.ts" || !file.includes("/")) continue;
    assert.ok(ORDER.includes(folder), `${folder} is a folder that the design does not name`);
    for (const [, path] of readFileSync(join(LIB, file), "utf8").matchAll(/from "(\.[^"]+)"/g)) {
      const target = posix.join(posix.dirname(file), path).split("/")[0];
      if (ORDER.includes(target) && ORDER.indexOf(target) > ORDER.indexOf(folder))
        wrong.push(`${file} imports ${path}`);
    }
  }
  assert.deepEqual(wrong, []);
});
