/** Whether the types of our own texts are named well, and whether what types/*.txt say of them fits. */
import type { Sentence } from "../../marked/sentences";
import { type TypeEntry, typesAbove, typesSometimes } from "../../marked/types";
import { isTypeName, type TextFinding } from "./text";

export function typeFindings(sentences: readonly Sentence[], entries: ReadonlyMap<string, TypeEntry>): TextFinding[] {
  const used = new Map<string, string>();
  for (const { mentions, where } of sentences)
    for (const { label } of mentions) used.set(label, used.get(label) ?? where);
  return [
    ...plurals(used),
    ...entryFindings(used, entries),
    ...aboveAndMarked(sentences, entries),
    ...aboveAndAbsent(sentences, entries),
  ];
}

/** "drug" and "drugs" are one type. @param used the types, each with the place where it stands first */
function plurals(used: ReadonlyMap<string, string>): TextFinding[] {
  return [...used].flatMap(([type, where]) => {
    const one = [type.replace(/s$/, ""), type.replace(/es$/, "")].find((name) => name !== type && used.has(name));
    return one ? [{ check: "plural", where, what: `"${type}" is "${one}" in the plural` }] : [];
  });
}

function entryFindings(used: ReadonlyMap<string, string>, entries: ReadonlyMap<string, TypeEntry>): TextFinding[] {
  const finding = (what: string) => ({ check: "types file", where: "types", what });
  const above = new Set([...entries.values()].flatMap((entry) => entry.above));
  return [...entries].flatMap(([type, entry]) => {
    const names = [type, ...entry.synonyms, ...entry.above, ...entry.sometimes];
    return [
      ...names.filter((name) => !isTypeName(name)).map((name) => finding(`"${name}" is not plain lower case`)),
      ...(used.has(type) || above.has(type) ? [] : [finding(`"${type}" is described, but no text has it`)]),
      ...(typesAbove(type, entries).has(type) ? [finding(`"${type}" stands above itself`)] : []),
      ...entry.synonyms
        .filter((name) => name === type || typesAbove(type, entries).has(name))
        .map((name) => finding(`"${name}" cannot be both a synonym of "${type}" and above it`)),
      ...entry.sometimes
        .filter((name) => !typesSometimes(type, entries).has(name))
        .map((name) => finding(`"${name}" holds of every "${type}"; it cannot hold of some only`)),
    ];
  });
}

/** The type above holds of itself: the same words need it no second time. */
function aboveAndMarked(sentences: readonly Sentence[], entries: ReadonlyMap<string, TypeEntry>): TextFinding[] {
  return sentences.flatMap(({ mentions, where }) =>
    mentions.flatMap((mention) => {
      const { start, end, label } = mention;
      const above = typesAbove(label, entries);
      const same = mentions.filter(
        (other) => other !== mention && other.start === start && other.end === end && above.has(other.label),
      );
      return same.map((other) => {
        return {
          check: "marked twice",
          where,
          what: `the same words are ${label} and ${other.label}, which is above it`,
        };
      });
    }),
  );
}

/** A type that is named as absent stands above none that is marked. */
function aboveAndAbsent(sentences: readonly Sentence[], entries: ReadonlyMap<string, TypeEntry>): TextFinding[] {
  return sentences.flatMap(({ mentions, record: { negatives = [] }, where }) => {
    const marked = [...new Set(mentions.map(({ label }) => label))];
    return negatives.flatMap((absent) =>
      marked
        .filter((label) => typesAbove(label, entries).has(absent))
        .map((label) => ({
          check: "marked and absent",
          where,
          what: `${absent} is called absent, but it is above ${label}`,
        })),
    );
  });
}
