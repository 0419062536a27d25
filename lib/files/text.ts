/** A small file as text that is surely UTF-8, read whole. */
import { closeSync, readFileSync } from "node:fs";
import { UserError } from "../errors";
import { openFile } from "./bytes";
import { textOf } from "./pieces";

/**
 * The text without a byte order mark.
 * @param what the reader wanted, for the sentence: "a file of types"
 * @throws UserError where there is no such file, it cannot be read, or a byte of it is not UTF-8 (decoded all the same, it would become U+FFFD)
 */
export function readText(path: string, what: string): string {
  const { descriptor } = openFile(path, what);
  try {
    const bytes = readFileSync(descriptor);
    return textOf({ bytes, line: 1 }, path).replace(/^\ufeff/, "");
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be read: ${error instanceof Error ? error.message : error}; wanted ${what}.`);
  } finally {
    closeSync(descriptor);
  }
}
