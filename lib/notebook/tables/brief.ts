/** Any value in one short line, for a field of a table. */
import { inspect } from "node:util";
import { readableNumber } from "../html";

/** Nested values are written out to this depth. */
const DEPTH = 3;
/** Most values of a nested list or object that are written out. */
const WIDTH = 20;

/** The value in a line; a model, a tensor and the like by their name and size. */
export function brief(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "";
  if (typeof value === "number") return readableNumber(value);
  if (typeof value === "string") return value;
  return typeof value === "object" ? nested(value, 0) : String(typeof value === "function" ? inspect(value) : value);
}

function nested(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return value === undefined ? "undefined" : brief(value);
  if (value instanceof Date) return dateText(value);
  if (isTensor(value)) return `Tensor ${value.dtype} [${value.shape.join(", ")}]`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView)))
    return list(Array.from(Object(value)), depth);
  if (value instanceof Set) return `Set ${list([...value], depth)}`;
  if (value instanceof Map)
    return `Map ${fields(
      [...value].map(([key, part]) => [brief(key), part]),
      depth,
    )}`;
  if (inspect.custom in value) return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
  const name = classOf(value);
  return name === "" ? fields(Object.entries(value), depth) : name;
}

function list(values: readonly unknown[], depth: number): string {
  if (values.length > 0 && depth >= DEPTH) return `[${values.length} values]`;
  const parts = values.slice(0, WIDTH).map((part) => nested(part, depth + 1));
  return `[${[...parts, ...more(values.length)].join(", ")}]`;
}

function fields(entries: readonly (readonly [string, unknown])[], depth: number): string {
  if (entries.length > 0 && depth >= DEPTH) return `{${entries.length} fields}`;
  const parts = entries.slice(0, WIDTH).map(([name, part]) => `${name}: ${nested(part, depth + 1)}`);
  return `{${[...parts, ...more(entries.length)].join(", ")}}`;
}

function more(count: number): string[] {
  return count > WIDTH ? [`… ${count - WIDTH} more`] : [];
}

/** The name of a class's instance; "" for a plain object. */
function classOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== "object" || prototype === null || !("constructor" in prototype)) return "";
  const made = prototype.constructor;
  return typeof made === "function" && made.name !== "Object" ? made.name : "";
}

/** A day, or a day and a time (UTC). */
function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return "Invalid Date";
  return date.toISOString().replace(/T00:00:00\.000Z$/, "");
}

interface TensorLike {
  dtype: string;
  shape: readonly number[];
}

function isTensor(value: object): value is TensorLike {
  return "dataId" in value && "dtype" in value && "shape" in value && Array.isArray(value.shape);
}
