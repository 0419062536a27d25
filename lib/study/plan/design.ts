/** Which run has which factor at its second level: the designs of Plackett and Burman, and a seed's half of a mirrored pair. */
import { usageError } from "../../errors";

/**
 * The first rows of the cyclic designs, by number of runs: each further row is the one before, shifted by one; the last has every factor
 * at its first level.
 * @see Plackett & Burman, The Design of Optimum Multifactorial Experiments, Biometrika 33 (1946)
 */
const FIRST_ROWS: Readonly<Record<number, string>> = {
  4: "++-",
  8: "+++-+--",
  12: "++-+++---+-",
  16: "++++-+-++--+---",
  20: "++--++++-+-+----++-",
  24: "+++++-+-++--++--+-+----",
};

const SIZES = Object.keys(FIRST_ROWS).map(Number);

/**
 * The smallest design for so many factors: any two of its columns are crossed evenly.
 * @returns [runs, factors], true = the second level; the last run has all at their first
 * @throws UserError where there are fewer than two factors or more than 23
 */
export function plackettBurman(factors: number): boolean[][] {
  const size = SIZES.find((runs) => runs > factors);
  if (size === undefined || factors < 2)
    throw usageError(`a screening of ${factors} factors; wanted 2 to ${Math.max(...SIZES) - 1}.`);
  const first = [...FIRST_ROWS[size]].map((one) => one === "+");
  const rows = first.map((_, shift) => first.map((_, at) => first[(at - shift + first.length) % first.length]));
  return [...rows, first.map(() => false)].map((row) => row.slice(0, factors));
}

/**
 * The design's mirror, every level turned. Design and mirror together leave what two factors do beyond their sum out of every
 * factor's effect; the design alone mixes them.
 */
export const mirrored = (rows: readonly (readonly boolean[])[]): boolean[][] =>
  rows.map((row) => row.map((level) => !level));
