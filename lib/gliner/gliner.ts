import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../backend";
import { type Batch, type CollateSwitches, collate, type Example } from "../batch/collate";
import type { NerRecord } from "../data/records";
import { usageError, warnOnce } from "../errors";
import { type EvaluateOptions, type Evaluation, evaluateRecords } from "../evaluate/zero-shot";
import { type GLiNERConfig, isTokenLevel } from "../model/config";
import { greedyDecode, logitBound, rowCandidates, type SpanCandidate } from "../model/decode";
import { tokenCandidates } from "../model/decode-token";
import { rowsAbove } from "../model/score-rows";
import { spanLayer } from "../model/span";
import { type ForwardOptions, spanScores } from "../model/uni-encoder-span";
import { tokenScores } from "../model/uni-encoder-token";
import { splitWords } from "../text/words";
import { openEncoder } from "../weights/open";
import { SafetensorsFile } from "../weights/safetensors";
import { type LoadedModel, type LoadOptions, loadModel } from "./checkpoint/load";
import { checkStrictly } from "./checkpoint/misfit";
import { newModel } from "./checkpoint/new-model";
import { type SaveOptions, saveModel } from "./checkpoint/save";
import { type Entity, toEntity } from "./entity";
import { checkLabels, checkThreshold } from "./reading/checks";
import { inLabelChunks } from "./reading/label-chunks";
import { byLength, inOrder } from "./reading/length-order";
import type { BatchOptions, CandidateOptions, LimitedReader } from "./reading/reader";
import { inStream } from "./reading/stream";
import { inWindows, type WindowOptions } from "./reading/windows";

/** How spans become entities. */
export interface PredictOptions {
  /** Spans whose probability is greater than this count. Default 0.5. */
  threshold?: number;
  /** No two entities overlap (default); false lets one lie wholly inside another. */
  flatNer?: boolean;
  /** One span may have several labels. Default false. */
  multiLabel?: boolean;
  /** Adds to every entity the probabilities of its span's most probable types. Default false; span modes only. */
  returnClassProbs?: boolean;
  /**
   * How a text that is longer than the model takes is read: in overlapping windows (default; with their sizes), or, with
   * false, only as far as the model reaches, as Python does; the words that are lost are then counted.
   */
  window?: boolean | WindowOptions;
  /** Most types in one prompt; more of them are asked for in several, which changes their scores. Default: all in one. */
  labelsAtOnce?: number;
}

/**
 * A GLiNER model that reads texts, in the spirit of the Python class of the same name.
 *
 * @example
 * const model = await GLiNER.fromPretrained("runs/quick/best");
 * await model.predictEntities("Ada Lovelace was born in London.", ["person", "city"]);
 */
export class GLiNER implements LimitedReader {
  /** Words that the model has not seen so far because texts were longer than `max_len` or the encoder's limit. */
  wordsLost = 0;
  /** Texts so far that were too long for one pass and were read in windows. */
  textsInWindows = 0;

  private constructor(readonly model: LoadedModel) {}

  /**
   * Loads a folder of Python's `save_pretrained` or of `savePretrained`, or a model of the hub.
   * @param name a folder, or "owner/name"
   * @param options.strict default true, unlike Python: every tensor must be there, and fit
   * @throws UserError where it is not sound
   */
  static async fromPretrained(name: string, options: LoadOptions = {}): Promise<GLiNER> {
    await useBackend();
    return new GLiNER(await loadModel(name, options));
  }

  /**
   * A pre-trained encoder with a random head.
   * @param config keys of gliner_config.json; `model_name` names the encoder
   * @param options.seed of the head's random weights, default 0
   */
  static async fromConfig(config: Partial<GLiNERConfig>, options: { seed?: number } = {}): Promise<GLiNER> {
    await useBackend();
    return new GLiNER(await newModel(config, options.seed ?? 0));
  }

  get config(): Readonly<GLiNERConfig> {
    return this.model.config;
  }

  /** Number of parameters. */
  get size(): number {
    return this.model.parameters.count();
  }

  /** Names of the parameters that a load which was not strict left random. */
  get randomParameters(): readonly string[] {
    return this.model.random;
  }

  /** The entities of one text. @throws UserError where no label is asked for */
  async predictEntities(text: string, labels: readonly string[], options: PredictOptions = {}): Promise<Entity[]> {
    const [entities] = await this.inference([text], labels, options);
    return entities;
  }

  /** The entities of each text, in the order of the texts. Blank texts have none. */
  async inference(
    texts: readonly string[],
    labels: readonly string[],
    options: PredictOptions & BatchOptions = {},
  ): Promise<Entity[][]> {
    const words = texts.map(splitWords);
    const full = words.flatMap((list, i) => (list.length ? [i] : []));
    const tokens = full.map((i) => words[i].map((word) => word.text));
    const { window = true } = options;
    const reader = window === false ? this : inWindows(this, window === true ? {} : window);
    const asked = options.labelsAtOnce === undefined ? reader : inLabelChunks(reader, options.labelsAtOnce);
    const found = await asked.candidates(tokens, labels, {
      ...options,
      floor: checkThreshold(options.threshold ?? 0.5),
      classProbs: options.returnClassProbs,
      oneLabel: !options.multiLabel,
    });
    const entities: Entity[][] = texts.map(() => []);
    full.forEach((i, n) => {
      const { flatNer = true, multiLabel = false } = options;
      const kept = greedyDecode(found[n], { flatNer, multiLabel });
      entities[i] = kept.map((span) => toEntity(texts[i], words[i], span));
    });
    return entities;
  }

  /**
   * The entities of each text of a stream, in its order and with a bounded memory: for more texts than one holds at once.
   *
   * @example
   * for await (const entities of model.stream(lines, ["person", "city"])) console.log(entities.length);
   */
  stream(
    texts: Iterable<string> | AsyncIterable<string>,
    labels: readonly string[],
    options: PredictOptions & Omit<BatchOptions, "onProgress" | "onWordsLost"> = {},
  ): AsyncGenerator<Entity[]> {
    return inStream(texts, options.batchSize ?? 8, (window) => this.inference(window, labels, options));
  }

  /**
   * Every span of every text whose probability exceeds `floor`, before decoding: spans in words, end inclusive.
   * What evaluation, thresholds and error analysis work on. Words beyond the model's limit are not read, as in Python;
   * `inWindows(model)` reads them too.
   * @param options.oneLabel only the most probable type of each span: enough for decoding with one label a span
   */
  async candidates(
    tokens: readonly (readonly string[])[],
    labels: readonly string[],
    options: CandidateOptions,
  ): Promise<SpanCandidate[][]> {
    const types = checkLabels(labels);
    if (options.classProbs && isTokenLevel(this.config))
      throw usageError(
        "returnClassProbs needs a span mode: a token-level model has no probabilities of a span's types.",
      );
    const { batchSize = 8, forward, onProgress, onWordsLost } = options;
    const found: SpanCandidate[][] = tokens.map(() => []);
    let done = 0;
    for (const numbers of this.batches(tokens, batchSize)) {
      const batch = this.collate(numbers.map((n) => ({ tokens: tokens[n], types })));
      const candidates = await this.candidatesOf(batch, forward, options);
      numbers.forEach((n, b) => {
        if (batch.wordsLost[b] > 0) onWordsLost?.(n, batch.wordsLost[b]);
        found[n] = candidates[b];
      });
      done += numbers.length;
      onProgress?.(done, tokens.length);
    }
    return found;
  }

  /**
   * Zero-shot evaluation on annotated records. The types asked for are required: a list made from each record's own gold
   * would be an oracle.
   */
  async evaluate(records: readonly NerRecord[], options: EvaluateOptions): Promise<Evaluation> {
    return evaluateRecords(this, records, options);
  }

  /** Examples -> batch; counts the words that are lost to truncation. */
  collate(examples: readonly Example[], switches: Partial<CollateSwitches> = {}): Batch {
    const batch = collate(examples, this.model.tokenizer, { ...this.model.config, ...switches });
    const lost = batch.wordsLost.reduce((a, b) => a + b, 0);
    if (lost > 0) {
      this.wordsLost += lost;
      warnOnce(
        "some texts are longer than the model takes: the words beyond its limit are not read (counted in wordsLost).",
      );
    }
    return batch;
  }

  /** Logits of a batch for study, [B, W, K, C], of a token-level model [B, W, C, 3]; the caller disposes them. */
  scores(batch: Batch, options: ForwardOptions = {}): tf.Tensor4D {
    const forward = isTokenLevel(this.config) ? tokenScores : spanScores;
    return tf.tidy(() => forward(this.model, batch, options));
  }

  /** Writes a folder that `fromPretrained` here and, unless it is compact, `GLiNER.from_pretrained` in Python load. */
  async savePretrained(folder: string, options: SaveOptions = {}): Promise<void> {
    const encoder = options.wordEmbeddings === "encoder" ? await openEncoder(this.config.model_name) : undefined;
    try {
      saveModel(this.model, folder, options, encoder);
    } finally {
      encoder?.close();
    }
  }

  /** Takes up the weights of a checkpoint that `savePretrained` wrote of the same model. @throws UserError where they do not fit */
  restore(folder: string): void {
    const file = SafetensorsFile.open(join(folder, "model.safetensors"));
    const { parameters } = this.model;
    try {
      checkStrictly(file, new Map([...parameters.entries()].map(([name, variable]) => [name, variable.shape])));
      for (const [name, variable] of parameters.entries())
        parameters.set(name, file.read(name).data as Float32Array, variable.shape);
    } finally {
      file.close();
    }
  }

  dispose(): void {
    this.model.parameters.dispose();
  }

  /** Texts of like length together, except where a text's scores depend on its neighbours. */
  private batches(tokens: readonly (readonly string[])[], batchSize: number): number[][] {
    if (!isTokenLevel(this.config) && spanLayer(this.config.span_mode).leaks) return inOrder(tokens.length, batchSize);
    return byLength(
      tokens.map((words) => words.length),
      batchSize,
    );
  }

  /** The candidates of every text of a batch. */
  private async candidatesOf(
    batch: Batch,
    forward: ForwardOptions | undefined,
    { floor, classProbs, oneLabel }: { floor: number; classProbs?: boolean; oneLabel?: boolean },
  ): Promise<SpanCandidate[][]> {
    const scores = this.scores(batch, forward); // [B, W, K, C] or [B, W, C, 3]
    try {
      if (isTokenLevel(this.config)) {
        const values = await scores.data<"float32">();
        const stride = values.length / batch.size;
        return batch.classes.map((classes, b) => {
          const shape = { words: batch.textLengths[b], classes, stride: batch.C };
          return tokenCandidates(values.subarray(b * stride, (b + 1) * stride), shape, floor);
        });
      }
      const rows = await rowsAbove(scores, logitBound(floor));
      return batch.classes.map((classes, b) => {
        const shape = {
          words: batch.textLengths[b],
          classes,
          stride: batch.C,
          maxWidth: batch.K,
          classProbs,
          oneLabel,
        };
        return rowCandidates(rows[b], shape, floor);
      });
    } finally {
      scores.dispose();
    }
  }
}
