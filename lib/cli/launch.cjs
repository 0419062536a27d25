"use strict";
// @ts-check
/**
 * Every npm script starts here: `node lib/cli/launch.cjs VERB ...words`.
 *
 * Makes ready what the verb needs and nothing more, says so on standard error (standard output belongs to the verb), and
 * hands over to dist/lib/cli/VERB.js in a process with the environment that TensorFlow wants. Plain JavaScript without
 * dependencies: on a fresh machine there is neither node_modules nor a build. npm's own pre-scripts are no help here:
 * `ignore-scripts`, which keeps packages from downloading on their own, switches those off too.
 */

const major = Number(process.versions.node.split(".")[0]);
if (major !== 20 && major !== 22) {
  // Before anything else is loaded: an old Node would stop at a syntax error instead.
  process.stderr.write(
    `This is Node ${process.versions.node}; wanted Node 20 or 22, the releases that TensorFlow.js 4.22 runs on.\n`,
  );
  process.exit(1);
}

const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { tunedEnvironment } = require("../backend/environment.cjs");
const { handOver, ROOT } = require("./setup/processes.cjs");
const { makeReady } = require("./setup/steps.cjs");

/**
 * What a verb needs beyond dependencies and build, and the file that does its work where that is not cli/VERB.js.
 * A step marked "?" may fail: the verb says itself what is missing.
 * @type {Record<string, { steps: string[], file?: string }>}
 */
const VERBS = {
  build: { steps: [] },
  start: { steps: ["backend", "encoder?"] },
  test: { steps: ["backend", "encoder?"] },
  "test:long": { steps: ["backend", "encoder?"], file: "test/long.js" },
  "test:python": { steps: ["backend", "encoder?"], file: "test/python.js" },
  "test:eras": { steps: ["backend"], file: "test/eras.js" },
  "test:golden": { steps: ["backend"], file: "test/golden.js" },
  predict: { steps: ["backend"] },
  train: { steps: ["backend"] },
  evaluate: { steps: ["backend"] },
  bench: { steps: ["backend", "encoder?"] },
  study: { steps: ["backend", "encoder?"] },
  worker: { steps: ["backend", "encoder?"] },
  diff: { steps: [] },
  report: { steps: [] },
  audit: { steps: ["backend?"] },
  trace: { steps: ["backend"] },
  workbook: { steps: ["backend", "encoder?"] },
  bundle: { steps: ["backend", "encoder"] },
  preprocess: { steps: [] },
  doctor: { steps: ["backend?"] },
  "kernel:register": { steps: ["backend"] },
};

/**
 * @param {string | undefined} verb
 * @param {string[]} words
 */
async function launch(verb, words) {
  if (verb === undefined || !/^[a-z]+([:-][a-z]+)*$/.test(verb)) {
    process.stderr.write(`got the verb "${verb ?? ""}", wanted one of ${Object.keys(VERBS).join(", ")}.\n`);
    process.exit(2);
  }
  const { steps, file } = VERBS[verb] ?? { steps: ["backend"] };
  // A help page must not cost a download.
  const helpOnly = words.includes("--help") || words.includes("-h");
  await makeReady(["dependencies", "build", ...(helpOnly ? [] : steps)]);
  if (verb === "build") return;
  const path = join(ROOT, "dist", file ?? `lib/cli/${verb.replace(":", "-")}.js`);
  if (!existsSync(path)) {
    process.stderr.write(`there is no verb "${verb}"; wanted one of ${Object.keys(VERBS).join(", ")}.\n`);
    process.exit(2);
  }
  handOver(process.execPath, [path, ...words], tunedEnvironment());
}

/** @param {unknown} error */
function fail(error) {
  const known = error instanceof Error && (error.name === "SetupError" || error.name === "UserError");
  process.stderr.write(`set-up: ${known ? error.message : error instanceof Error ? error.stack : error}\n`);
  process.exit(known && "exitCode" in error ? Number(error.exitCode) : 1);
}

module.exports = { tunedEnvironment, makeReady };

if (require.main === module) launch(process.argv[2], process.argv.slice(3)).catch(fail);
