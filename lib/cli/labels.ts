import { existsSync, readFileSync, statSync } from "node:fs";
import { extname } from "node:path";
import { UserError, usageError } from "../errors";

/**
 * The value of `--labels`: types separated by commas, or a file with a JSON list or one type a line. A name that looks like
 * a file (it has a path separator, or ends in .txt or .json) must be one that is there.
 */
export function readLabels(value: string): string[] {
  const file = existsSync(value) || /[\\/]/.test(value) || [".txt", ".json"].includes(extname(value));
  const labels = file ? labelsOf(value) : value.split(",");
  const trimmed = labels.map((label) => label.trim()).filter((label) => label !== "");
  if (trimmed.length === 0)
    throw usageError(`--labels got "${value}", wanted at least one entity type, such as person,city.`);
  return trimmed;
}

function labelsOf(path: string): string[] {
  if (!existsSync(path)) throw usageError(`--labels: the file ${path} does not exist.`);
  if (!statSync(path).isFile())
    throw usageError(`--labels: ${path} is a folder; wanted a file, or types such as person,city.`);
  // Windows editors open a file with a byte order mark, which trim takes away and JSON.parse does not take.
  const text = readFileSync(path, "utf8").trim();
  if (!text.startsWith("[")) return text.split(/\r?\n/);
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  } catch (error) {
    throw new UserError(`--labels: ${path} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
  throw new UserError(`--labels: ${path} is not a JSON list of strings.`);
}
