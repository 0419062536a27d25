/** The table of minutes and memory in docs/teaching/README.md, and what it says of the machine. */
import { CHAPTERS, numberOf } from "../../lib/notebook/course/spine";

/** What one run of a chapter took. */
export interface Measured {
  /** As "00-start-here". */
  name: string;
  seconds: number;
  /** Null where the system does not say. */
  peakMb: number | null;
}

/** Where, when and how it was measured: one line of the page. */
const MEASURED = /^Measured: .*$/m;

/**
 * The page with the chapters' times and memory put in, the rest of each row as it was.
 * @throws Error where the page has no row for a chapter, or no line that begins with "Measured: "
 */
export function withMeasures(page: string, measured: readonly Measured[], where: string): string {
  if (!MEASURED.test(page)) throw new Error('the page has no line that begins with "Measured: ".');
  const rows = measured.reduce(withRow, page);
  return rows.replace(MEASURED, `Measured: ${where}`);
}

function withRow(page: string, { name, seconds, peakMb }: Measured): string {
  const row = rowOf(name);
  if (!row.test(page)) throw new Error(`the page has no row for ${name}; wanted "| ${numberOf(name)} ...".`);
  const memory = peakMb === null ? "unknown" : (peakMb / 1000).toFixed(1);
  return page.replace(
    row,
    (_, title: string, rest: string) => `${title} ${(seconds / 60).toFixed(1)} | ${memory} |${rest}`,
  );
}

/** Title, minutes, memory, rest. */
const rowOf = (name: string) => new RegExp(`^(\\| ${numberOf(name)} [^|]*\\|)[^|]*\\|[^|]*\\|(.*)$`, "m");

/** Chapters for which the page has no row. */
export const chaptersWithout = (page: string): string[] =>
  CHAPTERS.map(({ name }) => name).filter((name) => !rowOf(name).test(page));
