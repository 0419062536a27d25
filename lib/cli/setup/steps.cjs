"use strict";
// @ts-check
const { join } = require("node:path");
const compile = require("./compile.cjs");
const dependencies = require("./dependencies.cjs");
const { takeLock } = require("./lock.cjs");
const { ROOT, say } = require("./processes.cjs");

/**
 * A part of the set-up: whether it is done, which takes milliseconds, and how to do it.
 * @typedef {{ isCurrent(): boolean, run(): Promise<unknown> }} Step
 */

/**
 * A module of the build; loaded when its step comes, since before the build it is not there.
 * @param {string} name
 */
const built = (name) => require(join(ROOT, "dist/lib", name));

/** @type {Record<string, Step>} */
const STEPS = {
  dependencies,
  build: compile,
  backend: {
    isCurrent: () => built("backend/install").isCurrent(),
    run: () => built("backend/install").chooseBackend(say),
  },
  encoder: {
    isCurrent: () => built("weights/encoders").cachedEncoder() !== undefined,
    run: () => built("weights/encoders").encoderFolder(built("weights/encoders").DEFAULT_ENCODER, say),
  },
};

/**
 * Makes the named steps current, in order. A name that ends in "?" may fail: its reason is said and the rest goes on.
 * @param {string[]} names
 */
async function makeReady(names) {
  /** @type {(() => void) | undefined} */
  let release;
  // The lock is only taken where there is something to do: a start that finds all in order touches no file.
  for (const name of names) {
    const step = STEPS[name.replace("?", "")];
    if (step.isCurrent()) continue;
    release ??= await endCleanly(takeLock);
    if (step.isCurrent()) continue;
    await step.run().catch((error) => {
      if (!name.endsWith("?")) throw error;
      say(`warning: ${error instanceof Error ? error.message : error}`);
    });
  }
  release?.();
  for (const signal of SIGNALS) process.removeListener(signal, leave);
}

/** @type {NodeJS.Signals[]} */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Ends the process in the orderly way, which stops its tools and gives the lock back. */
function leave() {
  say("set-up interrupted; the next start goes on from here");
  process.exit(130);
}

/**
 * @param {() => Promise<() => void>} take
 */
async function endCleanly(take) {
  for (const signal of SIGNALS) process.on(signal, leave);
  return take();
}

module.exports = { makeReady };
