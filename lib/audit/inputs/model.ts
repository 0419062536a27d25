/** A model folder: its configuration, its tokenizer's class token, and what its weights look like. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJsonObject } from "../../files/json-object";
import { CheckpointError, compare } from "../../gliner/checkpoint/misfit";
import { type GLiNERConfig, parseConfig } from "../../model/config";
import { ENCODER_PREFIX, SPAN_PREFIX } from "../../model/parameter-names";
import { headShapes } from "../../model/uni-encoder-span";
import { SubwordTokenizer } from "../../text/tokenizer";
import { openWeights } from "../../weights/open";
import { SafetensorsFile } from "../../weights/safetensors";
import { Shapes } from "../../weights/shapes";
import { product, type TensorFile } from "../../weights/tensor-file";
import { TorchFile } from "../../weights/torch/torch-file";
import { WEIGHT_FORMS } from "../../weights/weight-forms";
import type { ModelFacts, WeightFacts } from "../evidence";
import { classRowDistance, partsAsDrawn } from "./weight-statistics";

const WORDS = `${ENCODER_PREFIX}embeddings.word_embeddings.weight`;

/** @throws UserError where a file is unsound; CheckpointError where the weights are of another model */
export async function readModel(folder: string): Promise<ModelFacts> {
  const path = join(folder, "gliner_config.json");
  const { config } = parseConfig(readJsonObject(path, "the configuration of a model"), path);
  const weights = WEIGHT_FORMS.some((form) => existsSync(join(folder, form)))
    ? await readWeights(folder, config)
    : null;
  return { path: folder, config, tokenizerId: tokenizerId(folder, config), weights };
}

function tokenizerId(folder: string, { ent_token }: GLiNERConfig): number | null {
  if (!existsSync(join(folder, "tokenizer.json"))) return null;
  return SubwordTokenizer.load(folder).tokenId(ent_token) ?? null;
}

async function readWeights(folder: string, config: GLiNERConfig): Promise<WeightFacts> {
  const file = await openWeights(folder);
  try {
    // The paper's code called "marker" what is markerV0 today.
    if (config.span_mode === "marker" && file.entries.has(`${SPAN_PREFIX}out_project.3.weight`))
      config.span_mode = "markerV0";
    const table = file.entries.get(WORDS);
    const shapes = new Shapes();
    headShapes(shapes, config, table?.shape[1] ?? config.hidden_size);
    const lstmMissing = checkHead(file, shapes);
    const sizes = [...file.entries].map(([name, { shape }]) => [name, product(shape)] as const);
    const sum = (of: typeof sizes) => of.reduce((total, [, size]) => total + size, 0);
    return {
      headParameters: sum(sizes.filter(([name]) => !name.startsWith(ENCODER_PREFIX))),
      parameters: sum(sizes),
      lstmMissing,
      wrappedLstm: await hasWrappedNames(folder),
      asDrawn: partsAsDrawn(file, shapes),
      classRow: table ? classRowDistance(file.read(WORDS), config.class_token_index) : null,
      rows: table?.shape[0] ?? null,
    };
  } finally {
    file.close();
  }
}

/** @returns whether only the LSTM is missing @throws CheckpointError where anything else of the head differs */
function checkHead(file: TensorFile, shapes: Shapes): boolean {
  const entries = new Map([...file.entries].filter(([name]) => !name.startsWith(ENCODER_PREFIX)));
  const misfit = compare({ ...file, path: file.path, entries, read: file.read, close: file.close }, shapes);
  const lstm = misfit.missing.filter((name) => name.startsWith("rnn."));
  const others = { ...misfit, missing: misfit.missing.filter((name) => !name.startsWith("rnn.")) };
  if (Object.values(others).some((names) => names.length > 0)) throw new CheckpointError(file.path, misfit);
  return lstm.length > 0;
}

/** The names as they stand in the file: `openWeights` gives today's. */
async function hasWrappedNames(folder: string): Promise<boolean> {
  const plain = [join(folder, "model.safetensors"), join(folder, "pytorch_model.bin")].find((path) => existsSync(path));
  if (plain === undefined) return false;
  const file: TensorFile = plain.endsWith(".bin") ? await TorchFile.open(plain) : SafetensorsFile.open(plain);
  try {
    return [...file.entries.keys()].some((name) => name.includes("rnn._module."));
  } finally {
    file.close();
  }
}
