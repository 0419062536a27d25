/**
 * What the ways of reading texts share: anything that lists the spans of texts above a floor. The GLiNER class is one, and so
 * is each way of reading that stands before it (windows, label chunks); none of them needs to know the class.
 */
import type { EncoderConfig } from "../../encoder/config";
import type { GLiNERConfig } from "../../model/config";
import type { SpanCandidate } from "../../model/decode";
import type { ForwardOptions } from "../../model/uni-encoder-span";
import type { SubwordTokenizer } from "../../text/tokenizer";
import type { TypesAsked } from "./types-asked";

/** How many texts are computed at once, and who hears of it. */
export interface BatchOptions {
  /** Default 8. */
  batchSize?: number;
  /** Another way to compute the same model, for study. */
  forward?: Pick<ForwardOptions, "head" | "lstm" | "leak">;
  onProgress?(done: number, total: number): void;
  /** Called for every text of which the model does not see the last `words` words. */
  onWordsLost?(text: number, words: number): void;
  /** Called for every text of which something is read in windows; more than once where several prompts ask. */
  onWindows?(text: number): void;
  /** Ends the work between two batches: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** Which spans are listed, and with what. */
export interface CandidateOptions extends BatchOptions {
  /** Spans whose probability exceeds it, 0..1. */
  floor: number;
  /** Adds the probabilities of a span's most probable types. */
  classProbs?: boolean;
  /** Only the most probable type of each span: enough for decoding with one label a span. */
  oneLabel?: boolean;
}

/** Lists the spans of texts. */
export interface Reader {
  /**
   * @param tokens the words of each text
   * @param labels for all texts, or a list for each
   */
  candidates(
    tokens: readonly (readonly string[])[],
    labels: TypesAsked,
    options: CandidateOptions,
  ): Promise<SpanCandidate[][]>;
}

/** A reader whose reach is known: what windows are measured by. */
export interface LimitedReader extends Reader {
  readonly config: Readonly<GLiNERConfig>;
  readonly model: {
    readonly tokenizer: SubwordTokenizer;
    readonly config: GLiNERConfig;
    readonly encoder: EncoderConfig;
  };
  /** Texts so far of which something was too long for one pass and was read in windows. */
  textsInWindows: number;
}
