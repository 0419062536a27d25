/**
 * Colours that stay apart for colour-blind readers: the eight of Okabe and Ito (2008, "Color Universal Design") for
 * classes, and two scales whose lightness is monotone for numbers. Colour is never the only sign: labels are written out.
 */

/** Classes: line colour, and a tint of it on which dark text reads in light and dark themes alike. */
export const CLASS_COLOURS: readonly { line: string; tint: string }[] = [
  { line: "#0072b2", tint: "#cfe5f3" },
  { line: "#d55e00", tint: "#fbdcc7" },
  { line: "#009e73", tint: "#c9ece0" },
  { line: "#cc79a7", tint: "#f5dfeb" },
  { line: "#e69f00", tint: "#fbe8c0" },
  { line: "#56b4e9", tint: "#dbf0fb" },
  { line: "#8c8400", tint: "#f7f3b0" },
  { line: "#777777", tint: "#e2e2e2" },
];

/** Text on no ground of its own: more than 4 to 1 against white and against JupyterLab's dark (WCAG 2.2's contrast). */
export const NEUTRAL = "#7a7a7a";

/** Lines that guide the eye, on light and dark. */
export const NEUTRAL_LINE = "rgba(128,128,128,0.3)";

/** The text colour on every tint. */
export const INK = "#1a1a1a";

/** Beyond eight classes the same colours return with another edge. */
const EDGES = ["solid", "dashed", "dotted", "double"] as const;

/** The look of the n-th class. */
export function classColour(index: number): { line: string; tint: string; edge: (typeof EDGES)[number] } {
  const colour = CLASS_COLOURS[index % CLASS_COLOURS.length];
  return { ...colour, edge: EDGES[Math.floor(index / CLASS_COLOURS.length) % EDGES.length] };
}

type Rgb = readonly [number, number, number];
const LOW: Rgb = [247, 251, 255];
const HIGH: Rgb = [8, 64, 129];
const NEGATIVE: Rgb = [166, 66, 0];

/** The same scale as plotly takes one, from the lowest number to the highest. @param sign of the numbers it is for */
export function plotlyScale(sign: "both" | "negative" | "positive"): [share: number, colour: string][] {
  const stops = { both: [NEGATIVE, LOW, HIGH], negative: [NEGATIVE, LOW], positive: [LOW, HIGH] }[sign];
  return stops.map((colour, at) => [at / (stops.length - 1), `rgb(${colour.join(",")})`]);
}

/**
 * The colour of a number: white to blue for 0..1, white to brown for 0..-1.
 * @param share within [-1, 1]; NaN is grey
 */
export function scaleColour(share: number): { fill: string; ink: string } {
  if (Number.isNaN(share)) return { fill: "#cccccc", ink: INK };
  const amount = Math.min(1, Math.abs(share));
  const end = share < 0 ? NEGATIVE : HIGH;
  const mix = LOW.map((low, channel) => Math.round(low + (end[channel] - low) * amount));
  const lightness = 0.299 * mix[0] + 0.587 * mix[1] + 0.114 * mix[2];
  return { fill: `rgb(${mix.join(",")})`, ink: lightness < 140 ? "#ffffff" : INK };
}
