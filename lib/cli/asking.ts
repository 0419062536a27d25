/** The options of `evaluate` that ask a model otherwise than as it is. */
import type { Asking } from "../evaluate/prompts/asking";
import { LABEL_ORDERS } from "../evaluate/prompts/label-order";
import { RESPELLINGS } from "../evaluate/prompts/wording";
import { PRECISIONS, type Precision } from "../fused/eight-bits";
import { checkWord, givenOnly } from "../options";
import { WORD_SPLITTERS } from "../text/reading";
import { ROUNDINGS } from "../weights/rounding";
import { ruled, type Values } from "./command";

export const ASKING_HELP: readonly (readonly [option: string, meaning: string])[] = [
  ["--labels-at-once N", "asks for more types than N in several prompts, which changes their scores"],
  [
    "--wording RULE",
    `spells the types of the prompt otherwise: ${RESPELLINGS.join(", ")}; answers bear their own names`,
  ],
  ["--order ORDER", `another order of the types in the prompt: ${LABEL_ORDERS.join(", ")}`],
  ["--splitter NAME", `joins the words of each record and splits them again: ${WORD_SPLITTERS.join(", ")}`],
  ["--rounding FORM", `weights as a checkpoint in this form would hold them: ${ROUNDINGS.join(", ")}`],
  ["--precision FORM", `what the forward pass computes in: ${PRECISIONS.join(", ")}`],
  ["--max-len N", "words of a text that are read (default: the model's max_len)"],
  ["--max-subwords N", "subwords of prompt and text together (default: the encoder's limit)"],
];

export const ASKING_OPTIONS = {
  "labels-at-once": { type: "string" },
  wording: { type: "string" },
  order: { type: "string" },
  splitter: { type: "string" },
  rounding: { type: "string" },
  precision: { type: "string" },
  "max-len": { type: "string" },
  "max-subwords": { type: "string" },
} as const;

/** float32 is the model as it is. */
const otherwise = (precision: Precision | undefined) => (precision === "float32" ? undefined : precision);

/** What is asked otherwise, and nothing else. @throws UserError (usage) on a value that there is not */
export function readAsking(values: Values): Asking {
  const word = <Word extends string>(name: string, words: readonly Word[]) =>
    values[name] === undefined ? undefined : checkWord(`--${name}`, values[name], words);
  return givenOnly({
    wording: word("wording", RESPELLINGS),
    order: word("order", LABEL_ORDERS),
    labels_at_once: ruled(values, "labels-at-once", "labelsAtOnce"),
    splitter: word("splitter", WORD_SPLITTERS),
    rounding: word("rounding", ROUNDINGS),
    precision: otherwise(word("precision", PRECISIONS)),
    max_len: ruled(values, "max-len", "words"),
    max_subwords: ruled(values, "max-subwords", "words"),
  });
}
