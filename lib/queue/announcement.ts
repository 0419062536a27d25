/** What a coordinator announces of its work, and what a worker must have to take part: the same code and the same data, by hash. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { UserError } from "../errors";
import { PROJECT_ROOT } from "../files/places";

/** One piece of work that workers can take part in. */
export interface Announcement {
  format: 2;
  /** What its jobs are: the trade that a worker needs. */
  kind: string;
  /** The queue of its jobs. */
  queue: string;
  /** Seconds without a sign after which a worker's job goes to another one. */
  lease: number;
  /** Of the compiled library. */
  code: string;
  /** sha256 by name, of everything that the jobs read. */
  data: Record<string, string>;
}

/** Where announcements lie; nobody takes them from there. */
export const ANNOUNCED = "gliner-work";

/** @throws UserError where this worker has other code, or other data of the same name */
export function refuseOther({ kind, code, data }: Announcement, here: Readonly<Record<string, string>>): void {
  if (code !== codeHash())
    throw new UserError(
      `refused: this worker has other code (sha256 ${codeHash().slice(0, 12)}) than the ${kind} (${code.slice(0, 12)}); check out the same commit and build.`,
    );
  const other = Object.entries(data).find(([name, hash]) => here[name] !== undefined && here[name] !== hash);
  if (other)
    throw new UserError(
      `refused: this worker has other data (${other[0]}, sha256 ${here[other[0]].slice(0, 12)}) than the ${kind} (${other[1].slice(0, 12)}).`,
    );
}

/** sha256 of every compiled file of the library. */
export function codeHash(root = join(PROJECT_ROOT, "dist", "lib")): string {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => /\.c?js$/.test(name));
  const hash = createHash("sha256");
  for (const name of names.sort()) hash.update(`${name.split(sep).join("/")}\n`).update(readFileSync(join(root, name)));
  return hash.digest("hex");
}
