/**
 * Texts longer than the model takes, read in overlapping windows.
 *
 * Differs from upstream: LimitedReader 0.2.29 reads the first `max_len` words (with a warning), cuts again at the encoder's limit in
 * subwords (without one), and drops the rest. A text that fits is one window here, and computed exactly as without.
 */
import { checkRoom, promptText } from "../../batch/prompt";
import { longestSequence } from "../../encoder";
import { UserError, usageError, warnOnce } from "../../errors";
import { isTokenLevel } from "../../model/config";
import type { SpanCandidate } from "../../model/decode";
import { checkNumber } from "../../options";
import type { LimitedReader, Reader } from "./reader";
import { typesOfTexts } from "./types-asked";

/** In words. */
export interface WindowOptions {
  /** Longest window; default and at most `max_len`. Windows are shorter where the encoder's limit of subwords comes first. */
  words?: number;
  /**
   * Words that two neighbours share; default 64, or half of a shorter window. At least `max_width - 1`; of a window that the
   * prompt makes shorter half, or `max_width - 1` where that is no more than two thirds of it.
   */
  overlap?: number;
}

/** The words [start, end) of a text. */
export interface Window {
  start: number;
  end: number;
}

/** What bounds a window: words, and subwords of the text (`room`, the prompt's are already taken off). */
export interface WindowLimits {
  words: number;
  overlap: number;
  /** Of a window that `room` makes shorter neighbours share half, but no less than this, up to two thirds. Default 0. */
  leastOverlap?: number;
  room: number;
}

/**
 * The same model, reading whole texts: its candidates are numbered by the words of the whole text, and each stands in the
 * list once. Decoding them is the caller's, over the whole text at once.
 * @throws UserError where the options do not fit the model, or the prompt leaves no room for text
 */
export function inWindows(model: LimitedReader, options: WindowOptions = {}): Reader {
  const sizes = windowSizes(model, options);
  return {
    async candidates(tokens, labels, rest) {
      const types = typesOfTexts(labels, tokens.length);
      const rooms = new Rooms(model);
      const plans = tokens.map((words, text) =>
        planWindows(subwordsOf(model, words), { ...sizes, room: rooms.of(types[text]) }),
      );
      const long = plans.flatMap((windows, text) => (windows.length > 1 ? [text] : []));
      checkWidths(model, rooms, types, plans, long);
      const told = rest.onWindows ?? (() => model.textsInWindows++);
      for (const text of long) told(text);
      if (tokens.length === 0) return [];
      const parts = plans.flatMap((windows, text) => windows.map((window) => ({ text, ...window })));
      const found = await model.candidates(
        parts.map(({ text, start, end }) => tokens[text].slice(start, end)),
        parts.map(({ text }) => types[text]),
        { ...rest, onWordsLost: (part, words) => rest.onWordsLost?.(parts[part].text, words) },
      );
      return plans.map((windows) => mergeWindows(windows, found.splice(0, windows.length)));
    },
  };
}

/**
 * Windows that together hold every word, each as long as the limits allow. A word that alone exceeds the room still has
 * its place in one: the encoder reads as much of it as fits.
 * @param subwords of each word
 */
export function planWindows(subwords: readonly number[], limits: WindowLimits): Window[] {
  const { words, overlap, leastOverlap = 0, room } = limits;
  const reach = (start: number): number => {
    let end = start;
    let used = 0;
    while (end < subwords.length && end - start < words) {
      used += subwords[end];
      if (used > room && end > start) break;
      end++;
    }
    return end;
  };
  const windows = [{ start: 0, end: reach(0) }];
  for (let last = windows[0]; last.end < subwords.length; last = windows[windows.length - 1]) {
    // All of a narrow window but a word would be read again in the next: as many windows as words.
    const length = last.end - last.start;
    // And beyond two thirds, each word is read more than three times: of a few words, with all of a long prompt.
    const least = Math.min(leastOverlap, Math.floor((2 * length) / 3));
    const shared = length < words ? Math.min(overlap, Math.max(least, length >> 1)) : overlap;
    let start = Math.max(last.start + 1, last.end - shared);
    // Behind a very long word the overlap shrinks until the window holds something new.
    while (reach(start) <= last.end) start++;
    windows.push({ start, end: reach(start) });
  }
  return windows;
}

/**
 * The candidates of all windows of one text as one list, in the order of a single pass: start, end, type.
 *
 * A span that several windows hold is taken from the one in which it lies furthest inside, and what the others say of it
 * is left out. At a window's edge the model sees part of an entity ("Bank of" without "America") and half of its context;
 * the highest of the scores would prefer just those, and, as a maximum of several tries, favour spans in overlaps.
 * @param found of each window, numbered by its own words
 */
export function mergeWindows(windows: readonly Window[], found: readonly SpanCandidate[][]): SpanCandidate[] {
  if (windows.length === 1) return found[0];
  const own = windows.flatMap((window, w) =>
    found[w]
      .map((span) => ({ ...span, start: span.start + window.start, end: span.end + window.start }))
      .filter((span) => ownerOf(windows, span) === w),
  );
  return own.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The window in which a span lies furthest from the edges; of equal ones the first; -1 where none holds it whole. */
export function ownerOf(windows: readonly Window[], span: { start: number; end: number }): number {
  const length = windows[windows.length - 1].end;
  let owner = -1;
  let deepest = -1;
  windows.forEach(({ start, end }, w) => {
    if (span.start < start || span.end >= end) return;
    // The ends of the text are no edges: nothing is cut there.
    const left = start === 0 ? Number.POSITIVE_INFINITY : span.start - start;
    const right = end === length ? Number.POSITIVE_INFINITY : end - 1 - span.end;
    const depth = Math.min(left, right);
    if (depth > deepest) [owner, deepest] = [w, depth];
  });
  return owner;
}

/** Words that neighbours must share so that every span the model knows lies whole in one of them. */
function smallestOverlap({ config }: LimitedReader): number {
  return isTokenLevel(config) ? 0 : Math.min(config.max_width, config.max_len) - 1;
}

const OVERLAP = 64;

function windowSizes(model: LimitedReader, options: WindowOptions): Omit<WindowLimits, "room"> {
  const { max_len } = model.config;
  const words = options.words === undefined ? max_len : checkNumber("words", options.words, "window");
  const least = smallestOverlap(model);
  if (!(Number.isInteger(words) && words > least && words <= max_len))
    throw usageError(`a window of ${words} words, wanted a whole number from ${least + 1} to max_len ${max_len}.`);
  const { overlap = Math.max(least, Math.min(OVERLAP, words >> 1)) } = options;
  checkNumber("overlap", overlap);
  if (!(Number.isInteger(overlap) && overlap >= least && overlap < words))
    throw usageError(
      `windows of ${words} words overlap by ${overlap}, wanted a whole number from ${least} to ${words - 1}.`,
    );
  return { words, overlap, leastOverlap: least };
}

/** Subwords that a sequence has left for its text, by its types; lists that texts share are counted once. */
class Rooms {
  private readonly known = new Map<readonly string[], number>();

  constructor(private readonly model: LimitedReader) {}

  of(types: readonly string[]): number {
    const known = this.known.get(types);
    if (known !== undefined) return known;
    const { tokenizer, config } = this.model.model;
    const { promptLength } = promptText([], types, tokenizer, config);
    checkRoom(promptLength, types.length, longest(this.model));
    const room = longest(this.model) - promptLength;
    this.known.set(types, room);
    return room;
  }
}

const longest = ({ model: { tokenizer, encoder } }: LimitedReader): number =>
  Math.min(tokenizer.modelMaxLength, longestSequence(encoder));

/** Texts under one list of types have windows of one width. */
function checkWidths(
  model: LimitedReader,
  rooms: Rooms,
  types: readonly (readonly string[])[],
  plans: readonly (readonly Window[])[],
  long: readonly number[],
): void {
  for (const asked of new Set(long.map((text) => types[text]))) {
    const own = long.filter((text) => types[text] === asked);
    checkWidth(
      model,
      rooms.of(asked),
      own.map((text) => plans[text]),
    );
  }
}

/** So much of a full window, and the windows are worth a word. */
const NARROW = 1 / 4;

/** Windows can be so narrow that wide entities find no place in one: never in silence. */
function checkWidth(model: LimitedReader, room: number, plans: readonly (readonly Window[])[]): void {
  const { max_width } = model.config;
  if (room < max_width)
    throw new UserError(
      `the prompt leaves ${room} of the encoder's ${longest(model)} subwords for the text, wanted at least max_width ${max_width}; ask for fewer types at once (labelsAtOnce).`,
    );
  const lengths = plans.flatMap((windows) => windows.map(({ start, end }) => end - start));
  const widest = lengths.reduce((most, length) => Math.max(most, length), 0);
  if (widest < NARROW * model.config.max_len && room < NARROW * longest(model))
    warnOnce(
      `the prompt takes ${longest(model) - room} of the encoder's ${longest(model)} subwords: windows of at most ${widest} words, ${lengths.length} of them for ${plans.length} ${plans.length === 1 ? "text" : "texts"}; fewer types at once (labelsAtOnce) make them wider and the work shorter, and change the scores.`,
    );
  if (plans.some((windows) => narrowest(windows) < smallestOverlap(model)))
    warnOnce(
      "a long prompt or a very long word leaves so little room that some windows of a long text overlap by less than max_width - 1 words: wide entities across their edges are not seen.",
    );
}

const subwordsOf = ({ model: { tokenizer } }: LimitedReader, words: readonly string[]): number[] =>
  words.map((word) => tokenizer.encodeWord(word).length);

/** The smallest overlap of neighbours. */
function narrowest(windows: readonly Window[]): number {
  const overlaps = windows.slice(1).map(({ start }, i) => windows[i].end - start);
  return overlaps.reduce((least, overlap) => Math.min(least, overlap), Number.POSITIVE_INFINITY);
}
