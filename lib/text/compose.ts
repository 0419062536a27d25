/**
 * Text as people have it -> composed text (NFC), with the way back to the offsets of the text as it came.
 *
 * "é" may be one character or an "e" with an accent behind it. They look the same; GLiNER's splitter cuts the second form into two
 * words, and a tokenizer without accents then has nothing for one of them. File names of macOS, PDF extracts and Vietnamese or Korean
 * keyboards bring the second form.
 */

/** Where a text and its composed form differ: clusters of characters, in order. */
interface Changes {
  /** First unit and the unit behind the last, of each changed cluster. */
  starts: number[];
  ends: number[];
}

/** A text in two forms, and the offsets (UTF-16) of one in the other. */
export class ComposedText {
  private readonly before: Changes = { starts: [], ends: [] };
  private readonly after: Changes = { starts: [], ends: [] };

  /** The composed form. */
  readonly text: string;

  constructor(readonly original: string) {
    this.text = original.normalize("NFC");
    if (this.text === original) return;
    let at = 0;
    for (const { text, start } of clusters(original)) {
      const composed = text.normalize("NFC");
      if (composed !== text) {
        push(this.before, start, start + text.length);
        push(this.after, at, at + composed.length);
      }
      at += composed.length;
    }
  }

  /** Clusters of characters that are written otherwise in the composed form. */
  get changes(): number {
    return this.before.starts.length;
  }

  /**
   * A stretch of the composed text as one of the original. An edge inside a changed cluster moves outwards: part of a character is the
   * whole character.
   */
  toOriginal(start: number, end: number): [start: number, end: number] {
    return stretch(this.after, this.before, start, end);
  }

  /** The way there, by the same rule. */
  toComposed(start: number, end: number): [start: number, end: number] {
    return stretch(this.before, this.after, start, end);
  }
}

function push({ starts, ends }: Changes, start: number, end: number): void {
  starts.push(start);
  ends.push(end);
}

function stretch(from: Changes, to: Changes, start: number, end: number): [number, number] {
  const first = moved(from, to, start, to.starts);
  return [first, end > start ? moved(from, to, end, to.ends) : first];
}

/** @param edge where an offset inside a changed cluster goes: to its start or to its end */
function moved(from: Changes, to: Changes, unit: number, edge: readonly number[]): number {
  const n = lastBelow(from.starts, unit);
  if (n < 0) return unit;
  return unit < from.ends[n] ? edge[n] : unit - from.ends[n] + to.ends[n];
}

/** The last number below `unit`; -1 where none is. */
function lastBelow(numbers: readonly number[], unit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < unit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The smallest stretches that can be composed one by one: a character with its marks, and what composes with the next one too, as
 * the letters of a Korean syllable do.
 */
function* clusters(text: string): Generator<{ text: string; start: number }> {
  let last: { text: string; start: number } | undefined;
  for (const [next] of text.matchAll(/\P{M}\p{M}*|\p{M}+/gu)) {
    if (last && !composeApart(last.text, next)) last.text += next;
    else {
      if (last) yield last;
      last = { text: next, start: last ? last.start + last.text.length : 0 };
    }
  }
  if (last) yield last;
}

/** Nothing below U+0300 composes with what stands before it. */
const composeApart = (a: string, b: string): boolean =>
  b.charCodeAt(0) < 0x300 || (a + b).normalize("NFC") === a.normalize("NFC") + b.normalize("NFC");
