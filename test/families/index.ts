import { decode } from "./decode";
import { evaluation } from "./eval";
import type { GoldenFamily } from "./family";
import { loss } from "./loss";
import { lstmFamily } from "./lstm";
import { scoring } from "./scoring";
import { spanMarkerV0 } from "./span-marker-v0";
import { tinyBert } from "./tiny-bert";
import { words } from "./words";

/** Every family that is built. */
export const FAMILIES: readonly GoldenFamily[] = [
  words,
  lstmFamily,
  spanMarkerV0,
  scoring,
  loss,
  tinyBert,
  decode,
  evaluation,
];

/** Fixtures of families that are still to come. */
const NOT_BUILT = [
  /^span\/(marker|markerV1|markerV2|query|mlp|cat|conv_[a-z]+|token_level|allennlp_extractors)\.safetensors$/,
  /^scoring\/(token_scorer|extract_words_prompts)\.safetensors$/,
  /^tiny_deberta\/[^/]+\.(safetensors|json)$/,
];

/** Files that belong to a fixture (a model folder) or describe the fixtures. */
const SUPPORT = [
  /^README\.md$/,
  /^tiny_[a-z]+\/(model\.safetensors|spm\.model|vocab\.txt|gliner_config\.json)$/,
  /^tiny_[a-z]+\/(tokenizer|tokenizer_config|special_tokens_map|added_tokens)\.json$/,
];

export const isNotBuiltYet = (path: string) => NOT_BUILT.some((pattern) => pattern.test(path));
export const isSupportFile = (path: string) => SUPPORT.some((pattern) => pattern.test(path));
