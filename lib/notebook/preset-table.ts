/** How the same answers score under several presets, as a table: percent, the mean first, then a column a set. */
import type { PresetRow } from "../evaluate/stored/presets";
import type { Display } from "./display";
import { table } from "./table";

/**
 * Shows rows of presets. Wrong ones are marked by ✗, and those whose predictions had a prompt of their own by that.
 * @param asked whose prompt is the usual one of this table
 */
export function presetTable(rows: readonly PresetRow[], options: { title?: string; asked?: string } = {}): Display {
  const { title, asked = "gliner" } = options;
  const lines = rows.map(({ preset, verdict, average, difference, difference_ci95, datasets, ...row }) => ({
    preset: `${preset}${verdict === "wrong" ? " ✗" : ""}${row.asked === asked ? "" : " (own prompt)"}`,
    mean: points(average),
    difference: signed(difference),
    "95 %": difference_ci95 ? difference_ci95.map(signed).join("\u00a0to\u00a0") : "",
    ...Object.fromEntries(Object.entries(datasets).map(([set, f1]) => [SHORT[set] ?? set, points(f1)])),
  }));
  return table(lines, { title });
}

/** The usual seven columns must fit on a page. */
const SHORT: Readonly<Record<string, string>> = {
  crossner_ai: "AI",
  crossner_literature: "lit.",
  crossner_music: "music",
  crossner_politics: "pol.",
  crossner_science: "sci.",
  mit_movie: "movie",
  mit_restaurant: "rest.",
};
const points = (share: number) => (100 * share).toFixed(1);

function signed(share: number): string {
  const size = points(Math.abs(share));
  return size === "0.0" ? size : `${share < 0 ? "−" : "+"}${size}`;
}
