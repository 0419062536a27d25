/** What a model forgets while it learns something new: the same texts and types, none of them the new ones, before and after. */
import { loadRecords } from "../../data/named";
import type { NerRecord } from "../../data/records";
import { UserError } from "../../errors";
import { addCounts, type Counts, f1Scores } from "../../evaluate/scoring/metrics";
import { bootstrapF1 } from "../../evaluate/statistics/bootstrap";
import { compareF1 } from "../../evaluate/statistics/paired";
import { randomStream } from "../../random";
import type { GLiNER } from "../gliner";
import { normalised } from "./held-out";
import { type AskedRecords, countsAt, findAsked } from "./scoring";

/** F1 on the gauge's texts, 0 to 1, with its 95 % interval over texts. */
export interface Gauged {
  f1: number;
  precision: number;
  recall: number;
  ci95: [low: number, high: number];
  /** Of each text, for paired comparisons. */
  counts: Counts[];
}

/** Two readings of one gauge. */
export interface Forgetting {
  texts: number;
  /** How many types were asked for, over all texts. */
  types: number;
  before: Gauged;
  after: Gauged;
  /** F1 after minus F1 before, on the same texts: below 0 the model has forgotten. */
  change: number;
  changeCi95: [low: number, high: number];
}

/** What a gauge reads. */
export interface GaugeOptions {
  /** How many texts. Default 64: some ten seconds a reading on a free core. */
  texts?: number;
  /** Where they are from, with types for each. Default: the development part of the project's own texts. */
  records?: readonly NerRecord[];
  /** Probability above which a mention counts. Default 0.5. */
  threshold?: number;
}

/**
 * Texts of many kinds, each asked for its own types and for those that it says are absent, without every type that is going to be
 * learnt: what is measured is what nobody trains on.
 *
 * @example
 * const gauge = await ForgettingGauge.without(["my type"]);
 * const before = await gauge.read(model);
 */
export class ForgettingGauge {
  private constructor(
    private readonly asked: readonly AskedRecords[],
    private readonly threshold: number,
  ) {}

  /**
   * @param learnt types that the training has
   * @throws UserError where no text is left with a type to ask for
   */
  static async without(learnt: Iterable<string>, options: GaugeOptions = {}): Promise<ForgettingGauge> {
    const { texts = 64, threshold = 0.5 } = options;
    const records = options.records ?? (await loadRecords("sentences:dev"));
    const out = new Set([...learnt].map(normalised));
    const asked = randomStream(0, "gauge")
      .shuffle(records)
      .map((record): AskedRecords => {
        const all = record.labels ?? [...record.ner.map(([, , type]) => type), ...(record.negatives ?? [])];
        return { types: [...new Set(all)].filter((type) => !out.has(normalised(type))), records: [record] };
      })
      .filter(({ types }) => types.length > 0)
      .slice(0, texts);
    const hasMention = ({ types, records: [{ ner }] }: AskedRecords) => ner.some(([, , type]) => types.includes(type));
    if (!asked.some(hasMention))
      throw new UserError(
        "the gauge has no text with a mention of a type that is not to be learnt; wanted records with other types.",
      );
    return new ForgettingGauge(asked, threshold);
  }

  /** What the model finds now. @returns undefined where the signal came */
  async read(model: GLiNER, signal?: AbortSignal): Promise<Gauged | undefined> {
    const found = await findAsked(model, this.asked, signal);
    if (!found) return undefined;
    const counts = countsAt(found, this.threshold);
    const { precision, recall } = f1Scores(addCounts(counts));
    const { value, low, high } = bootstrapF1([counts]);
    return { f1: value, precision, recall, ci95: [low, high], counts };
  }

  /** Two readings side by side. */
  compare(before: Gauged, after: Gauged): Forgetting {
    const { difference, low, high } = compareF1([after.counts], [before.counts]);
    const types = new Set(this.asked.flatMap((one) => one.types)).size;
    return { texts: this.asked.length, types, before, after, change: difference, changeCi95: [low, high] };
  }
}
