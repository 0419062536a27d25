/** The one public door: everything that notebooks, commands and other packages use. */
export { type BackendInfo, backendInfo, useBackend } from "./backend";
export { type Batch, collate, type Example, spanIndex } from "./batch/collate";
export { type PromptedText, promptText } from "./batch/prompt";
export { sampleTypes } from "./batch/type-sampling";
export { loadRecords } from "./data/named";
export { type NerRecord, type NerSpan, readRecords, typesOf } from "./data/records";
export { writeZeroShotTests, ZERO_SHOT_SETS, type ZeroShotSet, zeroShotTest } from "./data/zero-shot-tests";
export type { EncoderConfig } from "./encoder/config";
export { UserError } from "./errors";
export { type EvaluateOptions, type Evaluation, evaluateRecords } from "./evaluate/zero-shot";
export { type BatchOptions, type Entity, GLiNER, type PredictOptions } from "./gliner/gliner";
export { parseRecipe, type Recipe, readRecipe, type TrainingConfig } from "./gliner/recipe";
export { type TrainingReport, type TrainingResult, type TrainOptions, train } from "./gliner/train";
export type { GLiNERConfig } from "./model/config";
export { candidates, greedyDecode, type SpanCandidate } from "./model/decode";
export type { ForwardOptions, Trace } from "./model/uni-encoder-span";
export * from "./notebook";
