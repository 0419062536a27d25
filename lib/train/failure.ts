/** The error of a training step that fails, and how exceptions that ran out of memory are told from others. */
import { UserError } from "../errors";

/** Why a step could not be taken. */
export type FailureKind = "not finite" | "out of memory" | "error";

/** What happened at a step that could not be taken. */
export interface FailedStep {
  kind: FailureKind;
  /** Counted from 1. */
  step: number;
  /** The batches it was to take, counted from 0 over the run; with gradient accumulation several. */
  batches: readonly number[];
  /** In words, without a full stop. */
  reason: string;
  cause?: unknown;
}

/**
 * A step that could not be taken: a loss or gradient that is no number, memory that ran out, an example that cannot be
 * read. The weights are those of the step before. GLiNER's trainers went on in silence: until 0.2.2 such a step was left out,
 * until 0.2.22 every exception became a loss of 0, and in 0.2.29 memory that ran out still does.
 */
export class StepFailure extends UserError {
  /** @param savedIn the file that holds the step's batches */
  constructor(
    readonly failed: FailedStep,
    savedIn?: string,
  ) {
    const saved = savedIn === undefined ? "" : `; its batch is saved in ${savedIn}`;
    super(`step ${failed.step}: ${failed.reason}; training stopped${saved}.`);
    if (failed.cause !== undefined) this.cause = failed.cause;
  }
}

/** The failure of a step from what it threw. */
export function failureOf(cause: unknown, step: number, batches: readonly number[]): StepFailure {
  const message = cause instanceof Error ? cause.message : String(cause);
  // TensorFlow.js puts a line with TensorFlow's status before its message.
  const words = message
    .replace(/^Invalid TF_Status: \d+\s*Message: /, "")
    .trim()
    .split("\n")[0]
    .replace(/\.$/, "");
  if (!isOutOfMemory(words)) return new StepFailure({ kind: "error", step, batches, reason: words, cause });
  const reason = `memory ran out (${words}): smaller batches (train_batch_size) or shorter texts (max_len) need less`;
  return new StepFailure({ kind: "out of memory", step, batches, reason, cause });
}

/** In TensorFlow's words ("OOM when allocating tensor", RESOURCE_EXHAUSTED) and V8's ("Array buffer allocation failed"). */
function isOutOfMemory(message: string): boolean {
  return /\bOOM\b|out of memory|resource.?exhausted|allocation failed|failed to allocate|array length|bad_alloc/i.test(
    message,
  );
}
