/** How many texts a question makes the model read: each sentence of its tests, once for each prompt. */
import { loadRecords } from "../../data/named";
import { goldTypes } from "../../data/records";
import { ZERO_SHOT_SENTENCES, ZERO_SHOT_SETS } from "../../data/zero-shot-tests";
import { UserError } from "../../errors";
import { type Ask, askingOf } from "../plan/ask";
import type { Tests } from "../plan/plan";

/** Sentences and types of a set, as far as an estimate asks for them. */
interface SetSize {
  sentences: number;
  types: number;
}

/** What a set is taken to have that is not here: the mean of the seven tests, and CrossNER's longest lists. */
const UNKNOWN: SetSize = { sentences: 924, types: 17 };

/** Texts that a model reads to answer one question to all sets of a plan. */
export async function promptsOf({ sets, drop, limit }: Tests, ask: Ask): Promise<number> {
  const { labels_at_once: most } = askingOf(ask);
  const each = sets.map(async (set) => {
    const { sentences, types } = await sizeOf(set, drop, most !== undefined);
    return Math.min(sentences, limit ?? sentences) * (most === undefined ? 1 : Math.ceil(types / most));
  });
  return (await Promise.all(each)).reduce((a, b) => a + b, 0);
}

/** @param withTypes whether they count: the sentences of the seven tests are known without their files */
async function sizeOf(set: string, drop: readonly string[], withTypes: boolean): Promise<SetSize> {
  const known = ZERO_SHOT_SETS.find((name) => set === `zero-shot:${name}`);
  if (known && !withTypes) return { ...UNKNOWN, sentences: ZERO_SHOT_SENTENCES[known] };
  try {
    const records = await loadRecords(set);
    return { sentences: records.length, types: goldTypes(records).filter((type) => !drop.includes(type)).length };
  } catch (error) {
    // An estimate can do without a set that is not here; the study itself says so, before its first step.
    if (error instanceof UserError) return UNKNOWN;
    throw error;
  }
}
