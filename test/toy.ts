/** The sentences of data/toy: a small grammar with names of which half are in the test alone. */
import type { NerRecord, NerSpan } from "../lib/data/records";
import { type RandomStream, randomStream } from "../lib/random";

/** Each list: the first half for training and test, the second for the test alone. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  person: [
    "Anna Lopez",
    "Ben Moreau",
    "Carla Weiss",
    "Dina Sato",
    "Emil Hart",
    "Farid Nasser",
    "Gita Rao",
    "Hugo Lind",
  ],
  city: ["Lagos", "Tokyo", "Oslo", "Quito", "Porto", "Hanoi", "Turin", "Kyoto"],
  company: [
    "Nordlane Bank",
    "Eastport Trade",
    "Silva Group",
    "Tarn Foods",
    "Belo Market",
    "Orla Works",
    "Kinko Tea",
    "Marl Press",
  ],
  date: [
    "in May 1998",
    "in March 2021",
    "on Monday",
    "in June 2003",
    "on Friday",
    "in April 1984",
    "on Sunday",
    "in July 2012",
  ],
  food: ["rice", "green tea", "black bread", "soup", "fish", "apple pie", "beans", "goat cheese"],
};

const PATTERNS = [
  "{person} visited {city} {date} .",
  "{company} opened a shop in {city} .",
  "{person} works for {company} .",
  "the people of {city} eat {food} .",
  "{date} the price of {food} went up slowly .",
  "{person} and {person} met in {city} {date} .",
  "{company} sold {food} to {company} .",
  "researchers said the results may change soon .",
  "{person} cooked {food} for the team .",
  "there was no plan for the market {date} .",
];

/** The type of a date is without its preposition. */
const PREPOSITIONS = new Set(["in", "on"]);

/** @returns records of both parts, always the same ones */
export function toyRecords(): Record<"train" | "test", NerRecord[]> {
  const random = randomStream(0, "toy");
  const draw = (count: number, share: number) => Array.from({ length: count }, () => sentence(random, share));
  return { train: draw(160, 0.5), test: draw(120, 1) };
}

/** @param share of every list that names are drawn from */
function sentence(random: RandomStream, share: number): NerRecord {
  const pattern = PATTERNS[random.integer(0, PATTERNS.length - 1)];
  const tokens: string[] = [];
  const ner: NerSpan[] = [];
  for (const part of pattern.split(" ")) {
    const type = /^\{(\w+)\}$/.exec(part)?.[1];
    const list = type === undefined ? [part] : WORDS[type];
    const words = list[random.integer(0, Math.max(0, Math.floor(list.length * share) - 1))].split(" ");
    const start = tokens.length + (PREPOSITIONS.has(words[0]) ? 1 : 0);
    tokens.push(...words);
    if (type !== undefined) ner.push([start, tokens.length - 1, type]);
  }
  return { tokens, ner };
}
