"use strict";
// @ts-check
const { createHash } = require("node:crypto");
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { ROOT, SetupError, runTool, say } = require("./processes.cjs");

/** node_modules as package-lock.json has it. */

const STAMP = join(ROOT, "node_modules/.workbook-lock");

function lockHash() {
  return createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
}

/** True where node_modules was made from this package-lock.json: by us, or by a reader's own `npm ci`. */
function isCurrent() {
  if (!existsSync(join(ROOT, "node_modules/.package-lock.json"))) return false;
  const hash = lockHash();
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === hash) return true;
  if (!matchesInstalled()) return false;
  writeFileSync(STAMP, hash);
  return true;
}

/** npm writes its list of what is installed last of all: an interrupted installation has none. */
function matchesInstalled() {
  const read = (/** @type {string} */ path) => JSON.parse(readFileSync(join(ROOT, path), "utf8")).packages;
  const wanted = read("package-lock.json");
  const installed = read("node_modules/.package-lock.json");
  return Object.keys(wanted).every((path) => {
    if (!path.startsWith("node_modules/") || wanted[path].optional) return true;
    return installed[path] !== undefined && installed[path].version === wanted[path].version;
  });
}

async function install() {
  say("installing the dependencies with npm ci (a minute or two)");
  const npm = process.env.npm_execpath;
  const words = ["ci", "--no-audit", "--no-fund"];
  // Under `npm start` the very npm that runs us is known; it need not be on the PATH.
  const code = npm?.endsWith(".js")
    ? await runTool(process.execPath, [npm, ...words])
    : await runTool(process.platform === "win32" ? "npm.cmd" : "npm", words);
  if (code !== 0)
    throw new SetupError(`npm ci ended with ${code}; its lines above say why (a first set-up needs a network).`);
  writeFileSync(STAMP, lockHash());
}

module.exports = { isCurrent, run: install };
