/** YAML out of files that somebody wrote by hand. */
import { parse } from "yaml";
import { UserError } from "../errors";
import { readText } from "./text";

/**
 * What a YAML file holds, not yet looked at.
 * @param what the reader wanted, for the sentence: "a YAML file of a mix"
 * @throws UserError naming the file: unreadable, not UTF-8, not YAML, or a value that holds itself
 */
export function readYaml(path: string, what: string): unknown {
  return parseYaml(readText(path, what), path);
}

/**
 * The value of a YAML text.
 * @param origin named in the sentence
 * @param exit code of the error
 * @throws UserError where it is no YAML, or an alias of it (`*name`) stands inside of what it names
 */
export function parseYaml(text: string, origin: string, exit: 1 | 2 = 1): unknown {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0].replace(/:$/, "") : error;
    throw new UserError(`${origin} is not YAML: ${why}.`, exit);
  }
  const key = ownAncestor(value, [], "");
  if (key === undefined) return value;
  throw new UserError(
    `${origin}: ${key ? `"${key}"` : "the whole"} holds itself by an alias (*name), so that it has no end; write its value out.`,
    exit,
  );
}

/** The key path of a value that is its own ancestor. The parser bounds depth and aliases, so the recursion is bounded. */
function ownAncestor(value: unknown, ancestors: readonly object[], key: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (ancestors.includes(value)) return key;
  for (const [name, item] of Object.entries(value)) {
    const found = ownAncestor(item, [...ancestors, value], key ? `${key}.${name}` : name);
    if (found !== undefined) return found;
  }
  return undefined;
}
