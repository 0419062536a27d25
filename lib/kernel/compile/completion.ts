/** Which of all that TypeScript could complete fits the word at the cursor, best first. */
import type * as TypeScript from "typescript";

export interface Completion {
  /** The word that a candidate replaces, in UTF-16 units of the cell. */
  start: number;
  end: number;
  candidates: string[];
}

/** @param position of the cursor, in UTF-16 units */
export function completion(
  entries: readonly TypeScript.CompletionEntry[],
  source: string,
  position: number,
): Completion {
  const before = /[\p{ID_Continue}$]*$/u.exec(source.slice(0, position))?.[0] ?? "";
  const after = /^[\p{ID_Continue}$]*/u.exec(source.slice(position))?.[0] ?? "";
  const word = before + after;
  const fitting = entries.map((entry) => ({ entry, rank: rank(entry.name, word) })).filter(({ rank }) => rank < 3);
  fitting.sort((a, b) => a.rank - b.rank || byOrder(a.entry, b.entry));
  return {
    start: position - before.length,
    end: position + after.length,
    candidates: fitting.map(({ entry }) => entry.name),
  };
}

/** 0 begins so, 1 begins so in other case, 2 holds it, 3 does not fit. */
function rank(name: string, word: string): number {
  if (name.startsWith(word)) return 0;
  const at = name.toLowerCase().indexOf(word.toLowerCase());
  return at === 0 ? 1 : at > 0 ? 2 : 3;
}

function byOrder(a: TypeScript.CompletionEntry, b: TypeScript.CompletionEntry): number {
  return a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : a.name.localeCompare(b.name);
}
