/** The doctor's look at label names: unlisted ones, unused ones, near-equal spellings, the order of the list. */
import type { DataFile } from "./data-file";

/** How a file's labels are spelled: against its list of types, and against one another. */
export interface LabelCounts {
  /** Types by frequency. */
  types: { label: string; mentions: number }[];
  /** Labels of the gold that the list does not have, whatever their case: these mentions can never match. */
  unlisted: { label: string; mentions: number; like?: string }[];
  /** Labels that the list has in another case: since GLiNER 0.2.3 the evaluation lower-cases both, before it did not. */
  otherCase: { label: string; listed: string; mentions: number }[];
  /** Listed types that no mention has. */
  unused: string[];
  /** Labels that look like two spellings of one. */
  alike: { one: string; other: string; how: Alike }[];
  /** How the list is ordered: the order in a prompt changes scores. */
  order?: "sorted" | "by frequency" | "by first appearance" | "none of these";
}

export type Alike = "case" | "separators" | "plural" | "one letter";

/** @param list the types that an evaluation asks for */
export function countLabels(file: DataFile, list?: readonly string[]): LabelCounts {
  const counts = new Map<string, number>();
  for (const label of labelsOf(file)) counts.set(label, (counts.get(label) ?? 0) + 1);
  const types = [...counts].map(([label, mentions]) => ({ label, mentions })).sort((a, b) => b.mentions - a.mentions);
  const labels = types.map(({ label }) => label);
  const lower = new Map((list ?? []).map((label) => [label.toLowerCase(), label]));
  const strange = list ? types.filter(({ label }) => !list.includes(label)) : [];
  return {
    types,
    unlisted: strange
      .filter(({ label }) => !lower.has(label.toLowerCase()))
      .map((row) => ({ ...row, like: list && alikeTo(row.label, list) })),
    otherCase: strange.flatMap(({ label, mentions }) => {
      const listed = lower.get(label.toLowerCase());
      return listed === undefined ? [] : [{ label, listed, mentions }];
    }),
    unused: (list ?? []).filter((label) => !labels.some((used) => used.toLowerCase() === label.toLowerCase())),
    alike: alikePairs(labels),
    ...(list && { order: orderOf(list, [...counts.keys()], labels) }),
  };
}

/** The label of every mention, of those too that no span of words stands for. */
function labelsOf({ items, records }: DataFile): string[] {
  if (items) return items.flatMap(({ item }) => item.entities.map(({ type }) => type));
  return records.flatMap(({ record }) => record.ner.map(([, , label]) => label));
}

function alikeTo(label: string, list: readonly string[]): string | undefined {
  const pair = alikePairs([label, ...list]).find(({ one, other }) => one === label || other === label);
  return pair && (pair.one === label ? pair.other : pair.one);
}

function orderOf(list: readonly string[], seen: readonly string[], frequent: readonly string[]): LabelCounts["order"] {
  const follows = (order: readonly string[]) => {
    const known = order.filter((label) => list.includes(label));
    return known.length > 1 && known.join("\n") === list.filter((label) => known.includes(label)).join("\n");
  };
  if (follows([...list].sort())) return "sorted";
  if (follows(frequent)) return "by frequency";
  return follows(seen) ? "by first appearance" : "none of these";
}

/** Forms under which two spellings become one, the closest first. */
const FORMS: readonly [how: Alike, form: (label: string) => string][] = [
  ["case", (label) => label.toLowerCase()],
  ["separators", (label) => label.toLowerCase().replace(/[\s_/-]+/g, "")],
  [
    "plural",
    (label) =>
      label
        .toLowerCase()
        .replace(/[\s_/-]+/g, "")
        .replace(/s$/, ""),
  ],
];

/** Words of fewer letters than this are not compared letter by letter: "actor" is no "factor". */
const SHORTEST = 8;

/** Pairs of labels that look like two spellings of one type. */
export function alikePairs(labels: readonly string[]): LabelCounts["alike"] {
  const pairs = new Map<string, LabelCounts["alike"][number]>();
  const add = (one: string, other: string, how: Alike) => {
    const key = [one, other].sort().join("\n");
    if (one !== other && !pairs.has(key)) pairs.set(key, { one, other, how });
  };
  for (const [how, form] of FORMS)
    for (const group of grouped(labels, (label) => [form(label)]))
      for (const other of group.slice(1)) add(group[0], other, how);
  const long = labels.filter((label) => label.length >= SHORTEST);
  for (const group of grouped(long, (label) => [label, ...shorter(label)]))
    for (const [i, one] of group.entries())
      for (const other of group.slice(i + 1)) if (oneLetterApart(one, other)) add(one, other, "one letter");
  return [...pairs.values()];
}

/** The text with each of its letters left out: two texts one letter apart have such a form in common. */
const shorter = (label: string) => Array.from(label, (_, i) => label.slice(0, i) + label.slice(i + 1));

function grouped(labels: readonly string[], keys: (label: string) => readonly string[]): string[][] {
  const groups = new Map<string, Set<string>>();
  for (const label of labels) for (const key of keys(label)) groups.set(key, (groups.get(key) ?? new Set()).add(label));
  return [...groups.values()].map((group) => [...group]).filter((group) => group.length > 1);
}

/** One letter more, less or other (an edit distance of 1). */
function oneLetterApart(one: string, other: string): boolean {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  const [a, b] = [one.slice(start), other.slice(start)];
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1);
}
