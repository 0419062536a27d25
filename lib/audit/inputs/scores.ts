/** A table of scores: what `evaluate --json` writes, a mapping of names to numbers, or lines "name, number". */
import { readFileSync } from "node:fs";
import { ZERO_SHOT_SETS } from "../../data/zero-shot-tests";
import { UserError } from "../../errors";
import { mean } from "../../evaluate/statistics/mean";
import { isObject } from "../../files/json-object";
import type { SetFacts, TestFacts } from "../evidence";
import { setOf } from "./benchmark";

export const NOTHING: SetFacts = {
  f1: null,
  texts: null,
  mentions: null,
  types: null,
  typeCount: null,
  threshold: null,
  wordsSha256: null,
};

/** Whether a parsed file is meant as a table of scores. */
export function looksLikeScores(value: unknown): boolean {
  return rowsOf(value).some(([name]) => setOf(name) !== undefined);
}

/** @throws UserError where a number is no score, or there is none */
export function scoresOf(value: unknown, path: string): TestFacts {
  const sets = new Map<string, SetFacts>();
  for (const [name, row] of rowsOf(value)) {
    const set = setOf(name);
    // A file with several thresholds has the customary one first.
    if (set !== undefined && !sets.has(set)) sets.set(set, factsOf(row, `${path}, ${name}`));
  }
  if (sets.size === 0)
    throw new UserError(`${path} has no score of the seven tests; wanted names such as crossner_ai or mit_movie.`);
  return { path, ...inShares(sets, path) };
}

/**
 * Lines of a csv, tsv or plain text: a name and a number each, or a line of names over a line of numbers. Where a line has several
 * numbers, the column that a head calls f1 counts.
 * @throws UserError where nobody can say which number is F1, or a set stands there twice
 */
export function scoresOfText(path: string): TestFacts {
  const lines = readFileSync(path, "utf8").split("\n").map(cellsOf);
  const head = lines.findIndex((cells) => cells.filter((cell) => setOf(cell)).length > 2);
  const numbers = lines.slice(head + 1).find((cells) => cells.length > 2 && cells.some((cell) => /\d/.test(cell)));
  const pairs = head >= 0 && numbers ? zipped(lines[head], numbers) : rowByRow(lines, path);
  const rows = pairs.filter(([name, number]) => name && number !== undefined && setOf(name));
  const names = rows.map(([name]) => setOf(name));
  const twice = rows.find((_, i) => names.indexOf(names[i]) < i);
  if (twice) throw new UserError(`${path} has a score of ${twice[0]} twice; leave one.`);
  const value = (text: string) => (Number.isNaN(Number(text)) ? text : Number(text));
  return scoresOf(Object.fromEntries(rows.map(([name, number]) => [name, value(number)])), path);
}

/** The number of each line, or that of the column "f1". */
function rowByRow(lines: readonly string[][], path: string): string[][] {
  const column = lines
    .map((cells) => cells.findIndex((cell) => /^f1\b|^f[- ]?(score|measure)/i.test(cell)))
    .find((at) => at > 0);
  return lines.map(([name, ...numbers]) => {
    const several = name !== undefined && setOf(name) !== undefined && numbers.filter(isNumber).length > 1;
    if (several && column === undefined)
      throw new UserError(
        `${path} has several numbers for ${name}: ${numbers.join(", ")}; wanted one, or a head over them that says which is f1.`,
      );
    return [name, column === undefined ? numbers[0] : numbers[column - 1]];
  });
}

const isNumber = (cell: string) => cell !== "" && !Number.isNaN(Number(cell));

/** Where a semicolon, a tab or a bar parts the cells, a comma is that of a number: "57,2". */
function cellsOf(line: string): string[] {
  const parted = /[;\t|]/.test(line);
  const cells = line.split(parted ? /[;\t|]/ : /[,:]|\s{2,}|\s(?=[-\d.]+\s*$)/).map((cell) => cell.trim());
  return cells.filter(Boolean).map((cell) => (parted && /^\d+,\d+$/.test(cell) ? cell.replace(",", ".") : cell));
}

/** From the right: a table's first column may have no name. */
function zipped(names: readonly string[], numbers: readonly string[]): string[][] {
  const shift = numbers.length - names.length;
  return names.map((name, i) => [name, numbers[i + shift] ?? "missing"]);
}

function rowsOf(value: unknown): [name: string, row: unknown][] {
  if (!isObject(value)) return [];
  if (Array.isArray(value.datasets))
    return value.datasets.filter(isObject).map((row) => [String(row.name), { ...value, datasets: undefined, ...row }]);
  const nested = [value.scores, value.datasets, value.sets].find(isObject);
  return nested ? Object.entries(nested) : Object.entries(value);
}

function factsOf(row: unknown, where: string): SetFacts {
  if (!isObject(row)) return { ...NOTHING, f1: score(row, where) };
  const { types } = row;
  const named = Array.isArray(types) ? types.map(String) : isObject(types) ? Object.keys(types) : null;
  return {
    ...NOTHING,
    f1: row.f1 === undefined ? null : score(row.f1, where),
    texts: count(row.sentences ?? row.texts ?? row.limit),
    mentions: count(row.support ?? row.mentions),
    types: named,
    typeCount: named?.length ?? count(types),
    threshold: typeof row.threshold === "number" ? row.threshold : null,
  };
}

const count = (value: unknown) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;

function score(value: unknown, where: string): number {
  if (typeof value === "number" && value >= 0 && value <= 100) return value;
  throw new UserError(`${where}: ${JSON.stringify(value)} is no score; wanted an F1 from 0 to 1, or in percent.`);
}

/** Percent where one number is above 1, else shares. */
function inShares(sets: Map<string, SetFacts>, path: string): Pick<TestFacts, "sets" | "average"> {
  const numbers = [...sets.values()].flatMap(({ f1 }) => (f1 === null ? [] : [f1]));
  const percent = numbers.some((number) => number > 1);
  if (
    percent &&
    numbers.some((number) => number > 0 && number < 0.5) &&
    numbers.filter((n) => n > 1).length < numbers.length / 2
  )
    throw new UserError(`${path} mixes shares and percent: ${numbers.join(", ")}; wanted one of the two.`);
  const scaled = new Map(
    [...sets].map(([name, facts]) => [
      name,
      { ...facts, f1: facts.f1 === null ? null : facts.f1 / (percent ? 100 : 1) },
    ]),
  );
  return { sets: scaled, average: averageOf(scaled) };
}

/** The mean F1 of the seven tests; null where one has none. */
export function averageOf(sets: ReadonlyMap<string, SetFacts>): number | null {
  const scores = ZERO_SHOT_SETS.flatMap((name) => sets.get(name)?.f1 ?? []);
  return scores.length === ZERO_SHOT_SETS.length ? mean(scores) : null;
}
