/** The two five-point gaps, by their issues; they are never put together. */
export type Gap = "36" | "209";

export const GAPS: readonly Gap[] = ["36", "209"];

/** The first that is none of them. */
export const unknownGap = (gaps: readonly string[]): string | undefined =>
  gaps.find((one) => !GAPS.some((gap) => gap === one));

/** Which gap a suspect can explain, in words. */
export type GapName = "issue 36" | "issue 209" | "both" | "neither";

/** In the order in which they are told. */
export const GAP_NAMES: readonly GapName[] = ["issue 36", "issue 209", "both", "neither"];

/** @param gap as a suspect's file has it */
export function gapName(gap: readonly string[]): GapName {
  if (gap.length > 1) return "both";
  return gap[0] === "36" ? "issue 36" : gap[0] === "209" ? "issue 209" : "neither";
}
