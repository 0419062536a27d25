/** The guess at a file's format where nobody has named it: keys of JSON, or the shape of columns. */
import { filePieces } from "../../files/pieces";
import type { FormatName } from "../formats/names";
import type { FormatOptions } from "../formats/read";

/** Which format a file is in, from how it begins; with the options that its form shows. */
export interface Detected {
  format: FormatName;
  options: Pick<FormatOptions, "columns" | "separator" | "comments">;
}

/** Enough of a file to see a record of any format. */
const HEAD = 1 << 20;
/** Rows of columns that are looked at. */
const ROWS = 200;

/** undefined where no format fits. @throws UserError where the file cannot be read */
export async function detectFormat(path: string): Promise<Detected | undefined> {
  const head = await headOf(path);
  const start = head.trimStart();
  const format = start.startsWith("[") || start.startsWith("{") ? jsonFormat(start) : undefined;
  if (format) return { format, options: {} };
  return columnFormat(head);
}

async function headOf(path: string): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of filePieces(path)) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= HEAD) break;
  }
  return Buffer.concat(pieces)
    .toString("utf8")
    .replace(/^\ufeff/, "");
}

/** By the keys that only one format has; the first that appears decides. */
const KEYS: readonly [key: string, format: FormatName][] = [
  ["conversations", "pile-ner"],
  ["sentence", "instruct"],
  ["tokens", "gliner"],
  ["tokenized_text", "gliner"],
  ["target_words_in_it", "type-sentences"],
];

function jsonFormat(text: string): FormatName | undefined {
  if (/^\[\s*("(?:[^"\\]|\\.)*"\s*,?\s*)+\]\s*$/s.test(text)) return "labels";
  if (/^\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\[\s*\{\s*"sentence"/s.test(text)) return "type-sentences";
  const found = KEYS.map(([key, format]) => ({ format, at: text.indexOf(`"${key}"`) })).filter(({ at }) => at >= 0);
  return found.sort((a, b) => a.at - b.at)[0]?.format;
}

const TAG = /^(O|[BIESLU]-.+)$/;

/** A line such as "# id 12"; the word # has a tag behind it. */
const isRemark = (line: string) => line.startsWith("# ") && !TAG.test(line.trim().split(/\s+/).at(-1) ?? "");

function columnFormat(head: string): Detected | undefined {
  const filled = head.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("-DOCSTART-"));
  const lines = filled.filter((line) => !isRemark(line));
  const comments = lines.length < filled.length ? { comments: "# " } : {};
  const tabs = lines.slice(0, ROWS).some((line) => line.includes("\t"));
  const rows = lines
    .slice(0, ROWS)
    .map((line) => (tabs ? line.replace(/\t+$/, "").split("\t") : line.trim().split(/ +/)));
  const separator = tabs ? ("tab" as const) : ("space" as const);
  const tagged = (cell: (row: string[]) => string | undefined) =>
    rows.length > 0 && rows.every((row) => row.length > 1 && TAG.test(cell(row) ?? ""));
  if (tagged((row) => row.at(-1)))
    return { format: "conll", options: { columns: "token,...,tag", separator, ...comments } };
  if (tagged((row) => row[0])) return { format: "bio", options: { columns: "tag,token", separator, ...comments } };
  return undefined;
}
