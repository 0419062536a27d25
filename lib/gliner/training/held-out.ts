/** Picks types that training must not see, strips them from the records and builds the questions that test them. */
import { byCodePoint, type NerRecord } from "../../data/records";
import { UserError, usageError } from "../../errors";
import { randomStream } from "../../random";
import type { AskedRecords } from "./scoring";

/**
 * Types that training never sees, and the sentences on which the model is asked for them: what zero-shot quality is measured
 * on during a run, so that the benchmark stays unseen.
 */
export interface HeldOut {
  types: string[];
  asked: AskedRecords[];
}

/** Which types are held out, and what they are measured on. */
export interface HoldOutOptions {
  /** Which types; compared without regard to case and with "_" as a space. */
  types?: readonly string[];
  /** How many are picked where none are named: among those with a few mentions to measure and few to lose. */
  count?: number;
  /** Sentences to measure on besides those that training loses; usually the development records. */
  records?: readonly NerRecord[];
  /** Most sentences that an evaluation reads. Default 200. */
  limit?: number;
}

/** The training records without the held-out types, and what to measure on. */
export interface HoldOutResult {
  train: NerRecord[];
  heldOut: HeldOut;
  /** Mentions taken out of the training records, and records that had no other mention and are trained on no more. */
  removed: { mentions: number; records: number };
}

/**
 * Holds types out of training.
 *
 * A training record loses its mentions of these types, and their names in its `labels` and `negatives`; the sentence stays,
 * for its other mentions. One that is left without any is taken out and measured on instead. Each sentence is asked for the
 * held-out types that its own `labels` allow or, without any, that its source (`src`) marks somewhere: in a mixed corpus what
 * a source does not mark may still be there. Sentences without a mention of them are part of the measurement. The other
 * types of the source stand in the prompt too, so that it is as long as a test's; they are not scored.
 * @throws UserError where a type occurs nowhere, or there is no sentence to measure on
 */
export function holdOutTypes(train: readonly NerRecord[], options: HoldOutOptions): HoldOutResult {
  const { records = [], limit = 200 } = options;
  const types = options.types?.length ? [...options.types] : pickTypes(train, records, options.count ?? 0);
  const held = new Set(types.map(normalised));
  if (held.size === 0) throw usageError("no types to hold out were given; wanted names, or a count of them.");
  const isHeld = (type: string) => held.has(normalised(type));
  const [kept, lost] = strip(train, isHeld);
  const mentions = countMentions(train, isHeld);
  const asked = askRecords([...new Set([...records, ...lost])], marksBySource([...train, ...records]), isHeld, limit);
  checkFound(types, asked);
  return { train: kept, heldOut: { types, asked }, removed: { mentions, records: lost.length } };
}

/** Two spellings of one name are one type: a model that has seen "phone_number" knows "Phone number". */
export function normalised(type: string): string {
  return type.replaceAll("_", " ").trim().toLowerCase();
}

function strip(records: readonly NerRecord[], isHeld: (type: string) => boolean): [NerRecord[], NerRecord[]] {
  const kept: NerRecord[] = [];
  const lost: NerRecord[] = [];
  for (const record of records) {
    const ner = record.ner.filter(([, , type]) => !isHeld(type));
    const labels = record.labels?.filter((type) => !isHeld(type));
    const negatives = record.negatives?.filter((type) => !isHeld(type));
    if ((ner.length === 0 && record.ner.length > 0) || (labels?.length === 0 && record.labels?.length))
      lost.push(record);
    else kept.push({ ...record, ner, ...(labels ? { labels } : {}), ...(negatives ? { negatives } : {}) });
  }
  return [kept, lost];
}

function countMentions(records: readonly NerRecord[], isHeld: (type: string) => boolean): number {
  return records.reduce((sum, { ner }) => sum + ner.filter(([, , type]) => isHeld(type)).length, 0);
}

/** The types that each source marks, as it spells them, the most frequent first. */
function marksBySource(records: readonly NerRecord[]): Map<string, string[]> {
  const counts = new Map<string, Map<string, number>>();
  for (const { src = "", ner, labels = [] } of records) {
    const own = counts.get(src) ?? new Map<string, number>();
    for (const type of [...ner.map(([, , label]) => label), ...labels]) own.set(type, (own.get(type) ?? 0) + 1);
    counts.set(src, own);
  }
  const byFrequency = (own: Map<string, number>) => [...own].sort(([a, n], [b, m]) => m - n || byCodePoint(a, b));
  return new Map([...counts].map(([src, own]) => [src, byFrequency(own).map(([type]) => type)]));
}

/** Types in a prompt of the measurement, at most: the seven tests have 8 to 17. */
const PROMPT = 16;

interface Asked {
  record: NerRecord;
  types: string[];
  beside: string[];
}

/** The sentences of the measurement by what they are asked for; half of them have a mention, as far as there are so many. */
function askRecords(
  records: readonly NerRecord[],
  marks: ReadonlyMap<string, readonly string[]>,
  isHeld: (type: string) => boolean,
  limit: number,
): AskedRecords[] {
  const asks = records.flatMap((record): Asked[] => {
    const all = record.labels ?? marks.get(record.src ?? "") ?? [];
    const types = all.filter(isHeld).sort(byCodePoint);
    const beside = all.filter((type) => !isHeld(type)).slice(0, Math.max(0, PROMPT - types.length));
    return types.length ? [{ record, types, beside }] : [];
  });
  // Of no run's seed: runs of several seeds are measured on the same sentences.
  const order = randomStream(0, "held-out records").shuffle(asks);
  const hasMention = ({ record }: Asked) => record.ner.some(([, , type]) => isHeld(type));
  const empty = order.filter((ask) => !hasMention(ask));
  const share = Math.max(Math.ceil(limit / 2), limit - empty.length);
  const chosen = [...inTurn(order.filter(hasMention), isHeld).slice(0, share), ...empty].slice(0, limit);
  const groups = new Map<string, AskedRecords>();
  for (const { record, types, beside } of chosen) {
    const key = [...types, "", ...beside].join("\n");
    const group = groups.get(key) ?? { types, beside, records: [] };
    groups.set(key, { ...group, records: [...group.records, record] });
  }
  return [...groups.values()];
}

/** One sentence of each type, then a second one of each, and so on: a rare type is measured as well as a frequent one. */
function inTurn(asks: readonly Asked[], isHeld: (type: string) => boolean): Asked[] {
  const byType = new Map<string, Asked[]>();
  for (const ask of asks)
    for (const type of new Set(ask.record.ner.map(([, , label]) => normalised(label)).filter(isHeld)))
      byType.set(type, [...(byType.get(type) ?? []), ask]);
  const taken = new Set<Asked>();
  for (let round = 0; taken.size < asks.length; round++)
    for (const queue of byType.values()) if (round < queue.length) taken.add(queue[round]);
  return [...taken];
}

function checkFound(types: readonly string[], asked: readonly AskedRecords[]): void {
  const found = new Set(asked.flatMap((group) => group.types.map(normalised)));
  const absent = types.filter((type) => !found.has(normalised(type)));
  if (absent.length)
    throw new UserError(
      `held-out types: nothing to measure ${absent.map((type) => `"${type}"`).join(", ")} on; wanted types that the development records have, or training records with no other mention.`,
    );
}

/** A type to measure needs a few mentions; one with more than a fiftieth of all would change what is trained. */
const FEWEST = 3;
const LARGEST_SHARE = 1 / 50;

function pickTypes(train: readonly NerRecord[], records: readonly NerRecord[], count: number): string[] {
  const measured = mentionsByType(records.length ? records : train);
  const trained = mentionsByType(train);
  const total = [...trained.values()].reduce((a, b) => a + b, 0);
  const fit = [...measured.keys()].filter(
    (type) => (measured.get(type) ?? 0) >= FEWEST && (trained.get(type) ?? 0) <= total * LARGEST_SHARE,
  );
  if (fit.length < count)
    throw new UserError(
      `held-out types: wanted ${count}, but only ${fit.length} have at least ${FEWEST} mentions to measure and at most 2 % of those in training.`,
    );
  return randomStream(0, "held-out types").shuffle(fit.sort(byCodePoint)).slice(0, count);
}

function mentionsByType(records: readonly NerRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { ner } of records) for (const [, , type] of ner) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
