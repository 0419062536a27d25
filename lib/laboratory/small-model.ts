/** Trains a tiny model on a few sentences within minutes, for experiments that need learnt weights. */
import { loadRecords } from "../data/named";
import type { NerRecord } from "../data/records";
import { usageError } from "../errors";
import { GLiNER } from "../gliner/gliner";
import type { TrainingReport } from "../gliner/training/report";
import { train } from "../gliner/training/train";
import type { GLiNERConfig } from "../model/config";

/** A few sentences with a few types: enough for a model to know by heart within a minute or two. */
export interface SmallTask {
  types: readonly string[];
  records: NerRecord[];
}

/** A model learns so many by heart within a minute or two. */
const MOST = 32;

/**
 * Short sentences of the project's own texts with at least two mentions of these types, 32 at most.
 * @param maxWords of a sentence
 * @throws UserError where no sentence is left
 */
export async function smallTask(
  types: readonly string[] = ["person", "city", "date", "country"],
  maxWords = 20,
): Promise<SmallTask> {
  const records = (await loadRecords("sentences:train"))
    .map(({ tokens, ner }) => ({ tokens, ner: ner.filter(([, , type]) => types.includes(type)), labels: [...types] }))
    .filter(({ tokens, ner }) => ner.length >= 2 && tokens.length <= maxWords)
    .slice(0, MOST);
  if (records.length === 0) throw usageError(`no sentence of data/sentences has two mentions of ${types.join(", ")}.`);
  return { types, records };
}

export interface SmallModelOptions {
  /** Default 100: about a fifth of a second each on two cores. */
  steps?: number;
  seed?: number;
  /** Keys of gliner_config.json that differ from MiniLM, D = 384, markerV0, K = 8. */
  config?: Partial<GLiNERConfig>;
  onStep?(report: TrainingReport): void;
  signal?: AbortSignal;
}

/**
 * A model that has learnt the sentences of a small task by heart. What a switch does to it is what it does to a model whose
 * weights were trained for the setting; its F1 on these sentences is no zero-shot F1.
 */
export async function smallModel(task: SmallTask, options: SmallModelOptions = {}): Promise<GLiNER> {
  const { steps = 100, seed = 0, config, onStep, signal } = options;
  const head = { model_name: "sentence-transformers/all-MiniLM-L6-v2", hidden_size: 384, max_width: 8, dropout: 0.1 };
  const model = await GLiNER.fromConfig({ ...head, ...config }, { seed });
  await train(model, task.records, {
    num_steps: steps,
    train_batch_size: 8,
    lr_encoder: 1e-4,
    lr_others: 1e-3,
    // At such rates a model can end behind the clamp of 0.2.29's focal loss, where nothing is learnt any more.
    loss_type: "focal_logits",
    loss_alpha: 0.75,
    scheduler_type: "linear",
    seed,
    onStep,
    signal,
  });
  return model;
}
