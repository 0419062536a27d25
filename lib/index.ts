/**
 * The one public door: everything that notebooks, commands and other packages use, under headings in the order in which most
 * people need them. What is not here is the project's own business and may change.
 */

// ## Read
// Texts -> entities: the GLiNER class, its options, other tools' forms of an entity, and model folders.

export { type BackendInfo, backendInfo, useBackend } from "./backend";
export { UserError } from "./errors";
export { modelIdentity } from "./gliner/checkpoint/identity";
export type { LoadOptions } from "./gliner/checkpoint/load";
export { CheckpointError, type Misfit } from "./gliner/checkpoint/misfit";
export { type PublishedModel, publishedModels } from "./gliner/checkpoint/published";
export type { SaveOptions } from "./gliner/checkpoint/save";
export { modelFolder, SHIPPED_MODEL } from "./gliner/checkpoint/shipped";
export type { Entity } from "./gliner/entity";
export { toDisplacy, toRecord, toSpacy } from "./gliner/export";
export { GLiNER } from "./gliner/gliner";
export type { DescribedTypes } from "./gliner/reading/described";
export { AS_PYTHON, type PredictOptions } from "./gliner/reading/predict-options";
export type { BatchOptions } from "./gliner/reading/reader";
export type { Threshold } from "./gliner/reading/thresholds";
export type { TypesAsked } from "./gliner/reading/types-asked";
export { inWindows, planWindows, type WindowOptions } from "./gliner/reading/windows";

// ## Train
// Records -> a trained model: recipes, `train()`, held-out types, and what a run writes about itself.

export { loadWordings, type Wordings } from "./data/wordings";
export {
  type EraKey,
  type EraRecipe,
  eraRecipeNames,
  readEraRecipe,
  recipeOfItsDay,
} from "./gliner/recipe/era-recipes";
export { DEFAULT_OFFICIAL, officialDifferences, officialNames } from "./gliner/recipe/official";
export { parseRecipe, type Recipe, readRecipe } from "./gliner/recipe/recipe";
export type { TrainingConfig } from "./gliner/recipe/training-config";
export type { TrackedTest } from "./gliner/training/evaluation";
export { type FineTuned, type FineTuneOptions, fineTune } from "./gliner/training/fine-tune";
export { type Forgetting, ForgettingGauge, type Gauged, type GaugeOptions } from "./gliner/training/forgetting";
export { type HeldOut, type HoldOutOptions, type HoldOutResult, holdOutTypes } from "./gliner/training/held-out";
export type { TrainingResult, TrainOptions } from "./gliner/training/options";
export type { TrainingReport } from "./gliner/training/report";
export { type RecipeRun, type RunRecipeOptions, runRecipe, startModel } from "./gliner/training/run-recipe";
export { countsAt, findAsked } from "./gliner/training/scoring";
export { train } from "./gliner/training/train";
export { modelCard } from "./provenance/card";
export { type Manifest, readManifest } from "./provenance/manifest";

// ## Evaluate
// Predictions -> scores with intervals: asking, scoring, comparing, seeds, kinds of error, studies of the prompt, stored and published results.

export { type BenchmarkSet, comparePresets, type PresetScores } from "./evaluate/benchmark";
export {
  analyseErrors,
  type Confusion,
  type ErrorCase,
  type ErrorReport,
  errorRows,
  NOTHING,
  topConfusions,
} from "./evaluate/errors/analysis";
export * from "./evaluate/errors/breakdown";
export {
  countTypes,
  type Familiarity,
  familiarity,
  familiarityOfType,
  type TypeCounts,
  type TypeFamiliarity,
} from "./evaluate/familiarity/familiarity";
export { typeVectors } from "./evaluate/familiarity/type-vectors";
export { type PredictionTask, type Predictor, predict, storedPredictions } from "./evaluate/predictions/predict";
export {
  checkTexts,
  FLOOR,
  type ModelIdentity,
  type Predictions,
  readPredictions,
} from "./evaluate/predictions/predictions";
export { type OrderStudy, studyOrders } from "./evaluate/prompts/label-order";
export type { StudyOptions } from "./evaluate/prompts/prompt-study";
export type { Wording } from "./evaluate/prompts/wording";
export { AS_GIVEN, oneAtATime, studyWordings, type WordingResult } from "./evaluate/prompts/wordings";
export { MATCH_MODES, type ModeScores, matchModes } from "./evaluate/scoring/match-modes";
export { addCounts, type Counts, countMatches, f1Scores, type Scores, scoresPerType } from "./evaluate/scoring/metrics";
export { askedLabels, PRESETS, type Preset, presetOf, rulesOf } from "./evaluate/scoring/presets";
export { PLAIN_RULES, type Scored, type ScoringRules, scorePredictions } from "./evaluate/scoring/scoring";
export {
  bestThreshold,
  type CurvePoint,
  scoresAt,
  thresholdCurve,
  thresholdCurveByDecoding,
} from "./evaluate/scoring/threshold-curve";
export { bootstrapF1, type Interval, meanF1, resampledF1, type SetCounts } from "./evaluate/statistics/bootstrap";
export { type Calibration, type CalibrationBin, calibrate } from "./evaluate/statistics/calibration";
export { contrastSeeds } from "./evaluate/statistics/contrast";
export { holm } from "./evaluate/statistics/holm";
export { mean, standardDeviation } from "./evaluate/statistics/mean";
export { bootstrapDifference, type Comparison, compareF1 } from "./evaluate/statistics/paired";
export * from "./evaluate/statistics/power";
export * from "./evaluate/statistics/seeds";
export type { TwoLevels } from "./evaluate/statistics/two-levels";
export { type CurveModel, type CurvePair, type StoredCurve, storedCurve } from "./evaluate/stored/curve";
export { type PresetRow, presetRow, storedCounts, storedPresets } from "./evaluate/stored/presets";
export { amongPublished, type PublishedScore, publishedScores } from "./evaluate/stored/published-scores";
export type { PromisedThresholds, ThresholdsOptions, TypeThreshold } from "./evaluate/thresholds";
export { askedOnly, type EvaluateOptions, type Evaluation, evaluateRecords } from "./evaluate/zero-shot";
export { positiveWeight, sameEvidence, unweighted, weighted } from "./model/loss/positive-weight";
export { adamReach } from "./train/adam-reach";

// ## Data
// Files -> records: formats, sources, training mixes, label lists, what is wrong with data.

export { type Conversion, convert } from "./data/convert";
export { conversationRecord, PILE_NER_ERAS, type PileNerEra } from "./data/formats/pile-ner";
export { type FormatOptions, readFormat } from "./data/formats/read";
export { Tally, type TallyReport } from "./data/formats/tally";
export { bioLines } from "./data/formats/write";
export type { FileReport } from "./data/inspect/file-report";
export { type DataReport, type InspectOptions, inspectData } from "./data/inspect/report";
export { markedRecord } from "./data/marked/records";
export { markedRecordLine } from "./data/marked/write";
export { buildMix, type MixManifest } from "./data/mix/build";
export { type MixRecipe, readMix } from "./data/mix/recipe";
export { loadRecords } from "./data/named";
export { type Overlap, OverlapIndex } from "./data/overlap";
export { goldTypes, joinRecords, type NerRecord, type NerSpan, readRecords } from "./data/records";
export { sourceRecords } from "./data/source-records";
export { isHere, readSources } from "./data/sources";
export { writeZeroShotTests, ZERO_SHOT_SETS, type ZeroShotSet, zeroShotTest } from "./data/zero-shot-tests";

// ## Study
// What a suspect is worth: suspects, plans, runs, and results with intervals.

export {
  type AgainResult,
  type Arm,
  type ArmComparison,
  type AtlasRow,
  againResults,
  changedPlan,
  compareAgain,
  compareOnFile,
  comparePlan,
  compareScreening,
  conduct,
  type Engine,
  type Estimate,
  estimatePlan,
  type Factor,
  type Gap,
  type Machine,
  type Plan,
  type PlannedRuns,
  planOf,
  planRuns,
  type RunSpec,
  readMachine,
  readPlan,
  readSuspect,
  type Screening,
  type ScreeningComparison,
  type ScreeningResult,
  type StoredArm,
  type StudyComparison,
  type Suspect,
  type SuspectResult,
  screeningResult,
  screeningResults,
  screenOnFile,
  seedAtlas,
  suspectIds,
  suspectResults,
  suspectsTable,
} from "./study";

// ## Audit
// Why a run differs from another: two configurations key by key, findings ranked by what they are worth, the way
// from one to the other, the first stage at which two programs part, reports.

export { type Audit, type AuditOptions, audit } from "./audit/audit";
export type { Configuration } from "./audit/configuration/configuration";
export { openConfiguration } from "./audit/configuration/open";
export { type ConfigurationDiff, type DiffHead, type DiffRow, diffConfigurations, sideWords } from "./audit/diff/diff";
export type { Effect } from "./audit/effects/effect";
export type { Finding } from "./audit/finding";
export { type Match, nearestPublished } from "./audit/forensics/nearest";
export { pathOnFile } from "./audit/path/one-by-one";
export type { AblationPath, PathManifest, PathStep, Worth } from "./audit/path/path";
export { type Claim, type JudgedClaim, judgeClaims, readClaims } from "./audit/report/claims";
export { runReport } from "./audit/report/of-run";
export { screeningReport } from "./audit/report/of-screening";
export { studyReport } from "./audit/report/of-study";
export { type Report, type ReportSection, reportMarkdown } from "./audit/report/report";
export type { StageResult, StageState } from "./audit/trace/stage";
export { type DivergenceTrace, type TraceOptions, trace } from "./audit/trace/trace";

// ## Show
// What a notebook's cell can show.

export * from "./notebook";

// ## Look inside
// The stages of the model one by one, and experiments with them: for the notebooks and for study.

export { type Batch, collate, type Example, spanIndex } from "./batch/collate";
export { type PromptedText, promptText } from "./batch/prompt";
export {
  type CorpusTypes,
  corpusTypes,
  type NegativeSource,
  type SamplingOptions,
  sampleTypes,
  samplingOf,
} from "./batch/sampling";
export type { EncoderConfig } from "./encoder/config";
export { alignmentRules, type RuleRow } from "./laboratory/alignment-rules";
export { attentionShares, meanOfHeads } from "./laboratory/attention";
export { type DecodingStep, decodingSteps } from "./laboratory/decoding-steps";
export { type EvaluationLesson, evaluationLesson } from "./laboratory/evaluation-lesson";
export { type LossStudy, lossGradient, lossStudy } from "./laboratory/loss-study";
export { LstmTwins, paddingErrors } from "./laboratory/lstm-twins";
export { madeUpSystem } from "./laboratory/made-up-system";
export { type SmallTask, smallModel, smallTask } from "./laboratory/small-model";
export { SpanStudy, spanParameters, whatASpanSees } from "./laboratory/span-study";
export {
  candidateChanges,
  type Reading,
  type Switches,
  withConfig,
  withRedrawn,
  withSwitches,
} from "./laboratory/switches";
export { type Timing, timeInTurn } from "./laboratory/timing";
export type { GLiNERConfig } from "./model/config";
export { entitiesAt, greedyDecode, type SpanCandidate, spanCandidates } from "./model/decode";
export { countParameters, describeHead } from "./model/describe";
export { type LossOptions, lossOf, spanLoss } from "./model/loss";
export { LSTMS, type Lstm, type LstmModule, type LstmName, lstmShapes, StatefulLstm } from "./model/lstm";
export { SPAN_LAYERS, spanLayer } from "./model/span";
export * from "./model/span/allennlp";
export { type SpanInput, type SpanLayer, scoreSpans } from "./model/span/layer";
export type { ForwardOptions, Trace } from "./model/uni-encoder-span";
export { RandomStream, randomStream } from "./random";
export { ComposedText } from "./text/compose";
export type { TextReading } from "./text/reading";
export { type SentencePlace, splitSentences } from "./text/sentences";
export { SubwordTokenizer } from "./text/tokenizer";
export { splitUnspaced } from "./text/unspaced";
export { splitAtSpaces, splitTokens, splitWords, type Word } from "./text/words";
