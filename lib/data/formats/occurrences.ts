/**
 * Where a mention stands in a text: at every run of words that equals its own words, whatever their case
 * (`process_pilener.py`, `data_proc.py`).
 */
import { splitTokens } from "../../text/words";

/** First and last word (inclusive) of one occurrence. */
export type Place = [first: number, last: number];

/** The plain form, which compares as the scripts do: every run of words joined by spaces and lower-cased. */
export function occurrencesPlainly(words: readonly string[], mention: readonly string[]): Place[] {
  const wanted = mention.join(" ").toLowerCase();
  const places: Place[] = [];
  if (mention.length === 0) return places;
  for (let i = 0; i + mention.length <= words.length; i++)
    if (
      words
        .slice(i, i + mention.length)
        .join(" ")
        .toLowerCase() === wanted
    )
      places.push([i, i + mention.length - 1]);
  return places;
}

/** The same for many mentions of one text: joined and lower-cased once, then searched as one string. */
export class Occurrences {
  /** The words between single spaces, with one before the first and one behind the last. */
  private readonly joined: string;
  /** Where each word begins in it. */
  private readonly starts: number[] = [];

  constructor(words: readonly string[]) {
    this.joined = ` ${words.join(" ")} `.toLowerCase();
    // No word holds a space; lower-casing may change a word's length (U+0130), so the words are found anew.
    for (let at = 0; at + 1 < this.joined.length; at = this.joined.indexOf(" ", at + 1)) this.starts.push(at + 1);
  }

  /** Every place of these words. */
  of(mention: readonly string[]): Place[] {
    const places: Place[] = [];
    if (mention.length === 0) return places;
    const wanted = ` ${mention.join(" ").toLowerCase()} `;
    for (let at = this.joined.indexOf(wanted); at >= 0; at = this.joined.indexOf(wanted, at + 1)) {
      const first = this.wordAt(at + 1);
      places.push([first, first + mention.length - 1]);
    }
    return places;
  }

  /** Every place of a mention given as text. */
  ofText(mention: string): Place[] {
    return this.of(splitTokens(mention));
  }

  /** The word that begins at this character: a binary search. */
  private wordAt(start: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
