/** How large the batches of a recipe are, and which model they meet: counted from the data that are here, or as a plan says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadRecords } from "../../data/named";
import { type EncoderConfig, parseEncoderConfig } from "../../encoder/config";
import { UserError } from "../../errors";
import { readJsonObject } from "../../files/json-object";
import { publishedModels } from "../../gliner/checkpoint/published";
import type { Recipe } from "../../gliner/recipe/recipe";
import { type GLiNERConfig, parseConfig } from "../../model/config";
import type { BatchSize } from "../../model/cost";
import { cachedEncoder, DEFAULT_ENCODER } from "../../weights/encoders";
import type { Sizes } from "../plan/plan";

/** What English needs in the vocabularies of BERT and DeBERTa, to a tenth. */
const SUBWORDS = { subwords_per_word: 1.35, subwords_per_type: 2 };
/** Special tokens of a sequence: its ends and `<<SEP>>`. */
const FRAME = 3;

/** A batch of the recipe's mean size. */
export function batchOf({ model, training }: Recipe, sizes: Sizes): BatchSize {
  const words = Math.min(sizes.words, model.max_len ?? 384);
  const types = Math.max(1, Math.min(sizes.types, training.cap_types ? (model.max_types ?? 25) : sizes.types));
  // A type is `<<ENT>>` and its name.
  const subwords = words * sizes.subwords_per_word + types * (1 + sizes.subwords_per_type) + FRAME;
  const texts = training.train_batch_size * training.gradient_accumulation_steps;
  const each = <T>(value: T) => Array.from({ length: texts }, () => value);
  return { subwords: each(Math.round(subwords)), words: each(Math.round(words)), types: Math.round(types) };
}

/** Means of the recipe's training data. @throws UserError where they are not here */
export async function sizesOf({ model, data, training }: Recipe): Promise<Sizes> {
  const records = await loadRecords(data.train_data, { exclude: data.exclude_sources, keepEmpty: data.keep_empty });
  const mean = (of: (i: number) => number) => records.reduce((sum, _, i) => sum + of(i), 0) / records.length;
  const own = mean((i) => new Set(records[i].ner.map(([, , type]) => type)).size);
  const mentions = mean((i) => records[i].ner.length);
  // A uniform number of negatives for each mention; of a source or a corpus, a list of its own.
  const drawn = ((model.max_neg_type_ratio ?? 1) / 2) * mentions;
  const listed = ["corpus", "source", "unrelated"].includes(training.neg_source) ? LISTED : 0;
  return { words: mean((i) => records[i].tokens.length), types: own + Math.max(drawn, listed), ...SUBWORDS };
}

/** Types that the samplers of a list draw, about. */
const LISTED = 8;

/** The model that a recipe trains. @throws UserError where nothing here says how large its encoder is */
export function modelOf({ model, training }: Recipe): { config: GLiNERConfig; encoder: EncoderConfig } {
  if (training.prev_path) {
    const path = join(training.prev_path, "gliner_config.json");
    const { config } = parseConfig(readJsonObject(path, "a model folder"), path);
    return { config, encoder: config.encoder_config ?? encoderOf(config.model_name) };
  }
  const { config } = parseConfig({ ...model }, "the recipe");
  return { config, encoder: encoderOf(config.model_name) };
}

function encoderOf(name: string): EncoderConfig {
  const published = publishedModels().find(({ config }) => config.model_name === name);
  if (published) return published.encoder;
  const folder = name === DEFAULT_ENCODER ? cachedEncoder() : name;
  if (folder === undefined) throw new UserError(`the encoder ${name} is not here; \`npm start\` fetches it.`);
  const path = join(folder, "config.json");
  try {
    return parseEncoderConfig(JSON.parse(readFileSync(path, "utf8")), path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`the size of the encoder ${name} is not known: it is neither here nor in data/models.json.`);
  }
}
