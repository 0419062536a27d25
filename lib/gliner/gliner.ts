/** The class that users meet: loads a model and takes texts and types all the way to entities. */
import { inspect } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../backend";
import { type Batch, type CollateSwitches, collate, type Example } from "../batch/collate";
import { checkRoom } from "../batch/prompt";
import type { NerRecord } from "../data/records";
import { usageError, warnOnce } from "../errors";
import { type PromisedThresholds, promisedThresholds, type ThresholdsOptions } from "../evaluate/thresholds";
import { type EvaluateOptions, type Evaluation, evaluateRecords } from "../evaluate/zero-shot";
import { inPrecision } from "../fused/eight-bits";
import { type GLiNERConfig, isTokenLevel } from "../model/config";
import { greedyDecode, type SpanCandidate } from "../model/decode";
import { spanLayer } from "../model/span";
import { type ForwardOptions, spanScores } from "../model/uni-encoder-span";
import { tokenScores } from "../model/uni-encoder-token";
import { checkNumber, checkSignal, checkText, checkTexts, checkTokens } from "../options";
import { hardlyAWord, wordsOf } from "../text/reading";
import { sentenceStarts } from "../text/sentences";
import type { Word } from "../text/words";
import { turn } from "../turn";
import { openEncoder } from "../weights/open";
import { type LoadedModel, type LoadOptions, loadModel } from "./checkpoint/load";
import { newModel } from "./checkpoint/new-model";
import { type SaveOptions, saveModel } from "./checkpoint/save";
import { type Entity, toEntity } from "./entity";
import { batchCandidates } from "./reading/batch-candidates";
import { type DescribedTypes, isDescribed, underNames } from "./reading/described";
import { inLabelChunks } from "./reading/label-chunks";
import { byLength, inOrder } from "./reading/length-order";
import { checkedOptions, type PredictOptions } from "./reading/predict-options";
import type { BatchOptions, CandidateOptions, LimitedReader, Reader } from "./reading/reader";
import { inSentences } from "./reading/sentences";
import { refuseSpecialTokens } from "./reading/special-tokens";
import { inStream } from "./reading/stream";
import { aboveThreshold, floorOf } from "./reading/thresholds";
import { ofTexts, type TypesAsked, typesOfTexts } from "./reading/types-asked";
import { inWindows, type WindowOptions } from "./reading/windows";

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
  /** Texts so far of which something was too long for one pass and was read in windows. */
  textsInWindows = 0;

  /** None any more once it is disposed of. */
  private loaded: LoadedModel | undefined;

  private constructor(model: LoadedModel) {
    this.loaded = model;
  }

  /** What was loaded: configuration, tokenizer, parameters. @throws UserError once it is disposed of */
  get model(): LoadedModel {
    if (!this.loaded) throw usageError("the model has been disposed of; wanted one that is still loaded.");
    return this.loaded;
  }

  /** One line, in place of all weights and the vocabulary. */
  [inspect.custom](): string {
    const { model_name, span_mode, hidden_size } = this.model.config;
    return `GLiNER { encoder: ${inspect(model_name)}, span_mode: ${inspect(span_mode)}, hidden_size: ${hidden_size} }`;
  }

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

  /**
   * The entities of one text.
   * @param labels types, or `{name: description}`: then the descriptions stand in the prompt, and the answer bears the names
   * @throws UserError where the text is no string, no label is asked for, or an option is out of its rule
   */
  async predictEntities(
    text: string,
    labels: readonly string[] | DescribedTypes,
    options: PredictOptions & BatchOptions = {},
  ): Promise<Entity[]> {
    const [entities] = await this.inference([checkText(text)], labels, options);
    return entities;
  }

  /**
   * The entities of each text, in the order of the texts. Blank texts have none.
   * @param labels types for all texts, or a list for each, as in Python
   * @throws as `predictEntities`
   */
  async inference(
    texts: readonly string[],
    labels: TypesAsked | DescribedTypes,
    options: PredictOptions & BatchOptions = {},
  ): Promise<Entity[][]> {
    if (isDescribed(labels))
      return underNames(labels, options, (prompts, asked) => this.inference(texts, prompts, asked));
    const { threshold, flatNer, multiLabel, returnClassProbs, window, labelsAtOnce, nfc, splitter, ...rest } =
      checkedOptions(options);
    const reader = this.reader(window === "sentence" || window, labelsAtOnce);
    const words = checkTexts(texts).map((text) => wordsOf(text, { nfc, splitter }));
    const types = typesOfTexts(labels, texts.length);
    for (const asked of new Set(types)) refuseSpecialTokens(asked, this.model.tokenizer);
    warnOfLongWords(words);
    const entities: Entity[][] = texts.map(() => []);
    const full = words.flatMap((list, i) => (list.length ? [i] : []));
    if (full.length === 0) {
      await turn(rest.signal);
      return entities;
    }
    const starts = () => full.map((i) => sentenceStarts(texts[i], words[i]));
    const split = new Set<number>();
    const found = await (window === "sentence" ? inSentences(reader, starts()) : reader).candidates(
      full.map((i) => words[i].map((word) => word.text)),
      full.map((i) => types[i]),
      {
        ...rest,
        floor: floorOf(threshold, new Set(types.flat())),
        classProbs: returnClassProbs,
        // Where types differ in their thresholds, the most probable one may fail its own and the next one pass.
        oneLabel: !multiLabel && typeof threshold === "number",
        onWordsLost: (n, lost) => rest.onWordsLost?.(full[n], lost),
        onWindows: (n) => split.add(full[n]),
      },
    );
    this.textsInWindows += split.size;
    for (const i of split) rest.onWindows?.(i);
    full.forEach((i, n) => {
      const kept = greedyDecode(aboveThreshold(found[n], threshold), { flatNer, multiLabel });
      entities[i] = kept.map((span) => toEntity(texts[i], words[i], span));
    });
    return entities;
  }

  /** This model as it is to be read. */
  private reader(window: boolean | WindowOptions, labelsAtOnce: number | undefined): Reader {
    const reader = window === false ? this : inWindows(this, window === true ? {} : window);
    return labelsAtOnce === undefined ? reader : inLabelChunks(reader, labelsAtOnce);
  }

  /**
   * The entities of each text of a stream, in its order and with a bounded memory: for more texts than one holds at once.
   * @param labels types for all texts, or a list for each
   *
   * @example
   * for await (const entities of model.stream(lines, ["person", "city"])) console.log(entities.length);
   */
  stream(
    texts: Iterable<string> | AsyncIterable<string>,
    labels: TypesAsked | DescribedTypes,
    options: PredictOptions & Omit<BatchOptions, "onProgress"> = {},
  ): AsyncGenerator<Entity[]> {
    const { batchSize } = checkedOptions(options);
    const { onWordsLost, onWindows } = options;
    return inStream(texts, batchSize, (window, first) =>
      this.inference(window, ofTexts(labels, first, window.length), {
        ...options,
        onWordsLost: (text, words) => onWordsLost?.(first + text, words),
        onWindows: (text) => onWindows?.(first + text),
      }),
    );
  }

  /**
   * Every span of every text whose probability exceeds `floor`, before decoding: spans in words, end inclusive.
   * What evaluation, thresholds and error analysis work on. Words beyond the model's limit are not read, as in Python;
   * `inWindows(model)` reads them too.
   * @param options.oneLabel only the most probable type of each span: enough for decoding with one label a span
   */
  async candidates(
    tokens: readonly (readonly string[])[],
    labels: TypesAsked,
    options: CandidateOptions,
  ): Promise<SpanCandidate[][]> {
    checkTokens(tokens);
    const types = typesOfTexts(labels, tokens.length);
    for (const asked of new Set(types)) refuseSpecialTokens(asked, this.model.tokenizer);
    checkNumber("floor", options.floor);
    if (options.classProbs && isTokenLevel(this.config))
      throw usageError(
        "returnClassProbs needs a span mode: a token-level model has no probabilities of a span's types.",
      );
    const { batchSize = 8, forward, onProgress, onWordsLost, signal } = options;
    checkSignal(signal);
    const found: SpanCandidate[][] = tokens.map(() => []);
    let done = 0;
    await turn(signal);
    for (const numbers of this.batches(tokens, checkNumber("batchSize", batchSize))) {
      const batch = this.collate(numbers.map((n) => ({ tokens: tokens[n], types: types[n] })));
      const candidates = await batchCandidates(this.scores(batch, forward), batch, this.config, options);
      numbers.forEach((n, b) => {
        if (batch.wordsLost[b] > 0) onWordsLost?.(n, batch.wordsLost[b]);
        found[n] = candidates[b];
      });
      done += numbers.length;
      onProgress?.(done, tokens.length);
      await turn(signal);
    }
    return found;
  }

  /**
   * Zero-shot evaluation on annotated records. The types asked for are required: a list made from each record's own gold
   * would be an oracle.
   */
  async evaluate(
    records: readonly NerRecord[],
    options: EvaluateOptions & Pick<PredictOptions, "labelsAtOnce">,
  ): Promise<Evaluation> {
    const { labelsAtOnce, ...rest } = options;
    return evaluateRecords(this.reader(false, labelsAtOnce), records, rest);
  }

  /**
   * A threshold for each type that promises a recall, from some 50 annotated sentences: `threshold` of predictions takes its `thresholds`.
   *
   * @example
   * const { thresholds } = await model.thresholdsFor(records, { recall: 0.9 });
   * await model.predictEntities(text, Object.keys(thresholds), { threshold: thresholds });
   */
  async thresholdsFor(
    records: readonly NerRecord[],
    options: ThresholdsOptions & Pick<PredictOptions, "labelsAtOnce">,
  ): Promise<PromisedThresholds> {
    const { labelsAtOnce, ...rest } = options;
    return promisedThresholds(this.reader(true, labelsAtOnce), records, rest);
  }

  /**
   * Examples -> batch; counts the words that are lost to truncation.
   * @throws UserError where a prompt leaves no room for its text, of which Python then reads nothing and says so nowhere
   */
  collate(examples: readonly Example[], switches: Partial<CollateSwitches> = {}): Batch {
    const { tokenizer, config } = this.model;
    const batch = collate(examples, tokenizer, { ...config, ...switches });
    batch.promptLengths.forEach((length, b) => {
      checkRoom(length, batch.classes[b].length, tokenizer.modelMaxLength);
    });
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
    return inPrecision(this.model.precision, () => tf.tidy(() => forward(this.model, batch, options)));
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

  /** Gives its memory back; every later use is refused. */
  dispose(): void {
    this.loaded?.parameters.dispose();
    this.loaded = undefined;
  }

  /** Texts of like length together, except where a text's scores depend on its neighbours. */
  private batches(tokens: readonly (readonly string[])[], batchSize: number): number[][] {
    if (!isTokenLevel(this.config) && spanLayer(this.config.span_mode).leaks) return inOrder(tokens.length, batchSize);
    return byLength(
      tokens.map((words) => words.length),
      batchSize,
    );
  }
}

/** Never in silence: a model makes little of such a word, and takes the whole of it for an entity or for none. */
function warnOfLongWords(texts: readonly (readonly Word[])[]): void {
  if (texts.some((words) => words.some(hardlyAWord)))
    warnOnce(
      "a text has a word of more than 30 letters, as scripts without spaces between words have it: the model reads it as one; the splitter intl finds the words of Chinese, Japanese, Thai and their like.",
    );
}
