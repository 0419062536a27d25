/**
 * Notes which of the project's data files a notebook reads, where WORKBOOK_READS names a file to note them in: a notebook's
 * outputs are of these bytes, and a test says when they have changed (lib/kernel/runner/made-of.ts).
 */
import fs from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PROJECT_ROOT } from "./project";

const DATA = join(PROJECT_ROOT, "data");

/** From now on every first read of a file or a list of data/ adds a line to the file that WORKBOOK_READS names. */
export function noteReads(): void {
  const notes = process.env.WORKBOOK_READS;
  if (!notes) return;
  const seen = new Set<string>();
  const append = fs.appendFileSync;
  const take = (target: unknown): void => {
    const path = target instanceof URL ? fileURLToPath(target) : target;
    if (typeof path !== "string") return;
    const inside = relative(DATA, resolve(path));
    if (inside === "" || inside.startsWith("..") || isAbsolute(inside) || seen.has(inside)) return;
    seen.add(inside);
    append(notes, `${inside}\n`);
  };
  for (const name of ["readFileSync", "openSync", "createReadStream", "readFile", "open", "readdirSync"] as const)
    watch(fs, name, take);
  for (const name of ["readFile", "open", "readdir"] as const) watch(fs.promises, name, take);
}

/** Puts a listener before a function of an object; what else the function carries stays on it. */
function watch(owner: object, name: string, take: (target: unknown) => void): void {
  const real: unknown = Reflect.get(owner, name);
  if (typeof real !== "function") return;
  const watched = function (this: unknown, ...given: unknown[]): unknown {
    take(given[0]);
    return Reflect.apply(real, this, given);
  };
  Object.defineProperty(owner, name, { value: Object.assign(watched, real), configurable: true, writable: true });
}
