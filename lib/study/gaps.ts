/** The two five-point gaps, by their issues; they are never put together. */
export type Gap = "36" | "209";

export const GAPS: readonly Gap[] = ["36", "209"];

/** The first that is none of them. */
export const unknownGap = (gaps: readonly string[]): string | undefined =>
  gaps.find((one) => !GAPS.some((gap) => gap === one));
