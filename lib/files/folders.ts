/** Folders that are to be written into. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../errors";

/**
 * Makes a folder with its ancestors, or finds it there, and sees that it can be written into.
 * @param what it is, for the sentence: "the run folder"
 * @returns the first folder that was not there before
 * @throws UserError where it cannot be made, is a file, or is read-only
 */
export function ensureFolder(path: string, what: string): string | undefined {
  try {
    const ancestor = existingAncestor(path);
    if (!statSync(ancestor).isDirectory()) throw new Error(`${ancestor} is a file`);
    // mkdir's own error on a read-only disk is that the folder does not exist.
    accessSync(ancestor, constants.W_OK);
    return mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new UserError(`cannot make ${what} ${path}: ${error instanceof Error ? error.message : error}.`);
  }
}

function existingAncestor(path: string): string {
  const whole = resolve(path);
  return existsSync(whole) || dirname(whole) === whole ? whole : existingAncestor(dirname(whole));
}
