/** Locks between processes: a file that names its owner. A dead owner's is taken over. */
import { createHash } from "node:crypto";
import { existsSync, linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { UserError } from "../errors";
import { isAlive } from "./alive";
import { isObject } from "./json-object";

/** Who holds a lock. */
interface Owner {
  pid: number;
  /** When the process began, by its machine's own count: numbers are given away again. Empty where it cannot be known. */
  begun: string;
  /** A hash of the machine's name: another machine's processes cannot be looked at. */
  machine: string;
  /** The machine's start: none of its processes outlives it. Empty where it cannot be known. */
  boot: string;
}

export interface Lock {
  /** Gives it back; also done when the process ends. */
  release(): void;
}

/**
 * Takes a lock.
 * @param path of its file, in a folder that exists
 * @returns the number of the process that holds it, where one does
 * @throws Error of the system where the file cannot be written
 */
export function tryLock(path: string): Lock | number {
  const text = JSON.stringify(ownerOf(process.pid));
  while (!create(path, text)) {
    const found = read(path);
    if (found === undefined) continue;
    const owner = parse(found);
    if (owner && isHeld(owner)) return owner.pid;
    takeAway(path, found);
  }
  held.set(path, text);
  return { release: () => release(path, text) };
}

/**
 * Takes a lock, or refuses.
 * @param what is locked, for the sentence: "the run folder runs/quick"
 * @throws UserError naming the process that holds it, or why the lock cannot be written
 */
export function lock(path: string, what: string): Lock {
  try {
    const taken = tryLock(path);
    if (typeof taken !== "number") return taken;
    throw inUse(path, what, taken);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${what} cannot be locked: ${error instanceof Error ? error.message : error}.`);
  }
}

/** Refuses what another process has locked, before any work; who goes on still has to take the lock. */
export function refuseLocked(path: string, what: string): void {
  const text = read(path);
  const owner = text === undefined ? undefined : parse(text);
  if (owner && isHeld(owner)) throw inUse(path, what, owner.pid);
}

function inUse(path: string, what: string, pid: number): UserError {
  return new UserError(
    `${what} is in use: process ${pid} is writing there; wait for its end or name another folder (where no such process runs on any machine, remove ${path}).`,
  );
}

function create(path: string, text: string): boolean {
  // Linked into place the file is never seen half-written.
  const own = `${path}.${process.pid}-${++made}`;
  writeFileSync(own, text);
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST") return false;
    // A file system without links.
    if (existsSync(path)) return false;
    writeFileSync(path, text, { flag: "wx" });
    return true;
  } finally {
    unlinkSync(own);
  }
}
let made = 0;

/** Removes a dead owner's lock; one that another process has taken meanwhile is put back. */
function takeAway(path: string, found: string): void {
  const aside = `${path}.${process.pid}-${++made}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw error;
  }
  if (read(aside) !== found && !existsSync(path)) renameSync(aside, path);
  else unlinkSync(aside);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // ESRCH: a process that ended while its file was read.
    if (error instanceof Error && "code" in error && ["ENOENT", "ESRCH"].includes(String(error.code))) return undefined;
    throw error;
  }
}

/** undefined for what no lock of ours says: a machine that lost its power leaves empty files. */
function parse(text: string): Owner | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const sound = isObject(value) && Number.isSafeInteger(value.pid) && typeof value.machine === "string";
  return sound ? (value as unknown as Owner) : undefined;
}

function isHeld({ pid, begun, machine, boot }: Owner): boolean {
  const now = ownerOf(pid);
  if (machine !== now.machine) return true;
  return boot === now.boot && isAlive(pid) && begun === now.begun;
}

function ownerOf(pid: number): Owner {
  const machine = createHash("sha256").update(hostname()).digest("hex").slice(0, 16);
  return { pid, begun: begunOf(pid), machine, boot: read("/proc/sys/kernel/random/boot_id")?.trim() ?? "" };
}

/** Field 22 of /proc/PID/stat (proc(5)); the name before it may hold spaces and brackets. */
function begunOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function release(path: string, text: string): void {
  held.delete(path);
  try {
    if (read(path) === text) rmSync(path, { force: true });
  } catch (error) {
    // On a disk that has become read-only or is gone: what went wrong there is told by whoever writes the work itself, and a
    // lock that stays is taken over once its process has ended.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

/** The locks of this process, each with its text. */
const held = new Map<string, string>();
process.on("exit", () => {
  for (const [path, text] of held) release(path, text);
});
