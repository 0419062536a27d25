/** A file of types: a JSON list of names, one name a line, or a JSON object of descriptions. Anything else is refused: its marks would become types. */
import { UserError } from "../errors";
import { isObject, parseJson, quote } from "../files/json-object";
import { readText } from "../files/text";
import type { DescribedTypes } from "../gliner/reading/described";

const WANTED = "a JSON list of names, one name a line, or a JSON object {name: description}";

/** @throws UserError where it is of another form, not UTF-8, or holds no type */
export function typesOfFile(path: string): string[] | DescribedTypes {
  const text = readText(path, "a file of types").trim();
  if (text.startsWith("{")) return describedOf(parsed(text, path), path);
  const types = text.startsWith("[") ? listOf(parsed(text, path), path) : linesOf(text, path);
  if (types.length === 0) throw new UserError(`--labels: ${path} is empty; wanted ${WANTED}.`);
  return types;
}

function describedOf(value: unknown, path: string): DescribedTypes {
  if (!isObject(value)) throw new UserError(`--labels: ${path} is no JSON object, wanted ${WANTED}.`);
  const entries = Object.entries(value).map(([name, description]): [string, string] => {
    if (typeof description === "string" && description.trim() !== "") return [name, description.trim()];
    throw new UserError(`--labels: "${name}" of ${path} is ${quote(description)}, wanted what the type is, in words.`);
  });
  if (entries.length === 0) throw new UserError(`--labels: ${path} is empty; wanted ${WANTED}.`);
  return Object.fromEntries(entries);
}

function listOf(list: unknown, path: string): string[] {
  if (!Array.isArray(list)) throw new UserError(`--labels: ${path} is no JSON list, wanted ${WANTED}.`);
  const wrong = list.findIndex((item) => typeof item !== "string" || item.trim() === "");
  if (wrong >= 0)
    throw new UserError(`--labels: item ${wrong + 1} of ${path} is ${quote(list[wrong])}, wanted the name of a type.`);
  return list.map((item: string) => item.trim());
}

function parsed(text: string, path: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new UserError(
      `--labels: ${path} is not JSON (${error instanceof Error ? error.message : error}); wanted ${WANTED}.`,
    );
  }
}

/** What shows that a line is not the bare name of a type, and what it shows. */
const MARKS: readonly [mark: RegExp, what: string][] = [
  [/^([-*>] |#|---)/, "begins as a list or a remark does"],
  [/^["'`<{[]/, "begins with a quote or a bracket"],
  [/[,;\t]/, "holds a comma, a semicolon or a tab, as a table does"],
  [/:( |$)/, "holds a colon, as a mapping does"],
  [/[\p{Cc}\ufffd]/u, "holds a control character"],
];

function linesOf(text: string, path: string): string[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    const type = line.trim();
    const mark = MARKS.find(([pattern]) => pattern.test(type));
    if (mark)
      throw new UserError(
        `--labels: line ${i + 1} of ${path}, ${quote(type)}, ${mark[1]}; wanted ${WANTED} (in a JSON list a name may hold any sign).`,
      );
    return type || [];
  });
}
