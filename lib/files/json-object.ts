/** JSON out of files that nobody has to trust. */
import { closeSync, readFileSync } from "node:fs";
import { UserError } from "../errors";
import { openFile } from "./bytes";
import { textOf } from "./pieces";

export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Parses JSON whose objects name no key twice, at any depth: JSON.parse alone keeps the last one in silence.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (writtenKeys(text) !== parsedKeys(value)) throw new SyntaxError("an object of it names a key twice");
  return value;
}

/** The vocabulary of mDeBERTa has 17 MB; what is larger is an attack or a mistake. */
const MOST = { bytes: 100_000_000, values: Number.POSITIVE_INFINITY };

/**
 * Reads a file that holds one object.
 * @param what the reader wanted, for the sentence: "the files of a model folder"
 * @param most a parsed value takes a hundred times the memory of its bytes: refused before it is parsed
 * @throws UserError where it is absent, too large, not JSON, another value, or names a key twice
 */
export function readJsonObject(path: string, what: string, most = MOST): JsonObject {
  const { descriptor, size } = openFile(path, what);
  try {
    if (size > most.bytes) throw new UserError(`${path} has ${size} bytes; wanted ${what}, at most ${most.bytes}.`);
    const bytes = readFileSync(descriptor);
    const values = Number.isFinite(most.values) ? countOf(COMMA, bytes) : 0;
    if (values > most.values)
      throw new UserError(`${path} has some ${values} values; wanted ${what}, at most ${most.values}.`);
    const value = parseJson(textOf({ bytes, line: 1 }, path));
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(`${path} is not JSON: ${quote(error.message).slice(1, -1)}; wanted ${what}.`);
  } finally {
    closeSync(descriptor);
  }
  throw new UserError(`${path} is not a JSON object; wanted ${what}.`);
}

const COMMA = 0x2c;

function countOf(byte: number, bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) count++;
  return count;
}

/** The keys in a text that is known to be JSON: every colon outside of a string follows one. */
function writtenKeys(text: string): number {
  let keys = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === ":") keys++;
    else if (text[i] === '"') while (text[++i] !== '"') if (text[i] === "\\") i++;
  }
  return keys;
}

/** Without recursion: hostile JSON is nested as deeply as it is long. */
function parsedKeys(value: unknown): number {
  let keys = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null) continue;
    const parts = Object.values(next);
    if (!Array.isArray(next)) keys += parts.length;
    for (const part of parts) if (typeof part === "object" && part !== null) open.push(part);
  }
  return keys;
}

/** Somebody else's text or value for a message: in one line, and short. */
export function quote(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item !== "object"))
    return `[${value.slice(0, 8).map(quote).join(",")}${value.length > 8 ? ",..." : ""}]`;
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a nested list" : "an object";
  const text = String(value);
  const plain = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
  return typeof value === "string" ? plain : plain.slice(1, -1);
}
