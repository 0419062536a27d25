/** What may decide which model is the best one. */
export const BEST_METRICS = ["heldout_f1", "dev_loss", "benchmark_f1"] as const;
export type BestMetric = (typeof BEST_METRICS)[number];
