/** Two configurations side by side, key by key. */
import { type ConfigurationDiff, sideWords } from "../../audit/diff/diff";
import type { Display } from "../display";
import { table } from "../table";

/** Shows what differs between two configurations; a row whose "differs" is "no" is a line that does nothing. */
export function diffTable({ a, b, rows }: ConfigurationDiff, title?: string): Display {
  const nameOf = ({ name, era }: ConfigurationDiff["a"]) => `${name}${era ? `, version ${era}` : ""}`;
  const head = title ?? `${nameOf(a)} against ${nameOf(b)}`;
  if (rows.length === 0) return table([{ key: "No difference that decides a score." }], { title: head });
  const lines = rows.map(({ key, words, a: left, b: right, matters }) => ({
    key,
    decides: words ?? "not known here",
    A: sideWords(left),
    B: sideWords(right),
    differs: matters ? "yes" : "no",
  }));
  return table(lines, { title: head });
}
