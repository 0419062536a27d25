/** One source's part of a mix: its sentences split, filtered, cleared of test sentences and drawn. */
import { randomStream } from "../../random";
import { Tally } from "../formats/tally";
import { bareWords, type OverlapIndex } from "../overlap";
import { type NerRecord, uniqueSpans } from "../records";
import { sourceRecords } from "../source-records";
import type { SourceOptions } from "../sources";
import { tidyLabels } from "./label-rules";
import type { MixRecipe, MixSource } from "./recipe";
import { splitRecord } from "./split";

/** Why sentences of a source are not in the mix. */
export const REASONS = [
  "too_short",
  "unwanted_label",
  "overlap_sentence",
  "overlap_run",
  "duplicate",
  "empty",
  "over_cap",
] as const;
export type Reason = (typeof REASONS)[number];

/** What one source gave. */
export interface SourceCounts {
  /** Records of its files, and the sentences they were split into. */
  records: number;
  sentences: number;
  left_out: Record<Reason, number>;
  /** Mentions that are wider than the model's widest span. */
  mentions_too_wide: number;
  repairs: Record<string, number>;
  kept: number;
}

/** What is shared by the sources of a mix. */
export interface MixState {
  recipe: MixRecipe;
  tests: OverlapIndex;
  /** Sentences that an earlier source gave, as bare words. */
  seen: Set<string>;
  options: SourceOptions;
}

/** The sentences of one source that the recipe keeps, in an order drawn by its seed. */
export async function mixSource(
  source: MixSource,
  state: MixState,
): Promise<{ records: NerRecord[]; counts: SourceCounts }> {
  const tally = new Tally();
  const counts: SourceCounts = {
    records: 0,
    sentences: 0,
    left_out: Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<Reason, number>,
    mentions_too_wide: 0,
    repairs: {},
    kept: 0,
  };
  const kept: NerRecord[] = [];
  for (const id of source.from)
    for await (const { record } of sourceRecords(id, tally, state.options)) {
      counts.records++;
      for (const sentence of sentencesOf(record, source, state, counts)) {
        counts.sentences++;
        const reason = reasonAgainst(sentence, source, state);
        if (reason) counts.left_out[reason]++;
        else kept.push(sentence);
      }
    }
  const records = drawn(kept, source, state.recipe, counts.left_out);
  return { records, counts: { ...counts, repairs: tally.report().repairs, kept: records.length } };
}

function sentencesOf(record: NerRecord, { name }: MixSource, { recipe }: MixState, counts: SourceCounts): NerRecord[] {
  const { max_words, hard_max_words, min_words, max_width } = recipe.limits;
  const tidy = tidyLabels(record, recipe.labels);
  const limits = { maxWords: max_words, hardMaxWords: hard_max_words, minWords: min_words };
  return splitRecord(tidy, limits).map((piece) => {
    const spans = uniqueSpans(piece.ner);
    const ner = spans.filter(([start, end]) => end - start < max_width);
    counts.mentions_too_wide += spans.length - ner.length;
    const { tokens, labels, negatives } = piece;
    return { tokens, ner, src: name, ...(labels && { labels }), ...(negatives?.length && { negatives }) };
  });
}

function reasonAgainst({ tokens, ner }: NerRecord, { without }: MixSource, state: MixState): Reason | undefined {
  if (tokens.length < state.recipe.limits.min_words) return "too_short";
  if (ner.some(([, , label]) => without.includes(label))) return "unwanted_label";
  const overlap = state.tests.find(tokens);
  if (overlap) return overlap.kind === "sentence" ? "overlap_sentence" : "overlap_run";
  const words = bareWords(tokens).join(" ");
  if (state.seen.has(words)) return "duplicate";
  state.seen.add(words);
  return undefined;
}

/** Shuffled; then the sentences without a mention down to their share, then all down to the cap. */
function drawn(
  records: readonly NerRecord[],
  { name, cap, empty_share }: MixSource,
  { seed }: MixRecipe,
  leftOut: Record<Reason, number>,
): NerRecord[] {
  const shuffled = randomStream(seed, "mix", name).shuffle(records);
  const marked = shuffled.filter(({ ner }) => ner.length > 0).length;
  // With e empty ones beside m others, e / (e + m) is the share.
  let room = empty_share < 1 ? Math.floor((marked * empty_share) / (1 - empty_share)) : shuffled.length;
  const chosen = shuffled.filter(({ ner }) => ner.length > 0 || room-- > 0);
  leftOut.empty += shuffled.length - chosen.length;
  leftOut.over_cap += Math.max(0, chosen.length - cap);
  return chosen.slice(0, cap);
}
