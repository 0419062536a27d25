import { debertaVariants, relativePositions } from "./deberta";
import { decode } from "./decode";
import { eraLosses, eraSamplers } from "./eras";
import { evaluation } from "./eval";
import type { GoldenFamily } from "./family";
import { genuineEras } from "./genuine-eras";
import { loss } from "./loss";
import { lstmFamily } from "./lstm";
import { lstmStateful } from "./lstm-stateful";
import { mpnetBuckets, mpnetTokenizer, mpnetVariants } from "./mpnet";
import { optimizers } from "./optimizer";
import { instructReader, pileNerScripts, pythonLists, tagSchemes } from "./preprocessing";
import { scorers } from "./scorers";
import { extraction, scoring, tokenScorer } from "./scoring";
import { spanLayers } from "./span";
import { spanExtractors, spanTokenLevel } from "./span-extractors";
import { tinyModels } from "./tiny-model";
import { tokenTraining } from "./token-training";
import { torchFiles } from "./torch-files";
import { unigram } from "./unigram";
import { words } from "./words";

/** Every family that is built. */
export const FAMILIES: readonly GoldenFamily[] = [
  words,
  pileNerScripts,
  instructReader,
  tagSchemes,
  pythonLists,
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
  mpnetBuckets,
  mpnetTokenizer,
  mpnetVariants,
  loss,
  tokenTraining,
  eraLosses,
  eraSamplers,
  genuineEras,
  tinyModels,
  torchFiles,
  optimizers,
  decode,
  evaluation,
  scorers,
];

/** Fixtures of families that are still to come. */
const NOT_BUILT: readonly RegExp[] = [];

/** Files that belong to a fixture (a model folder) or describe the fixtures. */
const SUPPORT = [
  /^README\.md$/,
  // Of test/gliner/reading/described.
  /^described\//,
  // Of test/audit/trace.
  /^trace\//,
  /^eras\/[^/]+\/version\.json$/,
  /^torch\/\w+\.safetensors$/,
  /^tiny_[a-z]+\/(model\.safetensors|spm\.model|vocab\.txt|gliner_config\.json)$/,
  /^tiny_[a-z]+\/(tokenizer|tokenizer_config|special_tokens_map|added_tokens)\.json$/,
];

export const isNotBuiltYet = (path: string) => NOT_BUILT.some((pattern) => pattern.test(path));
export const isSupportFile = (path: string) => SUPPORT.some((pattern) => pattern.test(path));
