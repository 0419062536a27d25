/** What the exports of annotation tools have in common: a text, lists of mentions, and what a record has no place for. */
import { UserError } from "../../../errors";
import { isObject, type JsonObject, quote } from "../../../files/json-object";
import { foundKeys } from "../../known-keys";
import type { Repair, Tally } from "../tally";
import type { OffsetItem, OffsetMention } from "./item";

/** A text with its place. */
export interface PlacedItem {
  item: OffsetItem;
  where: string;
}

/** @throws UserError where it is no object */
export function objectOf(value: unknown, wanted: string, where: string): JsonObject {
  if (isObject(value)) return value;
  throw new UserError(`${where}: ${quote(value)} is no object; wanted ${wanted}.`);
}

/**
 * The text, under the name that the reader says or the first of the usual ones.
 * @throws UserError where there is none
 */
export function textOfItem(
  value: JsonObject,
  names: readonly string[],
  given: string | undefined,
  where: string,
): string {
  const name = given ?? names.find((key) => typeof value[key] === "string");
  const text = name === undefined ? undefined : value[name];
  if (typeof text === "string") return text;
  throw new UserError(
    `${where}: there is no text under ${(given ? [given] : names).map((key) => `"${key}"`).join(" or ")}; ${foundKeys(value)}; --text says which key holds it.`,
  );
}

/** The items of a list; undefined where there is none. */
export const listOf = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined);

/** @throws UserError where the places are no numbers, or the type is no name */
export function mentionOf(
  { start, end, label, stated }: { start: unknown; end: unknown; label: unknown; stated?: unknown },
  where: string,
): OffsetMention {
  const place = (value: unknown) => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value);
  const [from, to] = [place(start), place(end)];
  if (typeof from !== "number" || typeof to !== "number")
    throw new UserError(`${where} goes from ${quote(start)} to ${quote(end)}, wanted two numbers of characters.`);
  if (typeof label !== "string" || label.trim() === "")
    throw new UserError(`${where} has the label ${quote(label)}, wanted the name of a type.`);
  return { start: from, end: to, label: label.trim(), ...(typeof stated === "string" && { stated }) };
}

/** Counts what stands under a key and has no place in a record. */
export function notHeld(value: unknown, kind: Repair, tally: Tally, where: string): void {
  const count = Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0;
  tally.repair(kind, where, count);
}
