/** What is wrong within one text of our own: its types' spelling, its mentions' edges, what is left unmarked. */
import { splitWords } from "../../../text/words";
import type { Sentence } from "../../marked/sentences";

/** One thing to mend, in a sentence of its own. */
export interface TextFinding {
  check: string;
  where: string;
  what: string;
}

export const MOST_WORDS = 12;
const MOST_WORDS_OF_A_TYPE = 5;
const TYPE = /^[\p{Ll}\p{N}]+(?:(?:' ?|[ -])[\p{Ll}\p{N}]+)*$/u;
/** Words that begin no mention in lower case: articles and possessives stay outside. */
const OUTSIDE = /^(?:the|my|our|your|his|her|their|its) /;

/** All findings of one text. */
export function textFindings(sentence: Sentence): TextFinding[] {
  const { where } = sentence;
  const checks = {
    "type spelling": misspelt,
    "mention edge": badEdges,
    "marked twice": twice,
    absent: notAbsent,
    unmarked,
  };
  return Object.entries(checks).flatMap(([check, find]) => find(sentence).map((what) => ({ check, where, what })));
}

/** Lower case, plain words, at most five. */
export function isTypeName(name: string): boolean {
  return TYPE.test(name) && name.split(" ").length <= MOST_WORDS_OF_A_TYPE;
}

function misspelt({ mentions, absent }: Sentence): string[] {
  const names = new Set([...mentions.map(({ label }) => label), ...absent]);
  return [...names].filter((name) => !isTypeName(name)).map((name) => `the type "${name}" is not plain lower case`);
}

function badEdges({ text, mentions, record }: Sentence): string[] {
  const wide = record.ner.filter(([first, last]) => last - first + 1 > MOST_WORDS);
  const words = wide.map(([first, last]) => record.tokens.slice(first, last + 1).join(" "));
  const begun = mentions.map(({ start, end }) => text.slice(start, end)).filter((words) => OUTSIDE.test(words));
  return [
    ...words.map((mention) => `"${mention}" has more than ${MOST_WORDS} words`),
    ...begun.map((mention) => `"${mention}" begins with a word that belongs outside`),
  ];
}

function twice({ text, mentions }: Sentence): string[] {
  const seen = new Set<string>();
  return mentions.flatMap(({ start, end, label }) => {
    const key = `${start} ${end} ${label}`;
    const known = seen.has(key);
    seen.add(key);
    return known ? [`"${text.slice(start, end)}" is marked twice as ${label}`] : [];
  });
}

function notAbsent({ mentions, absent }: Sentence): string[] {
  const marked = new Set(mentions.map(({ label }) => label));
  return absent.filter((type) => marked.has(type)).map((type) => `"${type}" is said to be absent and is marked`);
}

/** What is marked once in a text is marked wherever it stands there, alone or within a longer mention. */
function unmarked({ text, mentions }: Sentence): string[] {
  const starts = new Set(splitWords(text).map((word) => word.start));
  const ends = new Set(splitWords(text).map((word) => word.end));
  const names = new Set(mentions.map(({ start, end }) => text.slice(start, end)).filter((name) => name.length > 3));
  const isLoose = (at: number, end: number) =>
    starts.has(at) && ends.has(end) && !mentions.some((mention) => mention.start <= at && mention.end >= end);
  return [...names]
    .filter((name) => placesOf(name, text).some((at) => isLoose(at, at + name.length)))
    .map((name) => `"${name}" is marked, but not everywhere in the text`);
}

function placesOf(name: string, text: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) places.push(at);
  return places;
}
