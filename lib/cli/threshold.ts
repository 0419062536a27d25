/** The value of `--threshold`: a number, thresholds of types on the command line, or a JSON file of them. */
import { existsSync } from "node:fs";
import { usageError } from "../errors";
import { isObject, quote, readJsonObject } from "../files/json-object";
import type { Threshold } from "../gliner/reading/thresholds";
import { checkNumber } from "../options";
import type { Values } from "./command";

const WANTED = "a number from 0 to 1, type=number,type=number, or a JSON file of type: number";

/**
 * A file may be what `evaluate --thresholds` writes or `thresholdsFor` gives, or its `thresholds` alone; types that are not asked for may be in it.
 * @throws UserError (usage) for another value, or for a type on the command line that is not asked for
 */
export function readThreshold(values: Values, labels: readonly string[]): Threshold | undefined {
  const value = values.threshold;
  if (typeof value !== "string") return undefined;
  if (value.endsWith(".json") && existsSync(value)) return ofFile(value);
  if (value.endsWith(".json")) throw usageError(`--threshold: ${quote(value)} is not there; wanted ${WANTED}.`);
  if (!value.includes("=")) return checkNumber("threshold", asNumber(value), "--threshold");
  const given = value.split(",").map((part) => ofType(part, labels));
  const types = given.map(([type]) => type);
  const twice = types.find((type, i) => types.indexOf(type) !== i);
  if (twice !== undefined) throw usageError(`--threshold names ${quote(twice)} twice; wanted one number a type.`);
  return Object.fromEntries(given);
}

function ofFile(path: string): Threshold {
  const read = readJsonObject(path, "thresholds by type");
  const thresholds = isObject(read.thresholds) ? read.thresholds : read;
  return Object.fromEntries(
    Object.entries(thresholds).map(([type, value]) => [type, checkNumber("threshold", value, `${path}, "${type}",`)]),
  );
}

function ofType(part: string, labels: readonly string[]): [type: string, threshold: number] {
  const at = part.lastIndexOf("=");
  const type = part.slice(0, at).trim();
  if (at < 0 || !labels.includes(type))
    throw usageError(
      `--threshold names ${quote(at < 0 ? part : type)}, which --labels does not ask for; wanted ${WANTED}.`,
    );
  return [type, checkNumber("threshold", asNumber(part.slice(at + 1)), `--threshold of "${type}"`)];
}

/** What is no number is shown as it was written. */
function asNumber(text: string): number | string {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isNaN(value) ? text : value;
}
