/** The way into training: checks records and settings, then starts a run (train.py in GLiNER's repository). */
import { checkRecords, type NerRecord } from "../../data/records";
import { UserError } from "../../errors";
import { askedOnly } from "../../evaluate/zero-shot";
import type { GLiNER } from "../gliner";
import { DEFAULT_TRAINING, trainingOf } from "../recipe/settings";
import type { TrainingConfig } from "../recipe/training-config";
import type { TrainingResult, TrainOptions } from "./options";
import { TrainingRun } from "./run";

/**
 * Trains a model in place, as GLiNER 0.2.29's trainer does: types drawn per batch, sum loss, AdamW with a rate for the
 * encoder and one for the rest and no decay on biases and norms, warm-up, clipping by the global norm.
 *
 * Order of the examples, types and dropout are functions of (seed, step): a run that stops and resumes takes the same steps,
 * bit for bit with one thread. What it measures on the way changes nothing of them.
 * @param records at least one; with `labels`, these are the types asked of it
 * @throws UserError on an empty list, a set without any mention, a step that cannot be taken, a folder that cannot be written, or a resume with other
 *   settings or data
 */
export async function train(
  model: GLiNER,
  records: readonly NerRecord[],
  options: TrainOptions = {},
): Promise<TrainingResult> {
  if (records.length === 0) throw new UserError("there are no records to train on.");
  checkSets(records, options);
  const config = trainingOf(settingsAmong(options), "train");
  const run = new TrainingRun(model, records, config, options);
  try {
    return await run.go();
  } finally {
    run.trainer.optimizer.dispose();
  }
}

/** A set without any mention teaches silence, and scores 0 or a loss that nothing can be read from. */
function checkSets(records: readonly NerRecord[], { dev = [], heldOut, benchmark = [] }: TrainOptions): void {
  checkRecords(records, "to train on");
  if (dev.length > 0) checkRecords(dev, "for the development loss");
  if (heldOut)
    checkRecords(
      heldOut.asked.flatMap((group) => askedOnly(group.records, group.types)),
      "asked for held-out types",
    );
  for (const { name, types, records: test } of benchmark) checkRecords(askedOnly(test, types), `of ${name}`);
}

function settingsAmong(options: TrainOptions): Partial<TrainingConfig> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => Object.hasOwn(DEFAULT_TRAINING, key)));
}
