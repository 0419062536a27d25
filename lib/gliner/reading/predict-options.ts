/** The options of reading texts, with their defaults and checks. */
import { checkNames, checkNumber, checkSignal, checkSwitch, checkWord, THRESHOLD } from "../../options";
import { TEXT_SPLITTERS, type TextReading } from "../../text/reading";
import type { BatchOptions } from "./reader";
import { checkThreshold, type Threshold } from "./thresholds";
import type { WindowOptions } from "./windows";

/** How texts become words and spans become entities; `AS_PYTHON` has the values that Python's package reads by. */
export interface PredictOptions extends TextReading {
  /** Spans whose probability is greater count; an object has one for each type, .5 where a type is not in it. Default 0.5. */
  threshold?: Threshold;
  /** No two entities overlap (default); false lets one lie wholly inside another. */
  flatNer?: boolean;
  /** One span may have several labels. Default false. */
  multiLabel?: boolean;
  /** Adds to every entity the probabilities of its span's most probable types. Default false; span modes only. */
  returnClassProbs?: boolean;
  /**
   * What the model reads at once. "sentence" (default): every sentence by itself. true: the whole text, or, where it is longer than the
   * model takes, overlapping windows; an object has their sizes. false: only as far as the model reaches, as Python does; the words that
   * are lost are then counted.
   */
  window?: boolean | "sentence" | WindowOptions;
  /** Most types in one prompt; more of them are asked for in several, which changes their scores. Default: all in one. */
  labelsAtOnce?: number;
}

/**
 * Reading as GLiNER 0.2.29 does it: texts as they are, in one pass, cut where they are too long. For comparisons with it; a user's texts are
 * read better by the defaults.
 */
export const AS_PYTHON = { nfc: false, splitter: "gliner", window: false } as const satisfies PredictOptions;

const NAMES = [
  "threshold",
  "flatNer",
  "multiLabel",
  "returnClassProbs",
  "window",
  "nfc",
  "splitter",
  "labelsAtOnce",
  "batchSize",
  "forward",
  "onProgress",
  "onWordsLost",
  "onWindows",
  "signal",
];

/** The same with every default filled in. @throws UserError naming what is unknown or out of its rule */
export function checkedOptions(options: PredictOptions & BatchOptions) {
  checkNames(options, NAMES, "the prediction");
  const {
    threshold = THRESHOLD,
    flatNer = true,
    multiLabel = false,
    returnClassProbs = false,
    window = "sentence",
  } = options;
  const { batchSize = 8, labelsAtOnce, signal, nfc = true, splitter = "gliner" } = options;
  if (typeof window === "string") checkWord("window", window, ["sentence"]);
  else if (typeof window !== "boolean") checkNames(window, ["words", "overlap"], "window");
  checkSignal(signal);
  return {
    ...options,
    threshold: checkThreshold(threshold),
    nfc: checkSwitch("nfc", nfc),
    splitter: checkWord("splitter", splitter, TEXT_SPLITTERS),
    flatNer: checkSwitch("flatNer", flatNer),
    multiLabel: checkSwitch("multiLabel", multiLabel),
    returnClassProbs: checkSwitch("returnClassProbs", returnClassProbs),
    batchSize: checkNumber("batchSize", batchSize),
    labelsAtOnce: labelsAtOnce === undefined ? undefined : checkNumber("labelsAtOnce", labelsAtOnce),
    window,
  };
}
