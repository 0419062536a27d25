"use strict";
// @ts-check
const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { resolve } = require("node:path");

/** The project's root. */
const ROOT = resolve(__dirname, "../../..");

/** An error whose sentence is all the reader needs. */
class SetupError extends Error {
  name = "SetupError";
}

/**
 * Says a line of progress.
 * @param {string} line
 */
function say(line) {
  process.stderr.write(`${line}\n`);
}
// A reader who has left is nothing to stop for.
process.stderr.on("error", () => undefined);

/** Told the process number of every tool that is started; the lock keeps it. */
const toolWatch = { started: /** @type {(pid: number) => void} */ (() => undefined) };

/**
 * Runs a tool of the set-up in the project's root; what it writes goes to standard error. It dies with us.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<number | NodeJS.Signals>} its exit code, or the signal that ended it
 */
function runTool(command, args) {
  return new Promise((done, failed) => {
    // npm is a script on Windows, which only a shell can start there.
    const shell = process.platform === "win32" && command.endsWith(".cmd");
    const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", 2, 2], shell });
    if (child.pid !== undefined) toolWatch.started(child.pid);
    const stop = () => child.kill("SIGTERM");
    process.once("exit", stop);
    child.once("error", failed);
    child.once("exit", (code, signal) => {
      process.removeListener("exit", stop);
      done(code ?? signal ?? 1);
    });
  });
}

/** @type {NodeJS.Signals[]} */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** Milliseconds after which a second signal means that the first was not enough. */
const IMPATIENT = 1000;
const PATIENCE = 10_000;
const STILL = "still ending what it is doing (a checkpoint is written first); a second signal ends it at once";

/**
 * Replaces this process by another as far as Node can: its input and output, its signals and its end. A second signal
 * kills a child that the first did not end.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
function handOver(command, args, env) {
  // By the channel the child learns of our end where no signal could be passed on (kill -9).
  const child = spawn(command, args, { stdio: ["inherit", "inherit", "inherit", "ipc"], env });
  /** @type {number | undefined} */
  let first;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // One Ctrl-C may arrive twice, from the terminal and from npm: what is as quick as that is not impatience.
      if (first !== undefined && Date.now() - first > IMPATIENT) return void child.kill("SIGKILL");
      if (first === undefined) setTimeout(() => say(STILL), PATIENCE).unref();
      first ??= Date.now();
      // A terminal sends Ctrl-C to the child as well: passed on, it would arrive twice and look like impatience.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.once("error", (error) => {
    say(`cannot start ${command}: ${error.message}`);
    process.exit(1);
  });
  child.once("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
}

module.exports = { ROOT, SetupError, handOver, runTool, say, toolWatch };
