/** Teaches a trained model one's own types from a hundred sentences, and says what it has learnt and what it has forgotten. */
import { loadRecords } from "../../data/named";
import { dataPath } from "../../data/project";
import { checkRecords, goldTypes, type NerRecord } from "../../data/records";
import { loadWordings } from "../../data/wordings";
import { usageError } from "../../errors";
import { randomStream } from "../../random";
import type { GLiNER } from "../gliner";
import { readRecipe } from "../recipe/recipe";
import type { TrainingConfig } from "../recipe/training-config";
import { type Forgetting, ForgettingGauge, type GaugeOptions } from "./forgetting";
import { normalised } from "./held-out";
import type { RunEnd, TrainOptions } from "./options";
import { train } from "./train";

/** How to fine-tune. */
export interface FineTuneOptions extends Pick<TrainOptions, "out" | "resume" | "onStep" | "signal"> {
  /** Default 100: two minutes or so on a free core. */
  steps?: number;
  /**
   * Share of the examples that are the project's own texts, 0 to below 1. Default 0.5; 0 learns one's own types alone, and forgets more.
   */
  rehearsal?: number;
  /** Settings that differ from data/recipes/own-sentences.yaml. */
  settings?: Partial<TrainingConfig>;
  /** Sentences with the same types that are not trained on: what was learnt is measured on them. */
  test?: readonly NerRecord[];
  /** What forgetting is measured on; false measures none. */
  gauge?: GaugeOptions | false;
}

/** What came of it. */
export interface FineTuned {
  steps: number;
  end: RunEnd;
  /** F1 on `test`, asked for the types of the training sentences; null without any, or where the run was interrupted. */
  learnt: Forgetting | null;
  /** F1 on texts of the project, asked for types that the sentences do not have. */
  forgotten: Forgetting | null;
}

/**
 * Trains a model in place on a hundred sentences or so, every second example one of data/sentences (`rehearsal`), at a tenth of the
 * rates of a training from the start. A sentence without `labels` is asked for all types that the sentences have: they are taken to be
 * annotated with all of them.
 *
 * @example
 * const model = await GLiNER.fromPretrained(SHIPPED_MODEL);
 * const { learnt, forgotten } = await fineTune(model, mine.slice(0, 100), { test: mine.slice(100) });
 * @throws UserError where there is no mention to learn, the share is out of its range, or as `train` does
 */
export async function fineTune(
  model: GLiNER,
  records: readonly NerRecord[],
  options: FineTuneOptions = {},
): Promise<FineTuned> {
  const { steps = 100, rehearsal = 0.5, settings, test = [], gauge = {}, ...rest } = options;
  if (!(rehearsal >= 0 && rehearsal < 1))
    throw usageError(`rehearsal got ${rehearsal}, wanted a share from 0 to below 1.`);
  checkRecords(records, "to fine-tune on");
  const types = goldTypes(records);
  const own = { texts: test.length, records: asking(test, types), threshold: gauge ? gauge.threshold : undefined };
  const gauges = [
    test.length ? await ForgettingGauge.without([], own) : undefined,
    gauge ? await ForgettingGauge.without(types, gauge) : undefined,
  ];
  const read = () => Promise.all(gauges.map((one) => one?.read(model, options.signal)));
  const before = await read();
  const { training } = readRecipe(dataPath("recipes", "own-sentences.yaml"));
  const all = [
    ...asking(records, types),
    ...(await rehearsed(records, types, rehearsal, settings?.seed ?? training.seed)),
  ];
  // The model is here already: where another one would start from is not this run's.
  const config = { ...training, prev_path: null, num_steps: steps, ...settings };
  const result = await train(model, all, { ...config, ...rest, wordings: loadWordings("sentences") });
  const after = await read();
  const [learnt, forgotten] = gauges.map((one, i) => {
    const [first, last] = [before[i], after[i]];
    return one && first && last ? one.compare(first, last) : null;
  });
  return { steps: result.steps, end: result.end, learnt, forgotten };
}

/** Every sentence asked for all types, but where it says itself what it is asked for. */
const asking = (records: readonly NerRecord[], types: readonly string[]): NerRecord[] =>
  records.map((record) => ({ labels: [...types], ...record }));

/**
 * Texts of the project that make up the share. A text that has a type of the sentences is left out: what it calls by that name may be
 * something else.
 */
async function rehearsed(
  records: readonly NerRecord[],
  types: readonly string[],
  share: number,
  seed: number,
): Promise<NerRecord[]> {
  if (share === 0) return [];
  const own = new Set(types.map(normalised));
  const others = (await loadRecords("sentences:train")).filter(
    ({ ner }) => !ner.some(([, , type]) => own.has(normalised(type))),
  );
  return randomStream(seed, "rehearsal")
    .shuffle(others)
    .slice(0, Math.round((records.length * share) / (1 - share)));
}
