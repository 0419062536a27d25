/** The learning rate's course, as transformers' schedules of the same names. */
export const SCHEDULER_TYPES = ["cosine", "linear", "constant"] as const;
export type SchedulerType = (typeof SCHEDULER_TYPES)[number];

/**
 * The factor of the learning rate at a step: rises linearly from 0 over the warm-up, then falls to 0 at the end (cosine: half
 * a wave; linear: a line; constant: not at all).
 * @param step counted from 0
 * @param warmup a share of the steps below 1, a number of steps from 1 on
 */
export function schedule(type: SchedulerType, steps: number, warmup: number): (step: number) => number {
  const warm = warmupSteps(steps, warmup);
  return (step) => {
    if (step < warm) return step / warm;
    const progress = (step - warm) / Math.max(1, steps - warm);
    if (type === "constant") return 1;
    return type === "linear" ? Math.max(0, 1 - progress) : 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
  };
}

/** `int(steps * ratio)` below 1; a count of steps from 1 on, as GLiNER's first trainers read it. */
export function warmupSteps(steps: number, warmup: number): number {
  return warmup < 1 ? Math.floor(steps * warmup) : Math.min(steps, Math.round(warmup));
}
