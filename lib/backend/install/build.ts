/** Folders of the cache that are either whole or not there. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isAlive } from "../../files/alive";

/**
 * Fills a folder of the cache: `fill` writes into a temporary neighbour, which is renamed when it is complete. A kill
 * at any moment leaves at most that neighbour, and the next call clears it.
 */
export async function buildInCache(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  clearAbandoned(folder);
  const temporary = `${folder}.${process.pid}.part`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  try {
    await fill(temporary);
    moveIntoPlace(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Renames a whole folder into place; another process may have been faster, with the same content. */
export function moveIntoPlace(from: string, folder: string): void {
  try {
    renameSync(from, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

/** Removes what killed processes left: up to a gigabyte each. */
function clearAbandoned(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const owner = name.startsWith(`${basename(folder)}.`) && /\.(\d+)\.part$/.exec(name);
    if (owner && !isAlive(Number(owner[1]))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}
