/** The step from scores to entities in slow motion: which span each rejected candidate lost to. */
import { conflict, type DecodeOptions, type SpanCandidate } from "../model/decode";

/** One step of greedy decoding: a candidate in its turn, and what became of it. */
export interface DecodingStep {
  span: SpanCandidate;
  /** The span taken before that this one conflicts with; undefined: this one is taken. */
  lostTo: SpanCandidate | undefined;
}

/**
 * Greedy decoding told step by step: what `greedyDecode` keeps are the spans without a `lostTo`.
 * @param order "best" = the best first (ties keep their order); "worst" = GLiNER 0.1.5 and 0.1.6, which sorted the other way
 */
export function decodingSteps(
  spans: readonly SpanCandidate[],
  options: DecodeOptions,
  order: "best" | "worst" = "best",
): DecodingStep[] {
  const sign = order === "best" ? 1 : -1;
  const kept: SpanCandidate[] = [];
  return spans
    .slice()
    .sort((a, b) => sign * (b.score - a.score))
    .map((span) => {
      const lostTo = kept.find((other) => conflict(span, other, options));
      if (!lostTo) kept.push(span);
      return { span, lostTo };
    });
}
