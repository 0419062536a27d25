/**
 * Notebook files, format 4: read from 4.0 on, written as 4.5; checked for what the runner relies on, written as Jupyter writes them (one space of
 * indent, sorted keys, text as lists of lines), so that a run changes only what changed.
 * Source: nbformat 5, "The Notebook file format".
 */
import { UserError } from "../../errors";
import { readText } from "../../files/text";
import { KERNEL_NAME } from "../project";

type Json = Readonly<Record<string, unknown>>;

export interface StreamOutput {
  output_type: "stream";
  name: string;
  text: string;
}
export interface DataOutput {
  output_type: "display_data" | "execute_result";
  data: Json;
  metadata: Json;
  execution_count?: number | null;
}
export interface ErrorOutput {
  output_type: "error";
  ename: string;
  evalue: string;
  traceback: string[];
}
export type Output = StreamOutput | DataOutput | ErrorOutput;

export interface Cell {
  id: string;
  cell_type: "code" | "markdown" | "raw";
  metadata: Json & { tags?: readonly string[] };
  source: string;
  outputs: Output[];
  execution_count: number | null;
}

export interface Notebook {
  metadata: Json;
  cells: Cell[];
}

/**
 * Reads a notebook of format 4; cells of before 4.5 have no ids and get some.
 * @throws UserError for a missing file, broken JSON, another format, a cell without an id or with a used one
 */
export function readNotebook(path: string): Notebook {
  const raw = parseFile(path);
  const version = `${raw.nbformat}.${raw.nbformat_minor}`;
  if (raw.nbformat !== 4 || !(Number(raw.nbformat_minor) >= 0))
    throw new UserError(
      `${path} has notebook format ${version}, wanted 4.0 to 4.5; open and save it once in JupyterLab.`,
    );
  if (!Array.isArray(raw.cells)) throw new UserError(`${path} has no list of cells.`);
  const seen = new Set<string>();
  const cells = raw.cells.map((cell: Json, at): Cell => {
    const id = Number(raw.nbformat_minor) < 5 ? `cell-${at + 1}` : String(cell.id ?? "");
    if (!/^[a-zA-Z0-9-_]{1,64}$/.test(id) || seen.has(id))
      throw new UserError(
        `${path}, cell ${at + 1}: got the id "${id}", wanted one of its own of letters, digits, - and _.`,
      );
    seen.add(id);
    const kind = cell.cell_type;
    if (kind !== "code" && kind !== "markdown" && kind !== "raw")
      throw new UserError(`${path}, cell ${at + 1}: got the type "${kind}", wanted code, markdown or raw.`);
    return {
      id,
      cell_type: kind,
      metadata: isJson(cell.metadata) ? cell.metadata : {},
      source: joined(cell.source),
      outputs: Array.isArray(cell.outputs) ? cell.outputs : [],
      execution_count: typeof cell.execution_count === "number" ? cell.execution_count : null,
    };
  });
  return { metadata: isJson(raw.metadata) ? raw.metadata : {}, cells };
}

/** Languages whose cells this kernel runs. */
const LANGUAGES = ["typescript", "javascript"];

/**
 * Makes sure that a notebook is one of TypeScript; one that names no kernel is taken for one.
 * @throws UserError that names the kernel it was written for
 */
export function checkLanguage(path: string, { metadata }: Notebook): void {
  const spec = isJson(metadata.kernelspec) ? metadata.kernelspec : {};
  const info = isJson(metadata.language_info) ? metadata.language_info : {};
  const language = String(spec.language ?? info.name ?? "").toLowerCase();
  const name = String(spec.name ?? "");
  if (LANGUAGES.includes(language) || ["", "tslab", "jslab", KERNEL_NAME].includes(name)) return;
  throw new UserError(
    `${path} is written for the kernel "${name}"${language ? `, in ${language}` : ""}; wanted a notebook in TypeScript. ` +
      `Run it with that kernel, or choose "TypeScript (GLiNER workbook)" for it in JupyterLab if its cells are TypeScript.`,
  );
}

/** The file's text. */
export function notebookText({ metadata, cells }: Notebook): string {
  const content = {
    cells: cells.map(({ id, cell_type, metadata: about, source, outputs, execution_count }) => ({
      id,
      cell_type,
      metadata: about,
      source: lines(source),
      ...(cell_type === "code" ? { execution_count, outputs: outputs.map(storedOutput) } : {}),
    })),
    metadata,
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(sorted(content), null, 1)}\n`;
}

function parseFile(path: string): Json {
  const text = readText(path, "a notebook");
  try {
    const value: unknown = JSON.parse(text);
    if (isJson(value)) return value;
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
  throw new UserError(`${path} is no notebook: wanted a JSON object.`);
}

function storedOutput(output: Output): object {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([type, value]) => {
    const text = typeof value === "string" && (type.startsWith("text/") || type === "image/svg+xml");
    return [type, text ? lines(value) : value];
  });
  return { ...output, data: Object.fromEntries(data) };
}

/** A text that is stored as one string or as a list of lines. */
export function joined(value: unknown): string {
  return Array.isArray(value) ? value.join("") : String(value ?? "");
}

function lines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJson(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}
