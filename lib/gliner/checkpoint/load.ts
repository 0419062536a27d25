/** From a model folder or a name on the hub to a model in memory: configuration, tokenizer, weights. */
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasKernels } from "../../backend";
import { type EncoderConfig, parseEncoderConfig } from "../../encoder/config";
import { UserError, warnOnce } from "../../errors";
import { type JsonObject, readJsonObject } from "../../files/json-object";
import { PRECISIONS, type Precision } from "../../fused/eight-bits";
import { type GLiNERConfig, isTokenLevel, parseConfig } from "../../model/config";
import { PROMPT, SCORER, SPAN_PREFIX } from "../../model/parameter-names";
import { modelShapes, type SpanModel } from "../../model/uni-encoder-span";
import { checkNumber, checkWord } from "../../options";
import { SubwordTokenizer } from "../../text/tokenizer";
import { encoderFolder, toStandardError } from "../../weights/encoders";
import { HubModel, isHubName } from "../../weights/hub/model";
import { openWeights } from "../../weights/open";
import { type Rounding, roundedFile } from "../../weights/rounding";
import type { TensorFile } from "../../weights/tensor-file";
import { type FitOptions, readParameters } from "./misfit";
import { addSpecialTokens } from "./special-tokens";

/** A model with its tokenizer; `encoderJson` is the encoder's whole config.json, which Python wants back in full. */
export interface LoadedModel extends SpanModel {
  tokenizer: SubwordTokenizer;
  encoderJson: JsonObject;
  /** Parameters that no file gave, because a load was asked for that is not strict. */
  random: readonly string[];
  /** What a forward pass computes in where nobody asks for a gradient. */
  precision: Precision;
}

/** How a model folder is loaded. */
export interface LoadOptions extends FitOptions {
  /** Of a model of the hub: a branch, a tag or a commit. Default "main". */
  revision?: string;
  /** Weights as a checkpoint in this smaller form would give them back; default as the file has them. */
  rounding?: Rounding;
  /** What a forward pass computes in: with "int8" weights of eight bits, faster at inference and not quite the same scores. Default "float32". */
  precision?: Precision;
  /** Words of a text that are read, in place of the configuration's max_len. */
  maxLen?: number;
  /** Subwords of prompt and text together, in place of the encoder's limit: what is beyond is cut off. */
  maxSubwords?: number;
  /** Gets lines of progress; standard error by default. */
  log?: (line: string) => void;
}

/**
 * Loads a model folder of Python's `save_pretrained` or of `savePretrained`, or a model of the Hugging Face hub.
 *
 * Folders as GLiNER 0.1 wrote them have neither the encoder's configuration nor a tokenizer: both come from the encoder that
 * `model_name` names, and Python's special tokens are added to it.
 * @param name a folder, or "owner/name"
 * @throws UserError where a file is missing or unsound, or tokenizer and configuration disagree about the vocabulary or the
 *   class token; CheckpointError where the load is strict and tensors are missing, unexpected or of another shape
 */
export async function loadModel(name: string, options: LoadOptions = {}): Promise<LoadedModel> {
  const { log = toStandardError } = options;
  const precision = precisionOf(options.precision);
  const folder = await folderOfModel(name, options);
  const configPath = join(folder, "gliner_config.json");
  const raw = readJsonObject(configPath, "the files of a model folder");
  const { config, ignored } = parseConfig(raw, configPath);
  if (ignored.length) warnOnce(`${configPath}: these keys decide nothing here and are ignored: ${ignored.join(", ")}.`);
  const encoderJson = (raw.encoder_config as JsonObject | null) || (await encoderConfigOf(config, log));
  const own = await tokenizerOf(folder, config, log);
  const tokenizer = options.maxSubwords === undefined ? own : own.withLimit(options.maxSubwords);
  config.max_len = options.maxLen === undefined ? config.max_len : checkNumber("words", options.maxLen, "maxLen");
  completeVocabulary(config, tokenizer);
  checkVocabulary(config, tokenizer, folder);
  const encoder: EncoderConfig = { ...parseEncoderConfig(encoderJson, configPath), vocab_size: config.vocab_size };
  config.encoder_config = encoder;
  const file = await openWeights(folder);
  const weights = options.rounding === undefined ? file : roundedFile(file, options.rounding);
  try {
    recogniseLayout(config, weights);
    checkWidth(weights, config);
    const shapes = modelShapes(config, encoder);
    return { config, encoder, tokenizer, encoderJson, precision, ...readParameters(weights, shapes, options) };
  } finally {
    weights.close();
  }
}

/** @throws UserError where there is no such precision, or nothing here computes in it */
function precisionOf(asked: Precision = "float32"): Precision {
  const precision = checkWord("precision", asked, PRECISIONS);
  if (precision === "int8" && !hasKernels())
    throw new UserError(
      "precision int8 needs the native ops of this project, which are not in use here (npm run -s doctor says why); leave it out to compute in float32.",
    );
  return precision;
}

/**
 * Gives a model the weights of a folder that was saved of the same model, whatever form they lie there in.
 * @throws UserError, CheckpointError where they are unsound or do not fit: the model keeps its own
 */
export async function takeUpWeights({ parameters, config, encoder }: LoadedModel, folder: string): Promise<void> {
  const weights = await openWeights(folder);
  try {
    parameters.takeOver(readParameters(weights, modelShapes(config, encoder), {}).parameters);
  } finally {
    weights.close();
  }
}

/**
 * Where the files of a model lie: a folder is itself, a model of the hub is fetched.
 * @throws UserError where it is a file, or neither a folder here nor a model of the hub
 */
export async function folderOfModel(
  name: string,
  { revision, log = toStandardError }: Pick<LoadOptions, "revision" | "log"> = {},
): Promise<string> {
  if (existsSync(name)) {
    if (statSync(name).isDirectory()) return name;
    throw new UserError(
      `the model ${name} is a file; wanted the folder that it lies in, with its gliner_config.json: "${dirname(name)}".`,
    );
  }
  if (!name.includes("/") || !isHubName(name))
    throw new UserError(
      `model folder ${name} does not exist; wanted a folder with gliner_config.json and model.safetensors, or "owner/name".`,
    );
  try {
    const hub = new HubModel(name, { revision, log });
    if (!(await hub.get("gliner_config.json"))) throw hub.lacks("a gliner_config.json");
    await hub.getTokenizer();
    if (!(await hub.getWeights())) throw hub.lacks("a model.safetensors or pytorch_model.bin");
    return hub.folder;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`there is no folder ${name} here, and ${error.message}`, error.exitCode);
  }
}

async function encoderConfigOf(config: GLiNERConfig, log: (line: string) => void): Promise<JsonObject> {
  const folder = await encoderFolder(config.model_name, log, "without weights");
  return readJsonObject(join(folder, "config.json"), "the configuration of an encoder");
}

async function tokenizerOf(
  folder: string,
  config: GLiNERConfig,
  log: (line: string) => void,
): Promise<SubwordTokenizer> {
  const files = ["tokenizer.json", "spm.model", "tokenizer_config.json"];
  if (files.some((file) => existsSync(join(folder, file)))) return SubwordTokenizer.load(folder);
  const encoder = await encoderFolder(config.model_name, log, "without weights");
  return addSpecialTokens(SubwordTokenizer.load(encoder), config);
}

/** -1 means "to be found", as in Python. */
function completeVocabulary(config: GLiNERConfig, tokenizer: SubwordTokenizer): void {
  if (config.vocab_size < 1) config.vocab_size = tokenizer.size;
  if (config.class_token_index < 0) config.class_token_index = tokenizer.tokenId(config.ent_token) ?? -1;
}

/** The paper's code called "marker" what is markerV0 today; the shapes of the last projection tell them apart. */
function recogniseLayout(config: GLiNERConfig, weights: TensorFile): void {
  if (config.span_mode !== "marker" || !weights.entries.has(`${SPAN_PREFIX}out_project.3.weight`)) return;
  warnOnce(
    `${weights.path}: its "marker" is the one of the paper's code, which is called markerV0 today; read as that.`,
  );
  config.span_mode = "markerV0";
}

/** A wrong width misshapes every tensor of the head: said once instead of tensor by tensor. */
function checkWidth(weights: TensorFile, config: GLiNERConfig): void {
  const layer = isTokenLevel(config) ? `${SCORER}.proj_label.weight` : `${PROMPT}.0.weight`; // [_, D]
  const width = weights.entries.get(layer)?.shape[1];
  if (width !== undefined && width !== config.hidden_size)
    throw new UserError(
      `${weights.path} is of a model with "hidden_size" ${width}, gliner_config.json says ${config.hidden_size}.`,
    );
}

/** A wrong class token makes every prompt vector empty or garbage, without any error in Python. */
function checkVocabulary(config: GLiNERConfig, tokenizer: SubwordTokenizer, folder: string): void {
  const id = tokenizer.tokenId(config.ent_token);
  if (id === undefined || id !== config.class_token_index)
    throw new UserError(
      `${folder}: tokenizer and configuration disagree: "${config.ent_token}" has id ${id ?? "none"} in tokenizer.json, class_token_index is ${config.class_token_index}.`,
    );
  if (tokenizer.tokenId(config.sep_token) === undefined)
    throw new UserError(`${folder}: tokenizer.json lacks the separator "${config.sep_token}" of gliner_config.json.`);
  if (tokenizer.size > config.vocab_size)
    throw new UserError(
      `${folder}: tokenizer and vocabulary disagree: tokenizer.json has ids up to ${tokenizer.size - 1}, the model has ${config.vocab_size} embeddings.`,
    );
}
