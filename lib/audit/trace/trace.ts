/** Two programs, one batch: the first stage at which they part. */
import { loadRecords } from "../../data/named";
import { versionOf } from "../../era";
import { UserError, usageError } from "../../errors";
import { GLiNER } from "../../gliner/gliner";
import { DEFAULT_TRAINING, trainingOf } from "../../gliner/recipe/settings";
import type { TrainingConfig } from "../../gliner/recipe/training-config";
import { isTokenLevel } from "../../model/config";
import { Dump, type DumpAbout } from "./dump";
import { runHere } from "./here";
import type { StageResult } from "./stage";
import { batchStages } from "./stages/batch";
import { parameterStages } from "./stages/parameters";
import { configurationStage, recordsStage, typesStage, wordsStage } from "./stages/texts";
import { vectorStages } from "./stages/vectors";

/** Where two programs part on one batch. */
export interface DivergenceTrace {
  model: string;
  /** Of the other program: its versions, and the texts of the batch. */
  against: { dump: string; gliner: string; torch: string; texts: number };
  /** The version whose loss, labels and optimiser were used here. */
  era: string;
  tolerance: number;
  /** The first stage that differs; null where none does. */
  first: StageResult | null;
  /** All stages, in the order in which they are made. */
  stages: StageResult[];
}

/** What is compared. */
export interface TraceOptions {
  /** A model folder, or "owner/name". */
  model: string;
  /** The records that the dump was made of: a file, or a name of the project's data. */
  data: string;
  /** What data/python/dump_batch.py wrote. */
  against: string;
  /** The version of GLiNER that the other program is; default: what the dump says. */
  era?: string;
  /** Share of a stage's largest value by which it may differ, above 0; default 1e-4. */
  tolerance?: number;
}

/** Of float32 after a few dozen layers on two libraries. */
export const TRACE_TOLERANCE = 1e-4;

/**
 * Runs the batch of a dump here and compares stage by stage: configuration, records, words, types, weights, ids, masks, labels,
 * encoder layers, types, words, LSTM, spans, scores, loss, gradients by module, parameters after one step.
 * @throws UserError where the dump is none, is of other records, or the model has no spans
 */
export async function trace({
  model: folder,
  data,
  against,
  era,
  tolerance = TRACE_TOLERANCE,
}: TraceOptions): Promise<DivergenceTrace> {
  if (!(tolerance > 0)) throw usageError(`tolerance got ${tolerance}, wanted a number above 0.`);
  const dump = Dump.open(against);
  try {
    const { about } = dump;
    const version = era ?? eraOf(about, against);
    versionOf(version);
    const texts = about.texts.length;
    const records = (await loadRecords(data)).slice(0, texts);
    if (records.length < texts)
      throw new UserError(
        `${data} has ${records.length} records, ${against} was made of ${texts}; wanted the same file.`,
      );
    const stages = await compare(folder, records, dump, trainingFor(about, version, against), tolerance);
    return {
      model: folder,
      against: { dump: against, gliner: about.gliner, torch: about.torch, texts },
      era: version,
      tolerance,
      first: stages.find(({ state }) => state === "differs") ?? null,
      stages,
    };
  } finally {
    dump.close();
  }
}

async function compare(
  folder: string,
  records: Awaited<ReturnType<typeof loadRecords>>,
  dump: Dump,
  training: TrainingConfig,
  tolerance: number,
): Promise<StageResult[]> {
  const { texts } = dump.about;
  const read = recordsStage(records, texts);
  if (read.state === "differs")
    throw new UserError(`the dump is of other records (${read.where}); give dump_batch.py and --data the same file.`);
  const model = await GLiNER.fromPretrained(folder);
  try {
    const { config } = model;
    if (isTokenLevel(config))
      throw new UserError(`${folder} is a token-level model; trace compares models with spans.`);
    // From here on the dump's own types are asked, so that the later stages can be compared.
    const here = runHere(
      model,
      records,
      texts.map(({ types }) => types),
      training,
    );
    return [
      configurationStage(config, dump),
      read,
      wordsStage(texts),
      typesStage(records, dump, { ...training, max_types: config.max_types }),
      ...parameterStages("weights", dump, here, tolerance),
      ...batchStages(dump, here),
      ...vectorStages(dump, here, tolerance),
      ...parameterStages("gradients", dump, here, tolerance),
      ...parameterStages("after", dump, here, tolerance),
    ];
  } finally {
    model.dispose();
  }
}

/** The version that a dump is of; a fork says what it was forked from. */
function eraOf({ gliner }: DumpAbout, path: string): string {
  const found = /^\d+\.\d+\.\d+/.exec(gliner)?.[0];
  if (found) return found;
  throw usageError(`${path} does not say of which version it is ("${gliner}"); give --era, such as 0.2.29.`);
}

/** The loss, labels and optimiser of that day, with the arguments that the dump was made with. */
function trainingFor({ loss, step }: DumpAbout, era: string, path: string): TrainingConfig {
  const own = (key: string) => {
    const value = loss[key];
    return value === undefined ? {} : { [`loss_${key}`]: value };
  };
  const known = ["alpha", "gamma", "prob_margin", "reduction"];
  const same = Object.fromEntries(Object.entries(loss).filter(([key]) => !known.includes(key)));
  const strange = Object.keys(same).find((key) => !(key in DEFAULT_TRAINING));
  if (strange) throw new UserError(`${path} was made with the loss's argument "${strange}", which nothing here reads.`);
  const { lr_encoder, lr_others, weight_decay_encoder, weight_decay_other } = step;
  const given = Object.assign({}, ...known.map(own), same) as Partial<TrainingConfig>;
  return trainingOf({ era, ...given, lr_encoder, lr_others, weight_decay_encoder, weight_decay_other }, path);
}
