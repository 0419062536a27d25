/** `predict`: text on standard input -> entities on standard output, in the form that `--to` names. */
import { UserError, usageError } from "../errors";
import { PRECISIONS } from "../fused/eight-bits";
import type { Entity } from "../gliner/entity";
import { GLiNER } from "../gliner/gliner";
import { isDescribed } from "../gliner/reading/described";
import { checkWord } from "../options";
import { codePointOffsets } from "../text/offsets";
import { TEXT_SPLITTERS, type TextReading } from "../text/reading";
import { ANSWER_FORMS, type AnswerForm, answerForms, isAnswerForm } from "./answers";
import { type Command, required, ruled, runCommand, type Values } from "./command";
import { readTypes } from "./labels";
import { predictOverQueue } from "./predict-queue";
import { checkLease, QUEUE_HELP, QUEUE_OPTIONS } from "./queue";
import { asOne, linesOf, standardInput } from "./texts-in";
import { readThreshold } from "./threshold";

export const command: Command = {
  name: "predict",
  summary: "Finds entities in the text on standard input; one JSON object a line: text, label, start, end, score.",
  usage: "--model DIR --labels a,b [--threshold .5] [--nested] [--multi-label] [--to jsonl|marked|bio|html] < text",
  help: [
    ["--model DIR", "a model folder, of Python or of this project, or owner/name of the hub"],
    ["--labels a,b", "the entity types, or a file: one a line, a JSON list, or a JSON object of descriptions by type"],
    [
      "--threshold N",
      "spans with a greater probability count (default 0.5); by type: person=.3,city=.6, or a JSON file, such as evaluate --thresholds writes",
    ],
    ["--nested", "an entity may lie inside another"],
    ["--multi-label", "one span may have several labels"],
    ["--offsets KIND", "utf16 (default: text.slice(start, end)) or codepoints (Python's)"],
    [
      "--to FORM",
      `of the answers: ${ANSWER_FORMS.join(", ")} (default jsonl); correct marked by hand: preprocess reads it`,
    ],
    ["--lines", 'every line is a text of its own; adds "line", counted from 1, and offsets count from its start'],
    [
      "--window HOW",
      "sentence (default): every sentence is read by itself; model: a text is read in one pass, a longer one in overlapping windows of as many words as the model takes; a number: in windows of so many words",
    ],
    ["--overlap N", "words that neighbouring windows share (default 64, or half of a shorter window)"],
    [
      "--truncate",
      "reads of a longer text only the beginning that fits, as Python does, and counts the words left out",
    ],
    [
      "--splitter NAME",
      "gliner (default), or intl, which finds the words of Chinese, Japanese, Thai and other scripts without spaces",
    ],
    ["--no-nfc", "reads letters and accents that stand apart as they are, as Python does (default: composed first)"],
    ["--labels-at-once N", "asks for more labels than N in several prompts, which changes their scores"],
    [
      "--precision FORM",
      "float32 (default), or int8: weights of eight bits, faster on a CPU, not quite the same scores",
    ],
    ["--fail-on-truncation", "ends with 1 at the first text of which words were not read"],
    ...QUEUE_HELP,
    ["--out FILE", "with --queue: what is written, whole or not at all; the same command goes on where it stopped"],
  ],
  options: {
    model: { type: "string" },
    labels: { type: "string" },
    threshold: { type: "string" },
    nested: { type: "boolean" },
    "multi-label": { type: "boolean" },
    offsets: { type: "string" },
    to: { type: "string" },
    lines: { type: "boolean" },
    window: { type: "string" },
    overlap: { type: "string" },
    truncate: { type: "boolean" },
    splitter: { type: "string" },
    "no-nfc": { type: "boolean" },
    "labels-at-once": { type: "string" },
    precision: { type: "string" },
    "fail-on-truncation": { type: "boolean" },
    ...QUEUE_OPTIONS,
    out: { type: "string" },
  },
  async run(values) {
    const folder = required(values, "model", command);
    const labels = readTypes(required(values, "labels", command));
    const names = isDescribed(labels) ? Object.keys(labels) : labels;
    const threshold = readThreshold(values, names);
    const labelsAtOnce = ruled(values, "labels-at-once", "labelsAtOnce");
    const offsets = offsetKind(values);
    const window = readWindow(values);
    const reading = {
      nfc: values["no-nfc"] !== true,
      splitter: checkWord("--splitter", values.splitter ?? "gliner", TEXT_SPLITTERS),
    };
    const form = answerForm(values, names, reading);
    const asked = {
      threshold,
      flatNer: !values.nested,
      multiLabel: values["multi-label"] === true,
      window,
      ...reading,
      labelsAtOnce,
    };
    const precision = checkWord("--precision", values.precision ?? "float32", PRECISIONS);
    checkLease(values);
    if (values.queue !== undefined || values.out !== undefined) {
      if (precision !== "float32")
        throw usageError("--queue: workers compute in float32; leave --precision out, or ask without a queue.");
      const write = (text: string, entities: readonly Entity[], line: number) =>
        answered(text, entities, line, { form, offsets });
      return predictOverQueue(values, { folder, labels, options: asked, form, write });
    }
    const model = await GLiNER.fromPretrained(folder, { precision });
    const truncated: Truncated[] = [];
    const options = {
      ...asked,
      onWordsLost: (text: number, words: number) =>
        note(truncated, values.lines ? text + 1 : undefined, words, values["fail-on-truncation"] === true),
    };
    // Lines are answered as they come: there may be more of them than fit into memory.
    const waiting: string[] = [];
    const texts = remembered(values.lines ? linesOf(standardInput()) : asOne(standardInput()), waiting);
    const kept: object[] = [];
    let line = 0;
    process.stdout.write(form.open);
    for await (const entities of model.stream(texts, labels, options)) {
      const text = waiting.shift() ?? "";
      line++;
      const { output, rows } = answered(text, entities, line, { form, offsets, bare: !values.lines });
      process.stdout.write(output);
      if (values.json !== undefined) kept.push(...rows);
    }
    process.stdout.write(form.close);
    if (model.textsInWindows)
      process.stderr.write(
        `${model.textsInWindows} of ${line} texts longer than one window: read in overlapping windows.\n`,
      );
    const words_not_read = truncated.reduce((sum, { words_not_read: words }) => sum + words, 0);
    if (words_not_read) process.stderr.write(`${words_not_read} words at the end were not read.\n`);
    const { textsInWindows: texts_in_windows } = model;
    model.dispose();
    return { entities: kept, texts: line, texts_in_windows, words_not_read, truncated };
  },
};

/** A text of which words at the end were not read; the line where every line is a text. */
interface Truncated {
  line?: number;
  words_not_read: number;
}

/** A text in windows loses words once for each that is too wide: they are added up. */
function note(truncated: Truncated[], line: number | undefined, words: number, fail: boolean): void {
  const where = line === undefined ? "the text" : `line ${line}`;
  if (fail)
    throw new UserError(
      `${where}: ${words} words at the end were not read, and --fail-on-truncation is given; leave --truncate out to read longer texts in windows.`,
    );
  const last = truncated.find((one) => one.line === line);
  if (last) last.words_not_read += words;
  else truncated.push({ ...(line === undefined ? {} : { line }), words_not_read: words });
}

/** How one text's answer is written, and its rows. @param bare rows without the line */
function answered(
  text: string,
  entities: readonly Entity[],
  line: number,
  { form, offsets, bare = false }: { form: AnswerForm; offsets: "utf16" | "codepoints"; bare?: boolean },
): { output: string; rows: object[] } {
  const at = offsets === "utf16" ? (unit: number) => unit : codePointOffsets(text);
  const rows = entities.map((entity) => ({ ...(bare ? {} : { line }), ...row(entity, at) }));
  return { output: form.text(text, entities, rows, line), rows };
}

/** Python's keys in Python's order. */
function row({ text, label, start, end, score }: Entity, at: (unit: number) => number) {
  return { text, label, start: at(start), end: at(end), score };
}

/** What `window` of `inference` is to be. */
function readWindow(values: Values): boolean | "sentence" | { words?: number; overlap?: number } {
  if (values.truncate && (values.window !== undefined || values.overlap !== undefined))
    throw usageError("--truncate reads no windows; wanted it without --window and --overlap.");
  if (values.truncate) return false;
  const whole = values.window === "sentence" || values.window === "model";
  if (values.window === "sentence" || (values.window === undefined && values.overlap === undefined)) {
    if (values.overlap !== undefined)
      throw usageError("--overlap is of windows; wanted it with --window model or a number of words.");
    return "sentence";
  }
  return {
    ...(values.window !== undefined && !whole && { words: ruled(values, "window", "words") }),
    ...(values.overlap !== undefined && { overlap: ruled(values, "overlap", "overlap") }),
  };
}

/** @throws UserError (usage) for a form that there is not, or for BIO tags of entities that may overlap */
function answerForm(values: Values, labels: readonly string[], reading: TextReading): AnswerForm {
  const name = values.to ?? "jsonl";
  if (!isAnswerForm(name)) throw usageError(`--to got "${name}", wanted one of ${ANSWER_FORMS.join(", ")}.`);
  if (name === "bio" && (values.nested || values["multi-label"]))
    throw usageError("--to bio has one tag a word; wanted it without --nested and --multi-label.");
  return answerForms(labels, reading)[name];
}

function offsetKind(values: Values): "utf16" | "codepoints" {
  const kind = values.offsets ?? "utf16";
  if (kind === "utf16" || kind === "codepoints") return kind;
  throw usageError(`--offsets got "${kind}", wanted utf16 or codepoints.`);
}

/** Notes each text for the answer that comes to it later. */
async function* remembered(texts: AsyncIterable<string>, waiting: string[]): AsyncGenerator<string> {
  for await (const text of texts) {
    waiting.push(text);
    yield text;
  }
}

if (require.main === module) void runCommand(command);
