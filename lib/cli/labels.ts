/** The value of `--labels`: types on the command line, or a file of them. */
import { existsSync, statSync } from "node:fs";
import { usageError } from "../errors";
import { quote } from "../files/json-object";
import { typesOfFile } from "./label-file";

/** How a file is written where a type is not: with the ending of a text, or a path that begins at a folder. */
const FILE_LIKE = /\.(txt|jsonl?|ya?ml|[ct]sv|li?st|labels|md|toml|ini|gz)$|^(\.{0,2}|~|[A-Za-z]:)[\\/]/i;

/**
 * Types separated by commas, or a file with a JSON list or one type a line; how many a file has is said on standard error.
 * A file that is there is read; a folder is none, so that a type may be called like one; a name that looks like a file must be one
 * that is there. Any other text is a type: "date/time" too.
 * @throws UserError where a file is absent or of another form, or there is no type
 */
export function readLabels(value: string): string[] {
  const isThere = existsSync(value);
  if (isThere && statSync(value).isFile()) return said(typesOfFile(value), value);
  const types = value.split(",").flatMap((part) => part.trim() || []);
  const path = FILE_LIKE.test(value) ? value : types.find((type) => FILE_LIKE.test(type));
  if (path !== undefined)
    throw usageError(
      `--labels: ${path} looks like a file and is ${isThere ? "no regular one" : "not there"}; wanted a file of types, or types such as person,city.`,
    );
  if (types.length === 0)
    throw usageError(`--labels got ${quote(value)}, wanted at least one entity type, such as person,city.`);
  return types;
}

function said(types: string[], path: string): string[] {
  const shown = types.slice(0, 5).join(", ") + (types.length > 5 ? ", ..." : "");
  process.stderr.write(`--labels: ${types.length} type${types.length === 1 ? "" : "s"} from ${path}: ${shown}\n`);
  return types;
}
