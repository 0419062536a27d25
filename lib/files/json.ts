/** Reads a small JSON file whole, with an error meant for the reader. */
import { readFileSync } from "node:fs";
import { UserError } from "../errors";
import { textOf } from "./pieces";

/**
 * What a JSON file holds, not yet looked at.
 * @param name what the message calls the file
 * @throws UserError where it is missing, not UTF-8 or no JSON
 */
export function readJson(path: string, name = path): unknown {
  try {
    return JSON.parse(textOf({ bytes: readFileSync(path), line: 1 }, name));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
}
