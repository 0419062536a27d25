/** Which step's model is the best so far, and whether waiting for a better one still pays. Plain data: it is saved with a run. */
export interface Selection {
  /** The best value so far and its step; absent before the first evaluation. */
  best?: { step: number; value: number };
  /** Evaluations since the last one that improved by more than the threshold. */
  waited: number;
}

export interface SelectionRule {
  /** Whether a larger value is the better one. */
  greaterIsBetter: boolean;
  /** Evaluations without an improvement after which the run ends; 0 = never. */
  patience: number;
  /** An improvement smaller than this does not end the waiting; the model may still become the best one. */
  threshold: number;
}

/**
 * Takes an evaluation into account. Of equal models the later one is the best: a young one often scores 0 several times.
 * As in transformers, an improvement is measured against the best before it: comparing with a best that the same evaluation
 * has just raised would end every run. A value that is no number is no improvement.
 * @returns the selection after it, whether this model is the best so far, and whether the patience is used up
 */
export function select(
  before: Selection,
  step: number,
  value: number,
  rule: SelectionRule,
): { selection: Selection; isBest: boolean; stop: boolean } {
  if (!Number.isFinite(value)) return waiting(before, rule);
  const gain = before.best && (rule.greaterIsBetter ? value - before.best.value : before.best.value - value);
  const isBest = gain === undefined || gain >= 0;
  const waited = gain === undefined || gain > rule.threshold ? 0 : before.waited + 1;
  const best = isBest ? { step, value } : before.best;
  return { selection: { best, waited }, isBest, stop: rule.patience > 0 && waited >= rule.patience };
}

function waiting({ best, waited }: Selection, { patience }: SelectionRule) {
  return { selection: { best, waited: waited + 1 }, isBest: false, stop: patience > 0 && waited + 1 >= patience };
}
