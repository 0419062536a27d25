/**
 * The learning rate's course, as transformers' schedules of the same names (`transformers/optimization.py`): each is a
 * factor of every group's rate.
 */
export const SCHEDULER_TYPES = [
  "cosine",
  "linear",
  "constant",
  "constant_with_warmup",
  "polynomial",
  "inverse_sqrt",
] as const;
export type SchedulerType = (typeof SCHEDULER_TYPES)[number];

export interface ScheduleOptions {
  /** Steps of the whole run. */
  steps: number;
  /** Steps over which the factor rises from 0 to 1; "constant" has none. */
  warmup: number;
  /** The rate that "polynomial" relates its end of 1e-7 to: transformers takes the optimiser's default, the encoder's. */
  learningRate?: number;
}

/** transformers' `lr_end` of the polynomial schedule; its `power` is 1. */
const POLYNOMIAL_END = 1e-7;
/** `timescale` of the inverse square root where there is no warm-up. */
const TIMESCALE = 10_000;

/**
 * The factor of the learning rate at a step.
 * @param type until 0.2.2, GLiNER's train.py called "constant" what is "constant_with_warmup" here and in transformers
 * @returns from the step, counted from 0, to the factor
 */
export function schedule(type: SchedulerType, options: ScheduleOptions): (step: number) => number {
  const { steps, warmup } = options;
  if (type === "constant") return () => 1;
  const course = COURSES[type](options);
  return (step) => (step < warmup ? step / warmup : course(step, (step - warmup) / Math.max(1, steps - warmup)));
}

type Course = (step: number, progress: number) => number;

/** What follows the warm-up; `progress` goes from 0 behind it to 1 at the end. */
const COURSES: Record<Exclude<SchedulerType, "constant">, (options: ScheduleOptions) => Course> = {
  constant_with_warmup: () => () => 1,
  linear: () => (_, progress) => Math.max(0, 1 - progress),
  cosine: () => (_, progress) => 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress))),
  polynomial: ({ learningRate = 1 }) => {
    const end = POLYNOMIAL_END / learningRate;
    return (_, progress) => (progress > 1 ? end : (1 - end) * (1 - progress) + end);
  },
  inverse_sqrt: ({ warmup }) => {
    const timescale = warmup || TIMESCALE;
    return (step) => 1 / Math.sqrt((step + timescale - warmup) / timescale);
  },
};

/**
 * `int(steps * ratio)` below 1; a count of steps from 1 on, as GLiNER's first trainers read it. transformers, which GLiNER
 * uses since 0.2.3, rounds up.
 */
export function warmupSteps(steps: number, warmup: number): number {
  return warmup < 1 ? Math.floor(steps * warmup) : Math.min(steps, Math.round(warmup));
}
