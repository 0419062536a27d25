/** What the inputs of an audit say, put side by side; every sign of lib/audit/findings looks at it and at nothing else. */

import type { TypeCounts } from "../evaluate/familiarity/familiarity";
import type { Predictions } from "../evaluate/predictions/predictions";
import type { GLiNERConfig } from "../model/config";
import type { Manifest } from "../provenance/manifest";
import type { Configuration } from "./configuration/configuration";
import type { Definition } from "./forensics/definitions";

export interface Evidence {
  inputs: { path: string; kind: string }[];
  /** The version of GLiNER that trained or scored, where it is known. */
  era: string | null;
  configuration: Configuration | null;
  model: ModelFacts | null;
  run: Manifest | null;
  curve: Curve | null;
  tests: TestFacts | null;
  records: RecordFacts | null;
  /** Mentions of each type that was trained, where the folder says so. */
  trained: TypeCounts | null;
  /** How familiar the trained types are with each scored set's; null where types or scores are not known. */
  difficulty: Difficulty[] | null;
  /** Of each set whose predictions were given. */
  predictions: Map<string, Predictions>;
  /** Ways of scoring, held against the reported numbers; null where predictions, numbers or gold are missing. */
  definitions: Definition[] | null;
  /** What everything is held against. */
  against: Reference | null;
}

/** How much a set's types resemble the trained ones. */
export interface Difficulty {
  set: string;
  /** Familiarity, 0..1; null where there is no encoder to compare names with. */
  familiarity: number | null;
  /** Share of the set's types that were trained by name. */
  seen: number;
}

export interface Reference {
  configuration: Configuration;
  /** Mean F1 of the seven tests that was published of it, in 0..1; null where none was. */
  average: number | null;
}

/** A model folder. */
export interface ModelFacts {
  path: string;
  config: GLiNERConfig;
  /** The id of the class token in the folder's tokenizer; null where the folder has none. */
  tokenizerId: number | null;
  weights: WeightFacts | null;
}

export interface WeightFacts {
  /** Of the head, and of the whole file. */
  headParameters: number;
  parameters: number;
  /** The configuration wants an LSTM and the file has none. */
  lstmMissing: boolean;
  /** Tensors under AllenNLP's names, which Python 0.2.29 does not find. */
  wrappedLstm: boolean;
  /** Parts whose every value is still within the bounds of its first draw. */
  asDrawn: string[];
  /** Distance of the class token's row from the mean row, in standard deviations of a row; null where there is no such row. */
  classRow: number | null;
  /** Rows of the embedding table. */
  rows: number | null;
}

/** One logged step. */
export interface CurvePoint {
  step: number;
  loss: number | null;
  /** What mentions contribute to the loss, and how many labels are 1. */
  lossPositive?: number;
  positives?: number;
  gradientNorm: number | null;
  learningRate: number | null;
  skipped?: string;
}

export interface Curve {
  path: string;
  points: CurvePoint[];
  /** What the best checkpoint was chosen by, as the file names it. */
  chosenBy: string | null;
}

/** One test set: whatever is known of how it was asked and scored. F1 in 0..1. */
export interface SetFacts {
  f1: number | null;
  /** Sentences and gold mentions. */
  texts: number | null;
  mentions: number | null;
  types: string[] | null;
  typeCount: number | null;
  threshold: number | null;
  /** Of the words of the texts, see `digestOfTexts`. */
  wordsSha256: string | null;
}

export interface TestFacts {
  path: string;
  sets: Map<string, SetFacts>;
  average: number | null;
}

/** Training records in Python's form. */
export interface RecordFacts {
  path: string;
  count: number;
  /** Records that name negative types, by the key they stand under. */
  negativeKeys: Map<string, number>;
}
