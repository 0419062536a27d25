import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { isAlive } from "./alive";

/**
 * A partial file that one process writes at a time. The first to come has `path` itself and goes on with what lies there;
 * whoever comes meanwhile has a file of its own, which is removed at the end: two that append to one would make neither.
 */
export function claim(path: string): { path: string; release(): void } {
  const lock = `${path}.lock`;
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return { path, release: () => rmSync(lock, { force: true }) };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  if (isAlive(Number(readFileSync(lock, "utf8")))) {
    const own = `${path}.${process.pid}-${++claims}`;
    return { path: own, release: () => rmSync(own, { force: true }) };
  }
  rmSync(lock);
  return claim(path);
}
let claims = 0;
