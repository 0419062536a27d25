/**
 * How far two readers mark the same texts alike. The second one gets a sheet of bare texts, each under the types to look
 * for: those of the first reader and the absent ones, in alphabetical order.
 */
import { UserError } from "../../../errors";
import { randomStream } from "../../../random";
import type { MarkedText } from "../../marked/parse";
import { markedLine } from "../../marked/write";

export interface Agreement {
  texts: number;
  /** Mentions of each reader, and those that both have: the same words with the same type. */
  first: number;
  second: number;
  both: number;
  /** Mentions whose words the other reader marked too, with whatever type. */
  sameWords: number;
  /** 2 both / (first + second), 0..1; the same for words alone. */
  f1: number;
  f1Words: number;
  /** What only one reader marked, for reading: "text: [[words|type]]". */
  onlyFirst: string[];
  onlySecond: string[];
}

/** @param count texts, drawn without repetition by the seed */
export function blindSheet(sentences: readonly MarkedText[], count: number, seed: number): string {
  const drawn = randomStream(seed, "blind sheet").shuffle(sentences).slice(0, count);
  const lines = drawn.map(({ text, mentions, absent }) => {
    const types = [...new Set([...mentions.map(({ label }) => label), ...absent])].sort();
    return `# types: ${types.join(", ")}\n${markedLine({ text, mentions: [], absent: [] }, text)}\n`;
  });
  // With these words a mention may stand anywhere in a text, whatever its script.
  return `# words: intl\n${lines.join("")}`;
}

/** Texts are paired by their words. @throws UserError for a text of the second reader that the first has not */
export function agreement(first: readonly MarkedText[], second: readonly MarkedText[]): Agreement {
  const byText = new Map(first.map((marked) => [marked.text, marked]));
  const sums = { first: 0, second: 0, both: 0, sameWords: 0 };
  const onlyFirst: string[] = [];
  const onlySecond: string[] = [];
  for (const other of second) {
    const own = byText.get(other.text);
    if (!own) throw new UserError(`the sheet's text "${other.text}" is not in the corpus; wanted it unchanged.`);
    const [ours, theirs] = [keysOf(own), keysOf(other)];
    sums.first += ours.size;
    sums.second += theirs.size;
    sums.both += shared(ours, theirs);
    sums.sameWords += shared(placesOf(own), placesOf(other));
    onlyFirst.push(...[...ours].filter(([key]) => !theirs.has(key)).map(([, shown]) => shown));
    onlySecond.push(...[...theirs].filter(([key]) => !ours.has(key)).map(([, shown]) => shown));
  }
  const places = second.reduce((sum, { text, mentions }) => {
    const own = byText.get(text);
    return sum + placesOf({ mentions }).size + (own ? placesOf(own).size : 0);
  }, 0);
  const f1 = (2 * sums.both) / Math.max(1, sums.first + sums.second);
  return {
    texts: second.length,
    ...sums,
    f1,
    f1Words: (2 * sums.sameWords) / Math.max(1, places),
    onlyFirst,
    onlySecond,
  };
}

const keysOf = ({ text, mentions }: MarkedText) =>
  new Map(
    mentions.map(({ start, end, label }) => [
      `${start} ${end} ${label}`,
      `${text}: [[${text.slice(start, end)}|${label}]]`,
    ]),
  );
const placesOf = ({ mentions }: Pick<MarkedText, "mentions">) =>
  new Map(mentions.map(({ start, end }) => [`${start} ${end}`, ""]));
const shared = (one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>) =>
  [...one.keys()].filter((key) => other.has(key)).length;
