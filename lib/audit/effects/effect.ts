/** What a difference is worth. F1 in 0..1: this input less the reference. */
export interface Effect {
  f1: number;
  ci95: [low: number, high: number] | null;
  /** Where the number comes from and of which model: "measured here: ...", or "published: ...". */
  source: string;
}

export const reversed = ({ f1, ci95, source }: Effect): Effect => ({
  f1: -f1,
  ci95: ci95 && [-ci95[1], -ci95[0]],
  source,
});
