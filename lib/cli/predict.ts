/** `predict`: text on standard input -> entities on standard output, in the form that `--to` names. */
import { UserError, usageError } from "../errors";
import type { Entity } from "../gliner/entity";
import { GLiNER } from "../gliner/gliner";
import { isDescribed } from "../gliner/reading/described";
import { codePointOffsets } from "../text/offsets";
import { ANSWER_FORMS, type AnswerForm, answerForms, isAnswerForm } from "./answers";
import { type Command, required, ruled, runCommand, type Values } from "./command";
import { readTypes } from "./labels";

export const command: Command = {
  name: "predict",
  summary: "Finds entities in the text on standard input; one JSON object a line: text, label, start, end, score.",
  usage: "--model DIR --labels a,b [--threshold .5] [--nested] [--multi-label] [--to jsonl|marked|bio|html] < text",
  help: [
    ["--model DIR", "a model folder, of Python or of this project, or owner/name of the hub"],
    ["--labels a,b", "the entity types, or a file: one a line, a JSON list, or a JSON object of descriptions by type"],
    ["--threshold N", "spans with a greater probability count (default 0.5)"],
    ["--nested", "an entity may lie inside another"],
    ["--multi-label", "one span may have several labels"],
    ["--offsets KIND", "utf16 (default: text.slice(start, end)) or codepoints (Python's)"],
    [
      "--to FORM",
      `of the answers: ${ANSWER_FORMS.join(", ")} (default jsonl); correct marked by hand: preprocess reads it`,
    ],
    ["--lines", 'every line is a text of its own; adds "line", counted from 1, and offsets count from its start'],
    ["--window N", "a longer text is read in overlapping windows of N words (default: as many as the model takes)"],
    ["--overlap N", "words that neighbouring windows share (default 64, or half of a shorter window)"],
    [
      "--truncate",
      "reads of a longer text only the beginning that fits, as Python does, and counts the words left out",
    ],
    ["--labels-at-once N", "asks for more labels than N in several prompts, which changes their scores"],
    ["--fail-on-truncation", "ends with 1 at the first text of which words were not read"],
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
    "labels-at-once": { type: "string" },
    "fail-on-truncation": { type: "boolean" },
  },
  async run(values) {
    const folder = required(values, "model", command);
    const labels = readTypes(required(values, "labels", command));
    const threshold = ruled(values, "threshold", "threshold");
    const labelsAtOnce = ruled(values, "labels-at-once", "labelsAtOnce");
    const offsets = offsetKind(values);
    const window = readWindow(values);
    const form = answerForm(values, isDescribed(labels) ? Object.keys(labels) : labels);
    const model = await GLiNER.fromPretrained(folder);
    const truncated: Truncated[] = [];
    const options = {
      threshold,
      flatNer: !values.nested,
      multiLabel: values["multi-label"] === true,
      window,
      labelsAtOnce,
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
      const at = offsets === "utf16" ? (unit: number) => unit : codePointOffsets(text);
      const rows = entities.map((entity) => ({ ...(values.lines ? { line } : {}), ...row(entity, at) }));
      process.stdout.write(form.text(text, entities, rows, line));
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

/** Python's keys in Python's order. */
function row({ text, label, start, end, score }: Entity, at: (unit: number) => number) {
  return { text, label, start: at(start), end: at(end), score };
}

/** What `window` of `inference` is to be. */
function readWindow(values: Values): boolean | { words?: number; overlap?: number } {
  const sizes = {
    ...(values.window !== undefined && { words: ruled(values, "window", "words") }),
    ...(values.overlap !== undefined && { overlap: ruled(values, "overlap", "overlap") }),
  };
  if (values.truncate && Object.keys(sizes).length > 0)
    throw usageError("--truncate reads no windows; wanted it without --window and --overlap.");
  return values.truncate ? false : sizes;
}

/** @throws UserError (usage) for a form that there is not, or for BIO tags of entities that may overlap */
function answerForm(values: Values, labels: readonly string[]): AnswerForm {
  const name = values.to ?? "jsonl";
  if (!isAnswerForm(name)) throw usageError(`--to got "${name}", wanted one of ${ANSWER_FORMS.join(", ")}.`);
  if (name === "bio" && (values.nested || values["multi-label"]))
    throw usageError("--to bio has one tag a word; wanted it without --nested and --multi-label.");
  return answerForms(labels)[name];
}

function offsetKind(values: Values): "utf16" | "codepoints" {
  const kind = values.offsets ?? "utf16";
  if (kind === "utf16" || kind === "codepoints") return kind;
  throw usageError(`--offsets got "${kind}", wanted utf16 or codepoints.`);
}

/** What stands on standard input, piece by piece. @throws UserError where it is not UTF-8 */
async function* standardInput(): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    for await (const chunk of process.stdin) yield decoder.decode(Buffer.from(chunk), { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw new UserError(`standard input is not UTF-8 (${error instanceof Error ? error.message : error}).`);
  }
}

/** All of it as one text. */
async function* asOne(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  yield text;
}

/** Its lines; what stands behind the last line break is one too, even if it is empty. */
async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.replace(/\r$/, "");
  }
  yield rest;
}

/** Notes each text for the answer that comes to it later. */
async function* remembered(texts: AsyncIterable<string>, waiting: string[]): AsyncGenerator<string> {
  for await (const text of texts) {
    waiting.push(text);
    yield text;
  }
}

if (require.main === module) void runCommand(command);
