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

/**
 * Replaces this process by another as far as Node can: its input and output, its signals and its end.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
function handOver(command, args, env) {
  const child = spawn(command, args, { stdio: "inherit", env });
  for (const signal of /** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
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
