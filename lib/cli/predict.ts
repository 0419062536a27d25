import { UserError, usageError } from "../errors";
import { type Entity, GLiNER } from "../gliner/gliner";
import { type Command, number, required, runCommand, type Values } from "./command";
import { readLabels } from "./labels";

export const command: Command = {
  name: "predict",
  summary: "Finds entities in the text on standard input; one JSON object a line: text, label, start, end, score.",
  usage: "--model DIR --labels a,b [--threshold .5] [--nested] [--multi-label] < text",
  help: [
    ["--model DIR", "a model folder, of Python or of this project"],
    ["--labels a,b", "the entity types, or a file with one a line or a JSON list"],
    ["--threshold N", "spans with a greater probability count (default 0.5)"],
    ["--nested", "an entity may lie inside another"],
    ["--multi-label", "one span may have several labels"],
    ["--offsets KIND", "utf16 (default: text.slice(start, end)) or codepoints (Python's)"],
    ["--lines", 'every line is a text of its own; adds "line", counted from 1, and offsets count from its start'],
  ],
  options: {
    model: { type: "string" },
    labels: { type: "string" },
    threshold: { type: "string" },
    nested: { type: "boolean" },
    "multi-label": { type: "boolean" },
    offsets: { type: "string" },
    lines: { type: "boolean" },
  },
  async run(values) {
    const folder = required(values, "model", command);
    const labels = readLabels(required(values, "labels", command));
    const threshold = number(values, "threshold", 0.5, 0, 1);
    const offsets = offsetKind(values);
    const model = await GLiNER.fromPretrained(folder);
    const input = await readStandardInput();
    const texts = values.lines ? input.split(/\r?\n/) : [input];
    const options = { threshold, flatNer: !values.nested, multiLabel: values["multi-label"] === true };
    const found = await model.inference(texts, labels, options);
    const rows = found.flatMap((entities, i) =>
      entities.map((entity) => ({ ...(values.lines ? { line: i + 1 } : {}), ...row(entity, texts[i], offsets) })),
    );
    process.stdout.write(rows.map((entity) => `${JSON.stringify(entity)}\n`).join(""));
    if (model.wordsLost) process.stderr.write(`${model.wordsLost} words at the end were not read.\n`);
    model.dispose();
    return rows;
  },
};

/** Python's keys in Python's order. */
function row({ text, label, start, end, score }: Entity, source: string, offsets: "utf16" | "codepoints") {
  const at = (unit: number) => (offsets === "utf16" ? unit : [...source.slice(0, unit)].length);
  return { text, label, start: at(start), end: at(end), score };
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
