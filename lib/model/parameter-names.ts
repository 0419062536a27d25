/**
 * The beginnings of the parameters' names in a checkpoint: Python's, and the only place that spells them.
 * @see gliner/modeling/base.py (0.2.29)
 */
export const ENCODER_PREFIX = "token_rep_layer.bert_layer.model.";
/** From the encoder's width to the head's, where they differ. */
export const PROJECTION = "token_rep_layer.projection";
export const LSTM = "rnn.lstm";
export const SPAN_PREFIX = "span_rep_layer.span_rep_layer.";
export const PROMPT = "prompt_rep_layer";
/** Of the token-level head. */
export const SCORER = "scorer";

/** The parts of a model: the first beginning that fits a parameter counts. */
const PARTS: readonly Part[] = [
  { prefix: `${ENCODER_PREFIX}embeddings.`, module: "embeddings", words: "embeddings" },
  { prefix: `${ENCODER_PREFIX}encoder.layer.`, module: "encoder", words: "encoder layers" },
  { prefix: ENCODER_PREFIX, module: "encoder", words: "rest of the encoder" },
  { prefix: `${PROJECTION}.`, module: "projection", words: "projection" },
  { prefix: "rnn.", module: "rnn", words: "BiLSTM" },
  { prefix: "span_rep_layer.", module: "span_layer", words: "span layer" },
  { prefix: `${PROMPT}.`, module: "prompt", words: "prompt projection" },
  { prefix: `${SCORER}.`, module: "scorer", words: "token head" },
];

/** One part: how its parameters begin, its short name for norms and freezing, and its name for people. */
export interface Part {
  prefix: string;
  module: string;
  words: string;
}

const OTHER: Part = { prefix: "", module: "other", words: "other" };

/** The part that a parameter belongs to. */
export function partOf(parameter: string): Part {
  return PARTS.find(({ prefix }) => parameter.startsWith(prefix)) ?? OTHER;
}

/** How the parameters of a module begin; undefined where there is no such module. */
export function prefixOfModule(module: string): string | undefined {
  const own = PARTS.filter((part) => part.module === module).map(({ prefix }) => prefix);
  // The shortest one holds the others.
  return own.sort((a, b) => a.length - b.length)[0];
}
