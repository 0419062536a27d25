"use strict";
// @ts-check
const { createHash } = require("node:crypto");
const { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { ROOT, SetupError, runTool, say } = require("./processes.cjs");

/** dist/ as lib/ and test/ have it. */

const DIST = join(ROOT, "dist");
const STAMP = join(DIST, ".workbook-build");
const BUILD_INFO = join(DIST, ".tsbuildinfo");

/**
 * Names below the root of all files with this ending in lib/ and test/, sorted.
 * @param {string} base
 * @param {string} ending
 */
function filesBelow(base, ending) {
  return ["lib", "test"].flatMap((folder) => {
    if (!existsSync(join(base, folder))) return [];
    const names = readdirSync(join(base, folder), { encoding: "utf8", recursive: true });
    return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
  });
}

/** Everything the compiler reads: its settings, its version, the sources. */
function sources() {
  return ["tsconfig.json", "package-lock.json", ...filesBelow(ROOT, ".ts").sort()];
}

/** Sizes and times: a millisecond for the whole project. */
function quickHash() {
  const hash = createHash("sha256");
  for (const name of sources()) {
    const { size, mtimeMs } = statSync(join(ROOT, name));
    hash.update(`${name}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/** Contents: a checkout or a copy changes the times of files that are the same. */
function contentHash() {
  const hash = createHash("sha256");
  for (const name of sources()) hash.update(`${name}\0`).update(readFileSync(join(ROOT, name)));
  return hash.digest("hex");
}

function isCurrent() {
  if (!existsSync(STAMP) || !existsSync(join(DIST, "lib/index.js"))) return false;
  const [quick, content] = readFileSync(STAMP, "utf8").split("\n");
  const now = quickHash();
  if (quick === now) return true;
  if (content !== contentHash()) return false;
  writeFileSync(STAMP, `${now}\n${content}`);
  return true;
}

async function compile() {
  say("building");
  // Taken before the compiler reads: a file saved meanwhile is then seen as new.
  const stamp = `${quickHash()}\n${contentHash()}`;
  // With its notes but without its output the compiler would believe that there is nothing to do.
  if (!existsSync(STAMP) || !existsSync(join(DIST, "lib/index.js"))) rmSync(BUILD_INFO, { force: true });
  rmSync(STAMP, { force: true });
  const code = await runTool(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", ROOT]);
  if (code !== 0) throw new SetupError("the build failed; the compiler's messages are above.");
  removeOrphans();
  writeFileSync(STAMP, stamp);
}

/** What the compiler wrote for a source that is gone: a deleted test would go on being run. */
function removeOrphans() {
  for (const name of filesBelow(DIST, ".js")) {
    const stem = name.slice(0, -3);
    if (existsSync(join(ROOT, `${stem}.ts`))) continue;
    for (const ending of [".js", ".js.map", ".d.ts", ".d.ts.map"]) rmSync(join(DIST, stem + ending), { force: true });
  }
}

module.exports = { isCurrent, run: compile };
