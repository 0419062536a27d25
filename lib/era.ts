/** Versions of Python's GLiNER as points in time: looks up what held at one of them. */
import { usageError } from "./errors";

/** Something that held from a version of Python's GLiNER on, until the next entry of its table. */
export interface Since {
  /** "v0" (the code of the paper, November 2023) or the first release that had it, such as "0.2.22". */
  since: string;
}

/**
 * The entry of a table that an era falls into: the last one whose `since` is not after it.
 * @param table oldest first, beginning with "v0"
 * @param era "v0" or a version of three numbers, such as "0.1.14"
 * @throws UserError where it is neither
 */
export function entryOf<T extends Since>(table: readonly T[], era: string): T {
  const wanted = versionOf(era);
  let found = table[0];
  for (const entry of table) if (compare(versionOf(entry.since), wanted) <= 0) found = entry;
  return found;
}

/** The numbers of a version. @throws UserError where it is no version */
export function versionOf(era: string): [number, number, number] {
  if (era === "v0") return [0, 0, 0];
  const parts = /^(\d+)\.(\d+)\.(\d+)$/.exec(era);
  if (!parts)
    throw usageError(
      `era: got ${JSON.stringify(era)}, wanted "v0" (the paper's code) or a version of GLiNER such as "0.1.14".`,
    );
  const version: [number, number, number] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  if (compare(version, NEWEST) > 0)
    throw usageError(
      `era: got "${era}"; the newest version whose losses and samplers were read is ${NEWEST.join(".")}.`,
    );
  return version;
}

/** Nothing is known here of versions after it. */
const NEWEST: readonly [number, number, number] = [0, 2, 29];

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}
