/** Experiment: how well the same small task is learnt with each way of turning words into spans. */
import { evaluateRecords } from "../evaluate/zero-shot";
import { type SmallTask, smallModel } from "./small-model";

/** One small model of one `span_mode` and seed, trained on a small task. */
export interface SpanModeRun {
  mode: string;
  seed: number;
  /** Mean loss of a sentence over the last ten steps. */
  loss: number;
  /** F1 at .5 and at .3 on the very sentences it was trained on: how far it has learnt them, no zero-shot F1. */
  f1: number;
  f1At3: number;
}

export interface SpanModeOptions {
  /** Default 80. */
  steps?: number;
  /** D, default 128. */
  width?: number;
  onStep?(step: { mode: string; seed: number; step: number; loss: number }): void;
  /** Ends the training that runs; the comparison then returns what is complete. */
  signal?: AbortSignal;
}

const BATCH = 8;

/**
 * Trains the same small task with every `span_mode` and seed: same sentences in the same order, same types in the same
 * order, same rates. The encoder begins alike; the head's random weights differ by shape, so a seed pairs the data, not them.
 */
export async function compareSpanModes(
  task: SmallTask,
  modes: readonly string[],
  seeds: readonly number[],
  options: SpanModeOptions = {},
): Promise<SpanModeRun[]> {
  const { steps = 80, width = 128, onStep, signal } = options;
  const runs: SpanModeRun[] = [];
  for (const seed of seeds)
    for (const mode of modes) {
      const losses: number[] = [];
      const model = await smallModel(task, {
        steps,
        seed,
        signal,
        config: { hidden_size: width, span_mode: mode },
        onStep({ step, loss }) {
          losses.push(loss / BATCH);
          onStep?.({ mode, seed, step, loss: loss / BATCH });
        },
      });
      if (signal?.aborted) {
        model.dispose();
        return runs;
      }
      const { thresholds } = await evaluateRecords(model, task.records, {
        entityTypes: task.types,
        thresholds: [0.5, 0.3],
      });
      model.dispose();
      const last = losses.slice(-10);
      const loss = last.reduce((a, b) => a + b, 0) / last.length;
      runs.push({ mode, seed, loss, f1: thresholds[0].f1, f1At3: thresholds[1].f1 });
    }
  return runs;
}
