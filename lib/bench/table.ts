import { describe, type RoundsResult } from "./rounds";

/** Results and ratios as text. */
export function table({ results, ratios }: Pick<RoundsResult, "results" | "ratios">): string {
  const rows = results.map((result) => [
    describe(result),
    result.runtime,
    result.sentences_per_s.toFixed(1),
    result.sentences_per_s_range.map((value) => value.toFixed(1)).join(" to "),
    `${result.peak_rss_mb}`,
  ]);
  const compared = ratios.map((ratio) => [
    describe(ratio),
    `against ${ratio.against}`,
    `${ratio.median.toFixed(2)} times`,
    ratio.range.map((value) => value.toFixed(2)).join(" to "),
    `${ratio.memory.toFixed(2)} times`,
  ]);
  return aligned([["work", "runtime", "sentences/s", "range", "peak MB"], ...rows, ...compared]);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, c) => cell.padEnd(widths[c]))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
