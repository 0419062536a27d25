/** What the lessons share: how much work this run may do, which text there is to train on, and the results on file. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadRecords } from "../data/named";
import { corpusFile, dataPath } from "../data/project";
import type { NerRecord } from "../data/records";
import { UserError, usageError } from "../errors";
import type { Display } from "./display";
import type { LabelledSpan } from "./entities";
import { figure } from "./figure";

/** `quick` where a run only shows that the notebook works (`npm run -s workbook -- --profile quick`), else `full`. */
export function profile(): "quick" | "full" {
  return process.env.WORKBOOK_PROFILE === "quick" ? "quick" : "full";
}

/** Text to train on, and where it is from. */
export interface LessonData {
  source: string;
  train: NerRecord[];
  dev: NerRecord[];
}

/**
 * The training corpora beside the checkout where they are, else the texts that come with the project.
 * @param maxWords longer sentences are left out: memory and time of a step grow with the longest of its batch
 */
export async function lessonData(maxWords = Number.POSITIVE_INFINITY): Promise<LessonData> {
  const corpora = ["train", "dev"].every((name) => corpusFile(`${name}.jsonl.gz`));
  const kind = corpora ? "corpus" : "sentences";
  const all = await Promise.all([loadRecords(`${kind}:train`), loadRecords(`${kind}:dev`)]);
  const [train, dev] = all.map((records) => records.filter(({ tokens }) => tokens.length <= maxWords));
  const source = corpora ? "the training corpora beside the checkout" : "the project's own texts (data/sentences)";
  return { source, train, dev };
}

/** A record as text with character spans, for `entities`: its words joined by single spaces. */
export function recordSpans({ tokens, ner }: NerRecord): {
  text: string;
  spans: { start: number; end: number; label: string }[];
} {
  const starts: number[] = [];
  let at = 0;
  for (const token of tokens) {
    starts.push(at);
    at += token.length + 1;
  }
  const spans = ner.map(([first, last, label]) => ({
    start: starts[first],
    end: starts[last] + tokens[last].length,
    label,
  }));
  return { text: tokens.join(" "), spans };
}

/** The first place of a part in a text as a labelled span, for examples written by hand. @throws UserError where it is not there */
export function spanOf(text: string, part: string, label: string): LabelledSpan {
  const start = text.indexOf(part);
  if (start < 0 || part === "") throw usageError(`"${part}" is not in the text "${text}".`);
  return { start, end: start + part.length, label };
}

/** A row of the table of stored results: F1 and its relatives in percent. */
export interface StoredRow {
  run: string;
  dataset: string;
  threshold: number | "";
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

/**
 * The evaluations stored in data/results (written by `npm run -s evaluate -- --json`); none where there is no file yet.
 * @throws UserError for a file that is not such an evaluation
 */
export function storedResults(folder = dataPath("results")): StoredRow[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort();
  return files.flatMap((name) => {
    const content: unknown = JSON.parse(readFileSync(join(folder, name), "utf8"));
    return evaluationRows(content, name.replace(/\.json$/, ""));
  });
}

/** F1 by test set, a colour for each run and threshold. */
export function storedFigure(rows: readonly StoredRow[]): Display {
  const nameOf = ({ run, threshold }: StoredRow): string => (threshold === "" ? run : `${run}, threshold ${threshold}`);
  const bars = [...new Set(rows.map(nameOf))].map((name) => {
    const own = rows.filter((row) => nameOf(row) === name);
    return { type: "bar", name, x: own.map(({ dataset }) => dataset), y: own.map(({ f1 }) => f1) };
  });
  const layout = { title: "F1 by test set, stored runs", yaxis: { title: "F1 (%)" }, showlegend: true };
  return figure(bars, layout);
}

function evaluationRows(content: unknown, run: string): StoredRow[] {
  if (typeof content !== "object" || content === null || !("datasets" in content) || !Array.isArray(content.datasets))
    return [];
  const threshold = "threshold" in content ? Number(content.threshold) : "";
  const percent = (value: unknown): number => {
    if (typeof value !== "number")
      throw new UserError(`data/results/${run}.json: got ${value} where a share in 0..1 was wanted.`);
    return Math.round(value * 1000) / 10;
  };
  return content.datasets.map((row: Record<string, unknown>) => ({
    run,
    dataset: String(row.name),
    threshold: typeof row.threshold === "number" ? row.threshold : threshold,
    precision: percent(row.precision),
    recall: percent(row.recall),
    f1: percent(row.f1),
    support: Number(row.support),
  }));
}
