/** Tags -> spans and back, in the schemes of column files (BIO and its relatives). */
import { UserError } from "../../errors";
import type { NerSpan } from "../records";
import type { Tally } from "./tally";

/**
 * How a tag a word spells mentions. In each a mention of type x is
 *
 *     iob2    B-x I-x I-x                            (CoNLL-2002 and most files called BIO)
 *     iob1    I-x I-x I-x, and B-x only where a mention of the same type ends just before it   (CoNLL-2003)
 *     iobes   B-x I-x E-x, or S-x for one word       bilou   the same with L and U for E and S
 *     bmes    B-x M-x E-x, or S-x for one word       (Chinese sets, a sign a line)
 *     io      x x x: two mentions of one type side by side are one
 */
export const SCHEMES = ["iob1", "iob2", "iobes", "bilou", "bmes", "io"] as const;
export type Scheme = (typeof SCHEMES)[number];

/** A tag taken apart; `prefix` is O for no mention, I for a bare tag. */
export interface Tag {
  prefix: "B" | "I" | "O" | "E" | "S" | "L" | "U" | "M";
  type: string;
}

const PREFIXES: Record<Scheme, string> = {
  iob1: "BI",
  iob2: "BI",
  iobes: "BIES",
  bilou: "BILU",
  bmes: "BMES",
  io: "I",
};

/** Takes one tag apart. @throws UserError where it is no tag of the scheme */
export function readTag(tag: string, scheme: Scheme, where: string): Tag {
  if (tag === "O") return { prefix: "O", type: "" };
  const [, prefix, type] = /^([BIESLUM])-(.+)$/s.exec(tag) ?? [];
  if (prefix !== undefined && PREFIXES[scheme].includes(prefix)) return { prefix: prefix as Tag["prefix"], type };
  if (scheme === "io" && tag !== "") return { prefix: "I", type: tag };
  const wanted = scheme === "io" ? "O or a type" : ["O", ...[...PREFIXES[scheme]].map((p) => `${p}-x`)].join(", ");
  throw new UserError(`${where}: the tag ${JSON.stringify(tag)} is not of the scheme ${scheme}; wanted ${wanted}.`);
}

/** True where a tag begins a mention, as conlleval and seqeval's default mode see it: the scheme makes no difference. */
export function begins(tag: Tag, before: Tag): boolean {
  if (tag.prefix === "O") return false;
  return "BSU".includes(tag.prefix) || "OESLU".includes(before.prefix) || tag.type !== before.type;
}

export const OUTSIDE: Tag = { prefix: "O", type: "" };

/**
 * Tags -> spans. What breaks the scheme's rules is read as conlleval reads it, and counted.
 * @param where names the place of word i
 */
export function tagSpans(
  tags: readonly Tag[],
  scheme: Scheme,
  tally: Tally,
  where: (word: number) => string,
): NerSpan[] {
  const spans: NerSpan[] = [];
  let start = -1;
  for (let i = 0; i <= tags.length; i++) {
    const tag = tags[i] ?? OUTSIDE;
    const before = tags[i - 1] ?? OUTSIDE;
    const goesOn = start >= 0 && tag.prefix !== "O" && !begins(tag, before);
    if (start >= 0 && !goesOn) {
      spans.push([start, i - 1, before.type]);
      if (endsEarly(before, scheme)) tally.repair("no_end", where(i - 1));
      start = -1;
    }
    if (!begins(tag, before)) continue;
    start = i;
    if (isOrphan(tag, scheme)) tally.repair("i_without_begin", where(i));
    if (needless(tag, before, scheme)) tally.repair("begin_not_needed", where(i));
  }
  return spans;
}

/** A mention that begins with a tag that should go on with one. */
export const isOrphan = ({ prefix }: Tag, scheme: Scheme) =>
  scheme !== "iob1" && scheme !== "io" && "IELM".includes(prefix);

/** A B- that IOB1 would not write. */
export const needless = ({ prefix, type }: Tag, before: Tag, scheme: Scheme) =>
  scheme === "iob1" && prefix === "B" && (before.prefix === "O" || before.type !== type);

const endsEarly = ({ prefix }: Tag, scheme: Scheme) =>
  ((scheme === "iobes" || scheme === "bmes") && !"ES".includes(prefix)) ||
  (scheme === "bilou" && !"LU".includes(prefix));

/**
 * Spans -> tags, in the order of the words. Where spans overlap, the one that begins first, then the longer one, keeps its
 * words; the others are counted as not written.
 */
export function spanTags(
  words: number,
  spans: readonly NerSpan[],
  scheme: Scheme,
  tally: Tally,
  where: string,
): string[] {
  const tags: string[] = Array.from({ length: words }, () => "O");
  let free = 0;
  let last: NerSpan | undefined;
  for (const span of spans.slice().sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    const [start, end, type] = span;
    if (start < free) {
      tally.repair("overlap_not_written", where);
      continue;
    }
    const touches = last !== undefined && last[1] === start - 1 && last[2] === type;
    if (touches && scheme === "io") tally.repair("boundary_not_written", where);
    for (let i = start; i <= end; i++) tags[i] = tagAt(i, span, scheme, touches);
    free = end + 1;
    last = span;
  }
  return tags;
}

function tagAt(i: number, [start, end, type]: NerSpan, scheme: Scheme, touches: boolean): string {
  if (scheme === "io") return type;
  if (scheme === "iob1") return `${i === start && touches ? "B" : "I"}-${type}`;
  if (scheme === "iob2") return `${i === start ? "B" : "I"}-${type}`;
  const [end_, single] = scheme === "bilou" ? ["L", "U"] : ["E", "S"];
  if (start === end) return `${single}-${type}`;
  return `${i === start ? "B" : i === end ? end_ : scheme === "bmes" ? "M" : "I"}-${type}`;
}

/** A sentence before its tags are read: words, tags by layer, and the line of each word. */
export interface Rows {
  tokens: string[];
  layers: string[][];
  lines: number[];
}
