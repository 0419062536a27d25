/** Effects that others have published, from data/published.json; a number that stands in no table is given with its place. */
import { publishedScores } from "../../evaluate/stored/published-scores";
import type { Effect } from "./effect";

const PAPER = "GLiNER paper, arXiv 2311.08526";

/** A key's change from the reference's value to the input's, where somebody has published what it costs. */
export function publishedKey(key: string, ours: unknown, theirs: unknown): Effect | null {
  if (key === "random_drop") return randomDrop(ours, theirs);
  const names = NAMES[key];
  const [a, b] = [names?.[String(ours)], names?.[String(theirs)]];
  return a && b ? between(a, b) : null;
}

/** Rows of data/published.json that differ in one key. */
const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  max_neg_type_ratio: {
    0: "GLiNER-L, no negative types",
    1: "GLiNER-L, 50 % negative types",
    3: "GLiNER-L, 75 % negative types",
  },
  model_name: {
    "microsoft/deberta-v3-small": "GLiNER-S",
    "microsoft/deberta-v3-base": "GLiNER-M",
    "microsoft/deberta-v3-large": "GLiNER-L",
  },
};

/** The paper's section on training: types dropped at random are worth 1.4 points on average. */
function randomDrop(ours: unknown, theirs: unknown): Effect | null {
  if (ours === theirs || typeof ours !== "boolean" || typeof theirs !== "boolean") return null;
  return { f1: ours ? 0.014 : -0.014, ci95: null, source: `published: ${PAPER}: +1.4 points with dropping, GLiNER-L` };
}

/** The average of one row less that of another. */
export function between(a: string, b: string): Effect | null {
  const rows = publishedScores();
  const [one, other] = [a, b].map((model) => rows.find((row) => row.model === model));
  if (typeof one?.average !== "number" || typeof other?.average !== "number") return null;
  const source = `published: ${one.source} (${one.reliability}): ${a} ${one.average} against ${b} ${other.average}`;
  return { f1: (one.average - other.average) / 100, ci95: null, source };
}

/** A checkpoint chosen on the benchmark against the last one of the same run. */
export function publishedChoice(): Effect | null {
  return between(
    "GLiNER-L retrained, recommended settings, step 5,000",
    "GLiNER-L retrained, recommended settings, last step",
  );
}
