/** The start of a training: an encoder's own weights, GLiNER's special tokens and a fresh head. */
import { join } from "node:path";
import { parseEncoderConfig } from "../../encoder/config";
import { UserError } from "../../errors";
import { readJsonObject } from "../../files/json-object";
import { type GLiNERConfig, parseConfig } from "../../model/config";
import { growEmbeddings, initialValues } from "../../model/initialise";
import { ENCODER_PREFIX } from "../../model/parameter-names";
import { modelShapes } from "../../model/uni-encoder-span";
import { SubwordTokenizer } from "../../text/tokenizer";
import { encoderTensor } from "../../weights/compact";
import { encoderFolder } from "../../weights/encoders";
import { openWeights } from "../../weights/open";
import { Parameters } from "../../weights/parameters";
import type { Shapes } from "../../weights/shapes";
import type { TensorFile } from "../../weights/tensor-file";
import type { LoadedModel } from "./load";
import { addSpecialTokens } from "./special-tokens";

/** The part of the encoder that grows with the vocabulary, below ENCODER_PREFIX. */
export const WORD_EMBEDDINGS = "embeddings.word_embeddings.weight";

/**
 * A new model: a pre-trained encoder with a random head.
 * @param given the keys of gliner_config.json that differ from Python's defaults; `model_name` is a folder, or a name that
 *   set-up or the hub provides
 * @param seed of the stream "init"
 */
export async function newModel(given: Partial<GLiNERConfig>, seed: number): Promise<LoadedModel> {
  const { config } = parseConfig(given as Record<string, unknown>, "the configuration");
  const folder = await encoderFolder(config.model_name);
  const configPath = join(folder, "config.json");
  const encoderJson = readJsonObject(configPath, "the configuration of an encoder");
  const pretrained = parseEncoderConfig(encoderJson, configPath);
  const tokenizer = addSpecialTokens(SubwordTokenizer.load(folder), config);
  config.vocab_size = tokenizer.size;
  config.class_token_index = tokenizer.tokenId(config.ent_token) as number;
  const encoder = { ...pretrained, vocab_size: tokenizer.size };
  config.encoder_config = encoder;
  const shapes = modelShapes(config, encoder);
  const parameters = new Parameters();
  const weights = await openWeights(folder);
  try {
    readEncoder(weights, shapes, parameters, tokenizer.size, seed);
  } finally {
    weights.close();
  }
  for (const [name, shape] of shapes)
    if (!parameters.has(name)) parameters.set(name, initialValues(name, shapes, seed), shape);
  return { config, encoder, parameters, tokenizer, encoderJson, random: [], precision: "float32" };
}

/** The embeddings grow by the added tokens. */
function readEncoder(weights: TensorFile, shapes: Shapes, parameters: Parameters, rows: number, seed: number): void {
  for (const [name, shape] of shapes) {
    if (!name.startsWith(ENCODER_PREFIX)) continue;
    const bare = name.slice(ENCODER_PREFIX.length);
    const source = encoderTensor(weights, bare);
    if (!source && bare.startsWith("pooler.")) continue;
    if (!source) throw new UserError(`${weights.path} has no tensor "${bare}"; wanted the weights of the encoder.`);
    const { data } = weights.read(source);
    const values = data as Float32Array;
    parameters.set(name, bare === WORD_EMBEDDINGS ? growEmbeddings(values, shape[1], rows, seed) : values, shape);
  }
}
