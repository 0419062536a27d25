/** The questions that a run's model is asked, and where the answers lie. */
import { join } from "node:path";
import { askName } from "../plan/ask";
import type { Reading } from "../plan/runs";

/** Where the answers to a question lie: how they are scored later makes no other folder. */
export function predictionsFolder(folder: string, { checkpoint, ask }: Reading): string {
  return join(folder, "predictions", `${checkpoint}-${askName(ask)}`);
}

/** Readings that differ in more than how the answers are scored. */
export function distinctQuestions(readings: readonly Reading[]): Reading[] {
  const seen = new Map(readings.map((reading) => [`${reading.checkpoint} ${askName(reading.ask)}`, reading]));
  return [...seen.values()];
}
