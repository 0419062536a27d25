/** Opens a file that data/python/dump_batch.py wrote: what another program made of a batch, stage by stage. */
import { UserError } from "../../errors";
import { isObject, type JsonObject, parseJson, quote } from "../../files/json-object";
import { SafetensorsFile } from "../../weights/safetensors";
import type { NamedArray } from "../../weights/tensor-file";

/** One text of the batch. */
export interface DumpText {
  /** The record's own words. */
  tokens: string[];
  /** What the other program's splitter makes of them, joined by spaces. */
  words: string[];
  /** The types in the prompt, in its order. */
  types: string[];
}

/** What a dump says of itself. */
export interface DumpAbout {
  /** The version of GLiNER, or what a fork says instead. */
  gliner: string;
  torch: string;
  model: string;
  /** Types that were asked of every text; null = drawn by the other program as in training. */
  asked: string[] | null;
  /** Of gliner_config.json, as far as the other program has it. */
  config: JsonObject;
  /** Arguments of its loss. */
  loss: JsonObject;
  step: { lr_encoder: number; lr_others: number; weight_decay_encoder: number; weight_decay_other: number };
  /** Values kept of a parameter; 0 = all. */
  keep: number;
  texts: DumpText[];
  /** Of each parameter the norm of its value, its gradient and its value after the step, as far as there are such. */
  norms: Record<string, Record<string, number>>;
}

/** A stage of the parameters, as the dump's names begin. */
export type ParameterStage = "weights" | "gradients" | "after";

/** An open dump; its tensors are read when their stage comes. */
export class Dump {
  private constructor(
    private readonly file: SafetensorsFile,
    readonly about: DumpAbout,
  ) {}

  /** @throws UserError where it is no such file */
  static open(path: string): Dump {
    const file = SafetensorsFile.open(path);
    try {
      return new Dump(file, aboutOf(file, path));
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** A tensor, undefined where the other program has no such stage. */
  tensor(name: string): NamedArray | undefined {
    return this.file.entries.has(name) ? this.file.read(name) : undefined;
  }

  /** Names of the parameters that a stage holds, in the order of the model. */
  parameters(stage: ParameterStage): string[] {
    const own = new Set(
      [...this.file.entries.keys()].flatMap((name) =>
        name.startsWith(`${stage}/`) ? [name.slice(stage.length + 1)] : [],
      ),
    );
    return Object.keys(this.about.norms).filter((name) => own.has(name));
  }

  close(): void {
    this.file.close();
  }
}

const FORMAT = 1;
const WANTED = "wanted a file that data/python/dump_batch.py wrote";

function aboutOf(file: SafetensorsFile, path: string): DumpAbout {
  const text = file.metadata.get("trace");
  if (text === undefined) throw new UserError(`${path} is no dump: it says nothing of itself; ${WANTED}.`);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(`${path} is no dump: what it says of itself is no JSON; ${WANTED}.`);
  }
  if (!isObject(value) || value.format !== FORMAT)
    throw new UserError(
      `${path} is of form ${quote(isObject(value) ? value.format : value)}, wanted ${FORMAT}: dump it again with this project's dump_batch.py.`,
    );
  if (!isAbout(value)) throw new UserError(`${path} is no whole dump: it lacks texts, step, loss or norms; ${WANTED}.`);
  return value;
}

function isAbout(value: JsonObject): value is JsonObject & DumpAbout {
  const { gliner, torch, model, asked, config, loss, step, keep, texts, norms } = value;
  const names = [gliner, torch, model].every((one) => typeof one === "string");
  const lists = Array.isArray(texts) && texts.length > 0 && texts.every(isText) && (asked === null || isStrings(asked));
  return names && lists && [config, loss, norms].every(isObject) && isStep(step) && Number.isInteger(keep);
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");
const isText = (value: unknown) => isObject(value) && [value.tokens, value.words, value.types].every(isStrings);
const isStep = (value: unknown) =>
  isObject(value) &&
  ["lr_encoder", "lr_others", "weight_decay_encoder", "weight_decay_other"].every(
    (key) => typeof value[key] === "number",
  );
