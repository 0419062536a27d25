/** Thresholds by type with a promised recall, from some 50 annotated sentences of the reader's own. */
import { checkRecords, goldTypes, type NerRecord, uniqueSpans } from "../data/records";
import { usageError } from "../errors";
import { entitiesAt, exceeds, type SpanCandidate } from "../model/decode";
import { checkLabels, checkNames, checkNumber, THRESHOLD } from "../options";
import type { Predictor } from "./predictions/predict";
import { conformalThreshold, sentencesFor } from "./statistics/conformal";

/** What is promised, and of which types. */
export interface ThresholdsOptions {
  /** Share of a sentence's mentions of a type that is to be found, in (0, 1), such as 0.9. */
  recall: number;
  /** The types that will be asked together: scores depend on them. Default: the records' own. */
  entityTypes?: readonly string[];
  batchSize?: number;
  signal?: AbortSignal;
}

/** What is known of one type. */
export interface TypeThreshold {
  type: string;
  /** Sentences that have the type, and their mentions of it. */
  sentences: number;
  mentions: number;
  /** Undefined where nothing can be promised; `why` then says so, and predictions take .5. */
  threshold?: number;
  why?: string;
  /** Share of these sentences' mentions that the model scores no higher than the threshold (.5 where there is none). */
  missed: number;
  /** The same after decoding, where spans that overlap a better one are dropped: no part of the promise. */
  missedAfterDecoding: number;
  /** Share of what is found of it in these sentences, after decoding, that is right: what the recall costs. Undefined where nothing is found. */
  precision?: number;
}

/** Thresholds by type, and what is known of each. */
export interface PromisedThresholds {
  /** For `threshold` of predictions. */
  thresholds: Record<string, number>;
  recall: number;
  types: TypeThreshold[];
}

/**
 * For each type the highest threshold that misses on average no more than 1 - recall of a sentence's mentions of it, whichever sentences
 * come, if they come from where these came from. The promise is of scores; what decoding drops is counted beside it. A type in fewer than
 * 1 / (1 - recall) - 1 sentences gets none.
 * @throws UserError where no record has a mention of the types, or recall is not within (0, 1)
 */
export async function promisedThresholds(
  predictor: Predictor,
  records: readonly NerRecord[],
  options: ThresholdsOptions,
): Promise<PromisedThresholds> {
  checkNames(options, ["recall", "entityTypes", "batchSize", "signal"], "thresholdsFor");
  const { recall, entityTypes = goldTypes(records), batchSize = 8, signal } = options;
  if (!(typeof recall === "number" && recall > 0 && recall < 1))
    throw usageError(`recall got ${String(recall)}, wanted a number between 0 and 1, such as 0.9.`);
  checkRecords(records, "to find thresholds on");
  const asked = checkLabels(entityTypes, "entityTypes");
  const found = await predictor.candidates(
    records.map(({ tokens }) => tokens),
    asked,
    { floor: FLOOR, batchSize: checkNumber("batchSize", batchSize), signal },
  );
  const scores = asked.map((type) => goldScores(records, found, type));
  const chosen = scores.map((sentences) => conformalThreshold(sentences, 1 - recall));
  const thresholds = Object.fromEntries(
    asked.flatMap((type, i) => (chosen[i] === undefined ? [] : ([[type, chosen[i]]] as [string, number][]))),
  );
  const decoded = found.map((spans) =>
    entitiesAt(
      spans.filter((span) => passes(span, thresholds)),
      0,
    ),
  );
  const types = asked.map((type, i): TypeThreshold => {
    const flat = scores[i].flat();
    const kept = goldScores(records, decoded, type).flat();
    const answers = decoded.reduce((sum, spans) => sum + spans.filter(({ label }) => label === type).length, 0);
    const misses = (list: readonly number[]) =>
      list.filter((score) => !exceeds(score, chosen[i] ?? THRESHOLD)).length / Math.max(1, list.length);
    return {
      type,
      sentences: scores[i].length,
      mentions: flat.length,
      ...(chosen[i] === undefined ? { why: reason(scores[i].length, 1 - recall) } : { threshold: chosen[i] }),
      missed: misses(flat),
      missedAfterDecoding: misses(kept),
      ...(answers > 0 ? { precision: kept.filter((score) => score > 0).length / answers } : {}),
    };
  });
  return { thresholds, recall, types };
}

/** Spans below it are not listed: a gold mention among them counts as never seen. */
const FLOOR = 0.001;

const passes = ({ label, score }: SpanCandidate, thresholds: Readonly<Record<string, number>>): boolean =>
  exceeds(score, Object.hasOwn(thresholds, label) ? thresholds[label] : THRESHOLD);

/** Of each sentence that has the type: the scores of its gold mentions, 0 for one that is not among the spans. */
function goldScores(
  records: readonly NerRecord[],
  found: readonly (readonly SpanCandidate[])[],
  type: string,
): number[][] {
  return records.flatMap(({ ner, unaligned = [] }, i) => {
    const gold = uniqueSpans(ner).filter(([, , label]) => label === type);
    const never = unaligned.filter((label) => label === type).map(() => 0);
    const scores = gold.map(
      ([start, end]) =>
        found[i].find((span) => span.start === start && span.end === end && span.label === type)?.score ?? 0,
    );
    return scores.length + never.length > 0 ? [[...scores, ...never]] : [];
  });
}

function reason(sentences: number, missRate: number): string {
  const wanted = sentencesFor(missRate);
  if (sentences < wanted) return `${sentences} sentences have it, wanted at least ${wanted}`;
  return "the model gives too many of its mentions no score at all";
}
