"use strict";
// @ts-check
const {
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} = require("node:fs");
const { dirname, join } = require("node:path");
const { setTimeout: sleep } = require("node:timers/promises");
const { ROOT, say, toolWatch } = require("./processes.cjs");

/**
 * One set-up at a time in a checkout: a second one waits and then finds everything done.
 *
 * The lock names its owner and its owner touches it every two seconds, so that neither a killed set-up nor a process
 * number that was given away again can hold it for ever. It also names the tool at work: npm lives on when only its
 * parent was killed, and a second npm beside it would spoil both.
 */
const LOCK = join(ROOT, ".workbook/setup.lock");
const BEAT = 2000;
const DEAD = 60_000;

/**
 * Waits for the lock and takes it.
 * @returns {Promise<() => void>} gives it back; also done when the process ends
 */
async function takeLock() {
  mkdirSync(dirname(LOCK), { recursive: true });
  let said = false;
  while (!create()) {
    const owner = ownerOfLock();
    if (owner === undefined) continue;
    if (!owner.alive) {
      say(`taking over from the set-up ${owner.pid}, which was interrupted`);
      rmSync(LOCK, { force: true });
      continue;
    }
    if (!said) say(`another set-up (process ${owner.pid}) is at work here: waiting for it`);
    said = true;
    await sleep(300);
  }
  const beat = setInterval(() => utimesSync(LOCK, new Date(), new Date()), BEAT);
  beat.unref();
  toolWatch.started = (pid) => writeFileSync(LOCK, `${process.pid} ${pid}`);
  const release = () => {
    toolWatch.started = () => undefined;
    clearInterval(beat);
    process.removeListener("exit", release);
    rmSync(LOCK, { force: true });
  };
  process.on("exit", release);
  return release;
}

/** True where this process now owns the lock. */
function create() {
  try {
    const file = openSync(LOCK, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Who holds the lock, or undefined where it was given back meanwhile. */
function ownerOfLock() {
  const found = statSync(LOCK, { throwIfNoEntry: false });
  if (!found) return undefined;
  const [pid, tool] = readFileSync(LOCK, "utf8").split(" ").map(Number);
  const silent = Date.now() - found.mtimeMs;
  // An empty lock is one that is just being written.
  if (!(pid > 0)) return { pid, alive: silent < BEAT };
  return { pid, alive: silent < DEAD && (isAlive(pid) || (tool > 0 && isAlive(tool))) };
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

module.exports = { LOCK, takeLock };
