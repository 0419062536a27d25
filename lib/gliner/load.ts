import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseEncoderConfig } from "../encoder/config";
import { UserError, warnOnce } from "../errors";
import { type GLiNERConfig, isTokenLevel, parseConfig } from "../model/config";
import { growEmbeddings, initialValues } from "../model/initialise";
import { spanLayer } from "../model/span";
import { ENCODER_PREFIX, modelShapes, type SpanModel } from "../model/uni-encoder-span";
import { SubwordTokenizer } from "../text/tokenizer";
import { encoderFolder } from "../weights/encoders";
import { Parameters, type Shapes } from "../weights/parameters";
import { SafetensorsFile } from "../weights/safetensors";

/** A model with its tokenizer; `encoderJson` is the encoder's whole config.json, which Python wants back in full. */
export interface LoadedModel extends SpanModel {
  tokenizer: SubwordTokenizer;
  encoderJson: Record<string, unknown>;
}

/** Python's special tokens, in the order in which 0.2.29 adds them. */
const FLERT = "[FLERT]";
const WORD_EMBEDDINGS = "embeddings.word_embeddings.weight";

/**
 * Loads a folder that `save_pretrained` of Python or `savePretrained` of this library wrote.
 * @throws UserError where a file is missing, a tensor is missing, unexpected or of another shape, or the tokenizer and the
 *   configuration disagree about the vocabulary or the class token
 */
export function loadModel(folder: string): LoadedModel {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UserError(
      `model folder ${folder} does not exist; wanted a folder with gliner_config.json and model.safetensors.`,
    );
  const configPath = join(folder, "gliner_config.json");
  const raw = readObject(configPath);
  const { config, ignored } = parseConfig(raw, configPath);
  if (ignored.length) warnOnce(`${configPath}: these keys decide nothing here and are ignored: ${ignored.join(", ")}.`);
  if (!config.encoder_config)
    throw new UserError(`${configPath} has no "encoder_config"; wanted the encoder's configuration inside it.`);
  const tokenizer = SubwordTokenizer.load(folder);
  checkVocabulary(config, tokenizer, folder);
  const encoder = { ...config.encoder_config, vocab_size: vocabularySize(config) };
  const shapes = modelShapes(config, encoder);
  const parameters = readParameters(join(folder, "model.safetensors"), shapes, config);
  return { config, encoder, parameters, tokenizer, encoderJson: raw.encoder_config as Record<string, unknown> };
}

/**
 * A new model: a pre-trained encoder with a random head.
 * @param given the keys of gliner_config.json that differ from Python's defaults; `model_name` is a folder, or a name that
 *   set-up or the hub provides
 * @param seed of the stream "init"
 */
export async function newModel(given: Partial<GLiNERConfig>, seed: number): Promise<LoadedModel> {
  const { config } = parseConfig(given as Record<string, unknown>, "the configuration");
  const folder = await encoderFolder(config.model_name);
  const encoderJson = readObject(join(folder, "config.json"));
  const pretrained = parseEncoderConfig(encoderJson, join(folder, "config.json"));
  const tokenizer = SubwordTokenizer.load(folder).withSpecialTokens([FLERT, config.ent_token, config.sep_token]);
  config.vocab_size = tokenizer.size;
  config.class_token_index = tokenizer.tokenId(config.ent_token) as number;
  const encoder = { ...pretrained, vocab_size: tokenizer.size };
  config.encoder_config = encoder;
  const shapes = modelShapes(config, encoder);
  const parameters = new Parameters();
  const draws = isTokenLevel(config) ? {} : spanLayer(config.span_mode).draws;
  readEncoder(join(folder, "model.safetensors"), shapes, parameters, tokenizer.size, seed);
  for (const [name, shape] of shapes)
    if (!parameters.has(name)) parameters.set(name, initialValues(name, shape, shapes, seed, draws), shape);
  return { config, encoder, parameters, tokenizer, encoderJson: { ...encoderJson, vocab_size: tokenizer.size } };
}

/** A strict load: every difference is listed, and nothing stays random in silence. */
function readParameters(path: string, shapes: Shapes, config: GLiNERConfig): Parameters {
  const file = SafetensorsFile.open(path);
  try {
    checkWidth(file, config, path);
    // transformers saves BERT's pooler or not, depending on the class it was loaded by; GLiNER never uses it.
    for (const name of [...shapes.keys()])
      if (name.includes(".pooler.") && !file.entries.has(name)) shapes.delete(name);
    const names = [...file.entries.keys()].filter((name) => !isDead(name));
    const problems = [
      ...[...shapes.keys()].filter((name) => !file.entries.has(name)).map((name) => `missing ${name}`),
      ...names.filter((name) => !shapes.has(name)).map((name) => `unexpected ${name}`),
      ...names.flatMap((name) => shapeProblem(name, file.entries.get(name)?.shape, shapes.get(name))),
    ];
    if (problems.length)
      throw new UserError(
        `${path} does not fit its configuration: ${problems.slice(0, 5).join("; ")}${problems.length > 5 ? `; and ${problems.length - 5} more` : ""}.`,
      );
    const parameters = new Parameters();
    for (const [name, shape] of shapes) parameters.set(name, file.read(name).data as Float32Array, shape);
    return parameters;
  } finally {
    file.close();
  }
}

/** What checkpoints carry and nothing reads: a buffer of older transformers, and the module of `post_fusion_schema`. */
function isDead(name: string): boolean {
  return name.endsWith("embeddings.position_ids") || name.startsWith("cross_fuser.");
}

/** A wrong width misshapes every tensor of the head: said once instead of tensor by tensor. */
function checkWidth(file: SafetensorsFile, config: GLiNERConfig, path: string): void {
  const layer = isTokenLevel(config) ? "scorer.proj_label.weight" : "prompt_rep_layer.0.weight"; // [_, D]
  const width = file.entries.get(layer)?.shape[1];
  if (width !== undefined && width !== config.hidden_size)
    throw new UserError(
      `${path} is of a model with "hidden_size" ${width}, gliner_config.json says ${config.hidden_size}.`,
    );
}

function shapeProblem(name: string, got?: readonly number[], wanted?: readonly number[]): string[] {
  if (!got || !wanted || (got.length === wanted.length && got.every((n, i) => n === wanted[i]))) return [];
  return [`${name} has shape [${got}], wanted [${wanted}]`];
}

/** An encoder's own file names its tensors with or without its family in front; the embeddings grow by the added tokens. */
function readEncoder(path: string, shapes: Shapes, parameters: Parameters, vocabulary: number, seed: number): void {
  const file = SafetensorsFile.open(path);
  try {
    for (const [name, shape] of shapes) {
      if (!name.startsWith(ENCODER_PREFIX)) continue;
      const bare = name.slice(ENCODER_PREFIX.length);
      const source = [bare, `bert.${bare}`, `deberta.${bare}`].find((candidate) => file.entries.has(candidate));
      if (!source && bare.startsWith("pooler.")) continue;
      if (!source) throw new UserError(`${path} has no tensor "${bare}"; wanted the weights of the encoder.`);
      const { data } = file.read(source);
      const values = data as Float32Array;
      const grown = bare === WORD_EMBEDDINGS ? growEmbeddings(values, shape[1], vocabulary, seed) : values;
      parameters.set(name, grown, shape);
    }
  } finally {
    file.close();
  }
}

function vocabularySize(config: GLiNERConfig): number {
  return config.vocab_size > 0 ? config.vocab_size : (config.encoder_config?.vocab_size ?? -1);
}

/** A wrong class token makes every prompt vector empty or garbage, without any error in Python. */
function checkVocabulary(config: GLiNERConfig, tokenizer: SubwordTokenizer, folder: string): void {
  const id = tokenizer.tokenId(config.ent_token);
  if (id !== config.class_token_index)
    throw new UserError(
      `${folder}: tokenizer and configuration disagree: "${config.ent_token}" has id ${id ?? "none"} in tokenizer.json, class_token_index is ${config.class_token_index}.`,
    );
  if (tokenizer.tokenId(config.sep_token) === undefined)
    throw new UserError(`${folder}: tokenizer.json lacks the separator "${config.sep_token}" of gliner_config.json.`);
  const size = vocabularySize(config);
  if (tokenizer.size > size)
    throw new UserError(
      `${folder}: tokenizer and vocabulary disagree: tokenizer.json has ids up to ${tokenizer.size - 1}, the model has ${size} embeddings.`,
    );
}

/** A JSON object from a file of a model folder. @throws UserError where it is missing or no object */
export function readObject(path: string): Record<string, unknown> {
  if (!existsSync(path)) throw new UserError(`${path} does not exist; wanted the files of a model folder.`);
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
  throw new UserError(`${path} is not a JSON object.`);
}
