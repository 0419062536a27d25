import { UserError, usageError } from "../errors";
import type { Entity } from "../gliner/entity";
import { GLiNER } from "../gliner/gliner";
import { codePointOffsets } from "../text/offsets";
import { type Command, number, required, runCommand, type Values, whole } from "./command";
import { readLabels } from "./labels";

export const command: Command = {
  name: "predict",
  summary: "Finds entities in the text on standard input; one JSON object a line: text, label, start, end, score.",
  usage: "--model DIR --labels a,b [--threshold .5] [--nested] [--multi-label] < text",
  help: [
    ["--model DIR", "a model folder, of Python or of this project, or owner/name of the hub"],
    ["--labels a,b", "the entity types, or a file with one a line or a JSON list"],
    ["--threshold N", "spans with a greater probability count (default 0.5)"],
    ["--nested", "an entity may lie inside another"],
    ["--multi-label", "one span may have several labels"],
    ["--offsets KIND", "utf16 (default: text.slice(start, end)) or codepoints (Python's)"],
    ["--lines", 'every line is a text of its own; adds "line", counted from 1, and offsets count from its start'],
    ["--window N", "a longer text is read in overlapping windows of N words (default: as many as the model takes)"],
    ["--overlap N", "words that neighbouring windows share (default 64, or half of a shorter window)"],
    [
      "--truncate",
      "reads of a longer text only the beginning that fits, as Python does, and counts the words left out",
    ],
  ],
  options: {
    model: { type: "string" },
    labels: { type: "string" },
    threshold: { type: "string" },
    nested: { type: "boolean" },
    "multi-label": { type: "boolean" },
    offsets: { type: "string" },
    lines: { type: "boolean" },
    window: { type: "string" },
    overlap: { type: "string" },
    truncate: { type: "boolean" },
  },
  async run(values) {
    const folder = required(values, "model", command);
    const labels = readLabels(required(values, "labels", command));
    const threshold = number(values, "threshold", 0.5, 0, 1);
    const offsets = offsetKind(values);
    const window = readWindow(values);
    const model = await GLiNER.fromPretrained(folder);
    const input = await readStandardInput();
    const texts = values.lines ? input.split(/\r?\n/) : [input];
    const options = { threshold, flatNer: !values.nested, multiLabel: values["multi-label"] === true, window };
    const found = await model.inference(texts, labels, options);
    const rows = found.flatMap((entities, i) => {
      const at = offsets === "utf16" ? (unit: number) => unit : codePointOffsets(texts[i]);
      return entities.map((entity) => ({ ...(values.lines ? { line: i + 1 } : {}), ...row(entity, at) }));
    });
    process.stdout.write(rows.map((entity) => `${JSON.stringify(entity)}\n`).join(""));
    if (model.textsInWindows)
      process.stderr.write(
        `${model.textsInWindows} of ${texts.length} texts longer than one window: read in overlapping windows.\n`,
      );
    if (model.wordsLost) process.stderr.write(`${model.wordsLost} words at the end were not read.\n`);
    model.dispose();
    return rows;
  },
};

/** Python's keys in Python's order. */
function row({ text, label, start, end, score }: Entity, at: (unit: number) => number) {
  return { text, label, start: at(start), end: at(end), score };
}

/** What `window` of `inference` is to be. */
function readWindow(values: Values): boolean | { words?: number; overlap?: number } {
  const sizes = {
    ...(values.window !== undefined && { words: whole(values, "window", 0, 1, 1_000_000) }),
    ...(values.overlap !== undefined && { overlap: whole(values, "overlap", 0, 0, 1_000_000) }),
  };
  if (values.truncate && Object.keys(sizes).length > 0)
    throw usageError("--truncate reads no windows; wanted it without --window and --overlap.");
  return values.truncate ? false : sizes;
}

function offsetKind(values: Values): "utf16" | "codepoints" {
  const kind = values.offsets ?? "utf16";
  if (kind === "utf16" || kind === "codepoints") return kind;
  throw usageError(`--offsets got "${kind}", wanted utf16 or codepoints.`);
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new UserError(`standard input is not UTF-8 (${error instanceof Error ? error.message : error}).`);
  }
}

if (require.main === module) void runCommand(command);
