/** From a model in memory to a folder that Python reads too, in full precision or compact. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError, usageError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { isTokenLevel } from "../../model/config";
import { ENCODER_PREFIX } from "../../model/parameter-names";
import {
  type Borrowed,
  borrowedRows,
  encoderTensor,
  PRECISIONS,
  type Precision,
  type Source,
  sha256OfValues,
  stored,
  writeCompact,
} from "../../weights/compact";
import { writeSafetensors } from "../../weights/safetensors";
import type { TensorFile } from "../../weights/tensor-file";
import { COMPACT, WEIGHT_FORMS } from "../../weights/weight-forms";
import type { LoadedModel } from "./load";
import { WORD_EMBEDDINGS } from "./new-model";

/** In which form a model folder is written. */
export interface SaveOptions {
  /**
   * "float32", the default, and "float16" are read by Python too. "int8" has a byte for a value and a scale for each row of a
   * matrix; loaded here and saved again, it is float32.
   */
  precision?: Precision;
  /**
   * "encoder" leaves out the word embeddings that are those of the encoder `model_name`: the file names it and their sha256, and
   * they are read from it when the model is loaded here. Default "own".
   */
  wordEmbeddings?: "own" | "encoder";
  /** The largest difference from the encoder's word embeddings that is given up by leaving them out; default 0. */
  tolerance?: number;
}

/**
 * Writes a model folder. Names, shapes and files are those that `GLiNER.from_pretrained(folder, strict=True)` of Python 0.2.29
 * wants, except for the two compact forms.
 * @param encoder the encoder's own weights, where word embeddings are left out
 * @throws UserError where the folder cannot be written, holds weights in another form already, or the word embeddings are not
 *   the encoder's
 */
export function saveModel(
  model: LoadedModel,
  folder: string,
  { precision = "float32", tolerance = 0 }: SaveOptions = {},
  encoder?: TensorFile,
): void {
  if (!PRECISIONS.includes(precision))
    throw usageError(`precision is "${precision}", wanted one of ${PRECISIONS.join(", ")}.`);
  const form = encoder || precision === "int8" ? COMPACT : WEIGHT_FORMS[0];
  checkFolder(folder, form);
  const borrowed = encoder ? { [ENCODER_PREFIX + WORD_EMBEDDINGS]: borrow(model, encoder, tolerance) } : {};
  try {
    mkdirSync(folder, { recursive: true });
    model.tokenizer.save(folder);
  } catch (error) {
    throw new UserError(`cannot write the model to ${folder}: ${error instanceof Error ? error.message : error}.`);
  }
  writeAtomically(join(folder, "gliner_config.json"), `${JSON.stringify(configOf(model), null, 2)}\n`);
  const path = join(folder, form);
  const tensors = [...model.parameters.entries()].map(
    ([name, variable]): Source => [name, variable.shape, () => variable.dataSync<"float32">()],
  );
  if (form === COMPACT) writeCompact(path, tensors, precision, encoder && model.config.model_name, borrowed);
  else
    writeSafetensors(
      path,
      tensors.flatMap((tensor) => stored(tensor, precision)),
    );
}

/** Two forms of weights in a folder would leave it to their names which of them counts. */
function checkFolder(folder: string, form: string): void {
  const others = WEIGHT_FORMS.filter((name) => name !== form && existsSync(join(folder, name)));
  if (others.length)
    throw usageError(`${folder} holds ${others.join(" and ")} already; wanted a folder without other weights.`);
}

/** gliner_config.json, in Python's spelling. */
function configOf({ config, encoder, encoderJson }: LoadedModel): Record<string, unknown> {
  return {
    ...config,
    encoder_config: { ...encoderJson, vocab_size: encoder.vocab_size },
    model_type: `gliner_uni_encoder_${isTokenLevel(config) ? "token" : "span"}`,
  };
}

/** What the file says of the word embeddings that it leaves out. */
function borrow({ parameters, config }: LoadedModel, encoder: TensorFile, tolerance: number): Borrowed {
  const own = parameters.get(ENCODER_PREFIX + WORD_EMBEDDINGS); // [V, H]
  const name = encoderTensor(encoder, WORD_EMBEDDINGS);
  const rows = Math.min(own.shape[0], encoder.entries.get(name ?? "")?.shape[0] ?? 0);
  const theirs = borrowedRows(encoder, WORD_EMBEDDINGS, rows, own.shape[1] as number);
  const values = own.dataSync<"float32">();
  let worst = 0;
  for (let i = 0; i < theirs.length; i++) worst = Math.max(worst, Math.abs(values[i] - theirs[i]));
  if (!(worst <= tolerance))
    throw new UserError(
      `the word embeddings differ from those of "${config.model_name}" by up to ${worst.toPrecision(2)}, for they were trained: keep them, or give this up by "tolerance".`,
    );
  return { source: WORD_EMBEDDINGS, rows, sha256: sha256OfValues(theirs) };
}
