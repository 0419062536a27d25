/** What a run cannot learn of its records, since its model and its prompts are bounded: counted before the first step. */
import { countSpans } from "../data/inspect/spans";
import { type NerRecord, uniqueSpans } from "../data/records";

/** The bounds of a run. */
export interface LearningLimits {
  /** Widest span in words (`max_width`); Infinity for a token-level model. */
  maxWidth: number;
  /** Words that are read of a text (`max_len`). */
  maxLen: number;
  /** Types of a drawn prompt (`max_types`); Infinity where the recipe does not cap them. */
  maxTypes: number;
}

/** Of all records together; equal spans of a record count once. */
export interface NotLearned {
  limits: { max_width: number | null; max_len: number; max_types: number | null };
  mentions: number;
  /** Mentions wider than the model's widest span. */
  too_wide: number;
  /** Mentions that end behind the last word that is read, and the texts that are longer. */
  beyond_max_len: number;
  texts_beyond_max_len: number;
  /** Mentions of a type that their record's own list of types leaves out. */
  not_listed: number;
  /** Records with more gold types than a prompt has room for, and how many types each time find no place. */
  records_beyond_max_types: number;
  types_beyond_max_types: number;
}

export function countNotLearned(records: readonly NerRecord[], limits: LearningLimits): NotLearned {
  const { maxWidth, maxLen, maxTypes } = limits;
  const { mentions, tooWide, beyondMaxLen, textsBeyondMaxLen } = countSpans(records, { maxWidth, maxLen });
  // A record's own list is asked for whole.
  const beyond = records.flatMap(({ ner, labels }) => {
    const more = labels ? 0 : new Set(ner.map(([, , type]) => type)).size - maxTypes;
    return more > 0 ? [more] : [];
  });
  return {
    limits: { max_width: finite(maxWidth), max_len: maxLen, max_types: finite(maxTypes) },
    mentions,
    too_wide: tooWide,
    beyond_max_len: beyondMaxLen,
    texts_beyond_max_len: textsBeyondMaxLen,
    not_listed: records.reduce((sum, record) => sum + notListed(record), 0),
    records_beyond_max_types: beyond.length,
    types_beyond_max_types: beyond.reduce((sum, more) => sum + more, 0),
  };
}

/** Infinity has no JSON. */
const finite = (limit: number) => (Number.isFinite(limit) ? limit : null);

function notListed({ ner, labels }: NerRecord): number {
  return labels ? uniqueSpans(ner).filter(([, , type]) => !labels.includes(type)).length : 0;
}

/** The same as one sentence; undefined where everything can be learnt. */
export function describeNotLearned(counts: NotLearned): string | undefined {
  const { limits, mentions, too_wide, beyond_max_len, not_listed, records_beyond_max_types: records } = counts;
  const parts = [
    too_wide && `${too_wide} wider than max_width ${limits.max_width} words`,
    beyond_max_len && `${beyond_max_len} behind max_len ${limits.max_len} words (${counts.texts_beyond_max_len} texts)`,
    not_listed && `${not_listed} of a type that the record's own list leaves out`,
  ].filter((part) => typeof part === "string");
  const lost = parts.length ? `of ${mentions} mentions these cannot be learnt: ${parts.join(", ")}` : "";
  const types = records
    ? `${records} records have more types than max_types ${limits.max_types}: at every step ${counts.types_beyond_max_types} of them are not asked for`
    : "";
  const sentence = [lost, types].filter((part) => part !== "").join("; ");
  return sentence === "" ? undefined : sentence;
}
