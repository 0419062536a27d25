/** The options of reading texts, with their defaults and checks. */
import { checkNames, checkNumber, checkSignal, checkSwitch } from "../../options";
import type { BatchOptions } from "./reader";
import type { WindowOptions } from "./windows";

/** How spans become entities. */
export interface PredictOptions {
  /** Spans whose probability is greater than this count. Default 0.5. */
  threshold?: number;
  /** No two entities overlap (default); false lets one lie wholly inside another. */
  flatNer?: boolean;
  /** One span may have several labels. Default false. */
  multiLabel?: boolean;
  /** Adds to every entity the probabilities of its span's most probable types. Default false; span modes only. */
  returnClassProbs?: boolean;
  /**
   * How a text that is longer than the model takes is read: in overlapping windows (default; with their sizes), or, with
   * false, only as far as the model reaches, as Python does; the words that are lost are then counted.
   */
  window?: boolean | WindowOptions;
  /** Most types in one prompt; more of them are asked for in several, which changes their scores. Default: all in one. */
  labelsAtOnce?: number;
}

const NAMES = [
  "threshold",
  "flatNer",
  "multiLabel",
  "returnClassProbs",
  "window",
  "labelsAtOnce",
  "batchSize",
  "forward",
  "onProgress",
  "onWordsLost",
  "signal",
];

/** The same with every default filled in. @throws UserError naming what is unknown or out of its rule */
export function checkedOptions(options: PredictOptions & BatchOptions) {
  checkNames(options, NAMES, "the prediction");
  const { threshold = 0.5, flatNer = true, multiLabel = false, returnClassProbs = false, window = true } = options;
  const { batchSize = 8, labelsAtOnce, signal } = options;
  if (typeof window !== "boolean") checkNames(window, ["words", "overlap"], "window");
  checkSignal(signal);
  return {
    ...options,
    threshold: checkNumber("threshold", threshold),
    flatNer: checkSwitch("flatNer", flatNer),
    multiLabel: checkSwitch("multiLabel", multiLabel),
    returnClassProbs: checkSwitch("returnClassProbs", returnClassProbs),
    batchSize: checkNumber("batchSize", batchSize),
    labelsAtOnce: labelsAtOnce === undefined ? undefined : checkNumber("labelsAtOnce", labelsAtOnce),
    window,
  };
}
