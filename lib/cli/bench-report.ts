/** What `bench` prints: speed and memory of each contender, then the ratios. */
import { describe, type RoundsResult } from "../bench/rounds";
import { columns } from "./columns";

/** Results and ratios as text. */
export function benchReport({ results, ratios }: Pick<RoundsResult, "results" | "ratios">): string {
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
  return columns([["work", "runtime", "sentences/s", "range", "peak MB"], ...rows, ...compared]);
}
