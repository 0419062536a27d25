/** A mix's rules for spelling labels: case, underscores, renaming. */
import type { NerRecord } from "../records";
import type { MixRecipe } from "./recipe";

/** Label hygiene: one spelling for one type, since a model is asked for a type by its name. */
export function tidyLabel(label: string, { lower_case, underscores, rename }: MixRecipe["labels"]): string {
  const spaced = underscores ? label.replaceAll("_", " ") : label;
  const cased = lower_case ? spaced.toLowerCase() : spaced;
  const name = cased.trim().replace(/\s+/g, " ");
  return Object.hasOwn(rename, name) ? rename[name] : name;
}

/** The record with tidy labels, in its mentions and in its lists of types. */
export function tidyLabels(record: NerRecord, rules: MixRecipe["labels"]): NerRecord {
  const tidy = (labels: readonly string[]) => [...new Set(labels.map((label) => tidyLabel(label, rules)))];
  return {
    ...record,
    ner: record.ner.map(([start, end, label]) => [start, end, tidyLabel(label, rules)]),
    ...(record.labels && { labels: tidy(record.labels) }),
    ...(record.negatives && { negatives: tidy(record.negatives) }),
  };
}
