/** The last step of the pipeline: from a span of words to an entity with its place in the text. */
import type { SpanCandidate } from "../model/decode";
import type { Word } from "../text/words";

/** A mention found in a text: `text.slice(start, end)`, offsets in UTF-16 units, end exclusive. */
export interface Entity {
  start: number;
  end: number;
  text: string;
  label: string;
  /** Probability, in (0, 1). */
  score: number;
  /** The five most probable types of the span, the best first; only with `returnClassProbs`. */
  classProbs?: Record<string, number>;
}

/** A span of words as a mention of the text that the words are of. */
export function toEntity(text: string, words: readonly Word[], span: SpanCandidate): Entity {
  const start = words[span.start].start;
  const end = words[span.end].end;
  const entity: Entity = { start, end, text: text.slice(start, end), label: span.label, score: span.score };
  if (span.classProbs) entity.classProbs = span.classProbs;
  return entity;
}
