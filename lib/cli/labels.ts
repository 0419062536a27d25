/** The value of `--labels`: types on the command line, or a file of them. */
import { existsSync, statSync } from "node:fs";
import { usageError } from "../errors";
import { quote } from "../files/json-object";
import { type DescribedTypes, isDescribed } from "../gliner/reading/described";
import { typesOfFile } from "./label-file";

/** How a file is written where a type is not: with the ending of a text, or a path that begins at a folder. */
const FILE_LIKE = /\.(txt|jsonl?|ya?ml|[ct]sv|li?st|labels|md|toml|ini|gz)$|^(\.{0,2}|~|[A-Za-z]:)[\\/]/i;

/** The same without descriptions. @throws UserError like `readTypes`, and where a file has descriptions */
export function readLabels(value: string): string[] {
  const types = readTypes(value);
  if (!isDescribed(types)) return types;
  throw usageError(`--labels: ${value} gives descriptions, which only predict asks for; wanted a list of names.`);
}

/**
 * Types separated by commas, or a file with a JSON list, one type a line, or a JSON object of descriptions by name; how many a file has is said on standard error.
 * A file that is there is read; a folder is none, so that a type may be called like one; a name that looks like a file must be one
 * that is there. Any other text is a type: "date/time" too.
 * @throws UserError where a file is absent or of another form, or there is no type
 */
export function readTypes(value: string): string[] | DescribedTypes {
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

function said<Types extends string[] | DescribedTypes>(types: Types, path: string): Types {
  const names: string[] = Array.isArray(types) ? types : Object.keys(types);
  const shown = names.slice(0, 5).join(", ") + (names.length > 5 ? ", ..." : "");
  const how = isDescribed(types) ? " with descriptions" : "";
  process.stderr.write(`--labels: ${names.length} type${names.length === 1 ? "" : "s"}${how} from ${path}: ${shown}\n`);
  return types;
}
