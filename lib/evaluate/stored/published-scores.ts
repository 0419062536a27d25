/** Reads the F1 that papers, model cards and threads report, and places own scores among them. */
import { dataPath } from "../../data/project";
import { readJson } from "../../files/json";

/**
 * What others have reported of GLiNER and its neighbours: data/published.json. A number without its source and its setting
 * is a rumour, so every entry has both, and says how it is known.
 */
export interface PublishedScore {
  model: string;
  /** What it is a score of: "zero-shot-7" is the benchmark here. */
  benchmark: string;
  /** F1 of each set in percent, under the names of `ZERO_SHOT_SETS`, as far as they are known. */
  scores: Readonly<Record<string, number>>;
  /** Their unweighted mean, in percent; a range where only that was stated. */
  average: number | [low: number, high: number] | null;
  /** What was done and how it was scored, as far as it is stated. */
  setting: string;
  /** Which of a reporter's runs it is, and after how many steps (null: its last, their number not stated); where several are known. */
  run?: string;
  step?: number | null;
  source: string;
  /** Year and month, or day. */
  date: string;
  reliability: Reliability;
}

/**
 * `paper` read in the paper; `card` stated on a model's page; `thread` read in an issue, in excerpts; `digest` second-hand, from
 * a summary of a thread: a lead, not a quotation.
 */
export type Reliability = "paper" | "card" | "thread" | "digest";

export const PUBLISHED_PATH = dataPath("published.json");

/** The published scores of a benchmark, highest average first; those without an average come last. */
export function publishedScores(benchmark = "zero-shot-7", path = PUBLISHED_PATH): PublishedScore[] {
  const { scores } = readJson(path) as { scores: PublishedScore[] };
  const kept = scores.filter((score) => score.benchmark === benchmark);
  return kept.sort((a, b) => middle(b) - middle(a));
}

/** The stated average, or the middle of the stated range. */
function middle({ average }: PublishedScore): number {
  if (average === null) return Number.NEGATIVE_INFINITY;
  return typeof average === "number" ? average : (average[0] + average[1]) / 2;
}

/**
 * Rows for a table: the published scores, and own runs marked as such, by their average.
 * @param own name, F1 of each set and average, in percent; `from` in place of "measured here"
 */
export function amongPublished(
  own: readonly {
    model: string;
    scores: Readonly<Record<string, number>>;
    average: number;
    setting: string;
    from?: string;
  }[],
  sets: readonly string[],
  published: readonly PublishedScore[] = publishedScores(),
): Record<string, string | number>[] {
  const mine = own.map((run) => ({ from: "measured here", ...run, sort: run.average }));
  const theirs = published.map((score) => ({
    ...score,
    from: `${score.source} (${score.reliability})`,
    sort: middle(score),
  }));
  return [...mine, ...theirs]
    .sort((a, b) => b.sort - a.sort)
    .map(({ model, scores, average, from, setting }) => ({
      model,
      average: formatAverage(average),
      ...Object.fromEntries(sets.map((set) => [set, scores[set] === undefined ? "" : scores[set].toFixed(1)])),
      setting,
      from,
    }));
}

function formatAverage(average: PublishedScore["average"]): string {
  if (average === null) return "";
  return typeof average === "number" ? average.toFixed(1) : `${average[0].toFixed(1)}-${average[1].toFixed(1)}`;
}
