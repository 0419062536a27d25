/** What a notebook's cells show: each function returns or drives a display. */

export { type GapName, gapName } from "../study/gaps";
export { type IntervalPoint, intervalFigure, reliabilityFigure, thresholdFigure } from "./analysis";
export { diffTable } from "./audit/diff-table";
export { findingList } from "./audit/finding-list";
export { waterfallFigure } from "./audit/waterfall";
export { check, Outcome, type Property, sealExercise } from "./check";
export { compareEntities, compareRecord } from "./compare";
export {
  type Casebook,
  type CaseRow,
  caseRows,
  chaptersOf,
  note,
  openCasebook,
  predictThree,
  resultsOf,
  sentenceOf,
} from "./course/casebook";
export {
  type DatedSuspect,
  datedSuspects,
  type TimelineEvent,
  timelineEvents,
  timelineFigure,
} from "./course/timeline";
export { DISPLAY, Display, type Displayable, type MimeBundle } from "./display";
export { type EntitiesOptions, entities, type LabelledSpan } from "./entities";
export { inEras } from "./eras";
export { type Exercise, type Question, sealQuestion, type Verdict } from "./exercises";
export { figure } from "./figure";
export type { FigureObject, Layout, Trace as PlotTrace } from "./figures/plotly";
export { input } from "./input";
export {
  type LessonData,
  lessonData,
  profile,
  recordSpans,
  type StoredRow,
  spanOf,
  storedFigure,
  storedResults,
} from "./lesson";
export { Curve, type CurveOptions, curve, interruptSignal, Progress, progress } from "./live";
export { type MatrixOptions, matrix } from "./matrix";
export { Monitor, monitor } from "./monitor";
export { benchmarkLesson, type LessonBenchmark, type LessonFile, pileNerLesson, storedMix } from "./preprocessing";
export { presetTable } from "./preset-table";
export { quiz } from "./quiz";
export { display } from "./show";
export { type Stages, scoreRows, stages } from "./stages";
export { seedsFigure, seedsTable } from "./study/atlas";
export { type GradientNorms, gradientNorms } from "./study/gradient-norms";
export { factorsFigure, GAP_COLOURS, worthFigure } from "./study/worth";
export { type TableOptions, table } from "./table";
export type { FrameLike } from "./tables/frames";
export { traceFigure } from "./trace-figure";
export { writeTable } from "./write";
