import { debertaVariants, relativePositions } from "./deberta";
import { decode } from "./decode";
import { eraLosses, eraSamplers } from "./eras";
import { evaluation } from "./eval";
import type { GoldenFamily } from "./family";
import { loss } from "./loss";
import { lstmFamily } from "./lstm";
import { lstmStateful } from "./lstm-stateful";
import { scorers } from "./scorers";
import { extraction, scoring, tokenScorer } from "./scoring";
import { spanLayers } from "./span";
import { spanExtractors, spanTokenLevel } from "./span-extractors";
import { tinyModels } from "./tiny-model";
import { tokenTraining } from "./token-training";
import { unigram } from "./unigram";
import { words } from "./words";

/** Every family that is built. */
export const FAMILIES: readonly GoldenFamily[] = [
  words,
  unigram,
  lstmFamily,
  lstmStateful,
  spanLayers,
  spanExtractors,
  spanTokenLevel,
  scoring,
  tokenScorer,
  extraction,
  relativePositions,
  debertaVariants,
  loss,
  tokenTraining,
  eraLosses,
  eraSamplers,
  tinyModels,
  decode,
  evaluation,
  scorers,
];

/** Fixtures of families that are still to come. */
const NOT_BUILT: readonly RegExp[] = [];

/** Files that belong to a fixture (a model folder) or describe the fixtures. */
const SUPPORT = [
  /^README\.md$/,
  /^tiny_[a-z]+\/(model\.safetensors|spm\.model|vocab\.txt|gliner_config\.json)$/,
  /^tiny_[a-z]+\/(tokenizer|tokenizer_config|special_tokens_map|added_tokens)\.json$/,
];

export const isNotBuiltYet = (path: string) => NOT_BUILT.some((pattern) => pattern.test(path));
export const isSupportFile = (path: string) => SUPPORT.some((pattern) => pattern.test(path));
