/** The one public door: everything that notebooks, commands and other packages use. */
export { type BackendInfo, backendInfo, useBackend } from "./backend";
export { type Batch, collate, type Example, spanIndex } from "./batch/collate";
export { type PromptedText, promptText } from "./batch/prompt";
export { type SamplingOptions, sampleTypes, samplingOf } from "./batch/sampling";
export { loadRecords } from "./data/named";
export { type NerRecord, type NerSpan, readRecords, typesOf } from "./data/records";
export { bioLines } from "./data/to-bio";
export { writeZeroShotTests, ZERO_SHOT_SETS, type ZeroShotSet, zeroShotTest } from "./data/zero-shot-tests";
export type { EncoderConfig } from "./encoder/config";
export { UserError } from "./errors";
export { type Calibration, type CalibrationBin, calibrate } from "./evaluate/calibration";
export {
  analyseErrors,
  type Confusion,
  type ErrorCase,
  type ErrorReport,
  errorRows,
  NOTHING,
  topConfusions,
} from "./evaluate/error-analysis";
export { type OrderStudy, studyOrders } from "./evaluate/label-order";
export { type Comparison, compareF1 } from "./evaluate/paired";
export type { Predictor } from "./evaluate/predict";
export { type Predictions, readPredictions } from "./evaluate/predictions";
export type { StudyOptions, Wording } from "./evaluate/prompt-study";
export {
  bestThreshold,
  type CurvePoint,
  scoresAt,
  thresholdCurve,
  thresholdCurveByDecoding,
} from "./evaluate/threshold-curve";
export { AS_GIVEN, oneAtATime, studyWordings, type WordingResult } from "./evaluate/wordings";
export { askedOnly, type EvaluateOptions, type Evaluation, evaluateRecords } from "./evaluate/zero-shot";
export type { Entity } from "./gliner/entity";
export { toDisplacy, toRecord, toSpacy } from "./gliner/export";
export { type BatchOptions, GLiNER, type PredictOptions } from "./gliner/gliner";
export { type PublishedModel, publishedModels } from "./gliner/published";
export { parseRecipe, type Recipe, readRecipe } from "./gliner/recipe";
export type { TrainingConfig } from "./gliner/settings";
export { type TrainingReport, type TrainingResult, type TrainOptions, train } from "./gliner/train";
export { inWindows, planWindows, type WindowOptions } from "./gliner/windows";
export { LstmTwins, paddingErrors } from "./laboratory/lstm-twins";
export { type SmallTask, smallModel, smallTask } from "./laboratory/small-model";
export { SpanStudy, spanParameters, whatASpanSees } from "./laboratory/span-study";
export { candidateChanges, type Switches, withRedrawn, withSwitches } from "./laboratory/switches";
export { type Timing, timeInTurn } from "./laboratory/timing";
export type { GLiNERConfig } from "./model/config";
export { countParameters } from "./model/count";
export { candidates, entitiesAt, greedyDecode, type SpanCandidate } from "./model/decode";
export { describeHead } from "./model/describe";
export { type LossOptions, lossOf, spanLoss } from "./model/loss";
export { LSTMS, type Lstm, type LstmModule, type LstmName, lstmShapes, StatefulLstm } from "./model/lstm";
export { SPAN_LAYERS, spanLayer } from "./model/span";
export * from "./model/span/allennlp";
export { type SpanInput, type SpanLayer, scoreSpans } from "./model/span/layer";
export type { ForwardOptions, Trace } from "./model/uni-encoder-span";
export * from "./notebook";
export { RandomStream, stream } from "./random";
export { SubwordTokenizer } from "./text/tokenizer";
export { splitWords, type Word } from "./text/words";
