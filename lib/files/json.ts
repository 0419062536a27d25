/** Reads a small JSON file whole, with an error meant for the reader. */
import { readFileSync } from "node:fs";
import { UserError } from "../errors";

/**
 * What a JSON file holds, not yet looked at.
 * @param name what the message calls the file
 * @throws UserError where it is missing or no JSON
 */
export function readJson(path: string, name = path): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError(`${name} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
}
