/** Partial files that several processes may want at once. */
import { rmSync } from "node:fs";
import { tryLock } from "./lock";

/**
 * A partial file that one process writes at a time. The first to come has `path` itself and goes on with what lies there;
 * whoever comes meanwhile has a file of its own, which is removed at the end: two that append to one would make neither.
 */
export function claim(path: string): { path: string; release(): void } {
  const taken = tryLock(`${path}.lock`);
  if (typeof taken !== "number") return { path, release: () => taken.release() };
  const own = `${path}.${process.pid}-${++claims}`;
  return { path: own, release: () => rmSync(own, { force: true }) };
}
let claims = 0;
