/** Programs that this process has started and may be waiting for, as in `execSync`. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

interface Entry {
  pid: number;
  parent: number;
}

/** The child that was started last: where the main thread waits for one, it is this. Undefined without children. */
export function newestChild(): number | undefined {
  const children = processes().filter(({ parent }) => parent === process.pid);
  return children.length === 0 ? undefined : Math.max(...children.map(({ pid }) => pid));
}

/** Signals a process and all below it, e.g. a shell and the program that it runs. */
export function signalTree(root: number, signal: NodeJS.Signals): void {
  const all = processes();
  const wanted = new Set([root]);
  // Parents mostly come before their children, but process numbers begin anew.
  for (let size = 0; size < wanted.size; ) {
    size = wanted.size;
    for (const { pid, parent } of all) if (wanted.has(parent)) wanted.add(pid);
  }
  for (const pid of wanted) kill(pid, signal);
}

function processes(): Entry[] {
  if (existsSync("/proc/self/stat")) return readdirSync("/proc").flatMap(entryOf);
  // Windows has no `ps`: a program that is waited for is not ended there.
  if (process.platform === "win32") return [];
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [pid, parent, name] = line.trim().split(/\s+/);
    return pid === "" || name.endsWith("ps") ? [] : [{ pid: Number(pid), parent: Number(parent) }];
  });
}

/** `PID (NAME) STATE PARENT ...`; a name may hold anything, brackets too. */
function entryOf(pid: string): Entry[] {
  if (!/^\d+$/.test(pid)) return [];
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? [] : [{ pid: Number(pid), parent: Number(parent) }];
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** It ended while we looked. */
function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["ENOENT", "ESRCH"].includes(String(error.code));
}
