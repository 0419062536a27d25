/**
 * What of plotly's list (2.35's schema: 49 trace types) the still pictures show: all that plotly draws as SVG. The rest
 * needs a graphics card, map tiles from the network or pictures from elsewhere, and is refused in words.
 */
import type { Layout, Trace } from "../figures/plotly";

/** WebGL traces that have a twin in SVG with the same look. */
const TWINS: Readonly<Record<string, string>> = {
  scattergl: "scatter",
  scatterpolargl: "scatterpolar",
  heatmapgl: "heatmap",
};
const WEBGL: ReadonlySet<string> = new Set(
  "scatter3d surface mesh3d cone streamtube isosurface volume splom parcoords pointcloud".split(" "),
);
const TILES: ReadonlySet<string> = new Set(
  "scattermap choroplethmap densitymap scattermapbox choroplethmapbox densitymapbox".split(" "),
);
const GEO: ReadonlySet<string> = new Set(["choropleth", "scattergeo"]);
/** What plotly-cartesian.min.js draws; it loads in a fifth of the time of the whole. */
const CARTESIAN: ReadonlySet<string> = new Set(
  "bar box contour heatmap histogram histogram2d histogram2dcontour image pie scatter scatterternary violin".split(" "),
);
const OTHERS: ReadonlySet<string> = new Set(
  `barpolar candlestick carpet contourcarpet funnel funnelarea icicle indicator ohlc parcats sankey scattercarpet
   scatterpolar scattersmith sunburst table treemap waterfall`.split(/\s+/),
);

/** Most marks that are drawn one by one; each takes about half a millisecond on one core. */
const MOST_MARKS = 10_000;

const typeOf = ({ type }: Trace): string => type ?? "scatter";

/** Why there is no still picture of this figure, as the end of a sentence; undefined where there is one. */
export function refusal(data: readonly Trace[], layout: Layout): string | undefined {
  const drawn = data.filter(isDrawn);
  for (const trace of drawn) {
    const type = typeOf(trace);
    if (WEBGL.has(type)) return `"${type}" needs WebGL, a graphics card's drawing`;
    if (TILES.has(type)) return `"${type}" needs map tiles from the network`;
    if (![CARTESIAN, OTHERS, GEO].some((known) => known.has(type)) && !(type in TWINS))
      return `plotly has no trace of the type "${type}"`;
    if (type === "image" && trace.source !== undefined)
      return 'an "image" trace with a source must be decoded by a browser (give its pixels as z)';
    if (type === "image" && /^hsl/.test(String(trace.colormodel ?? "")))
      return 'an "image" trace in HSL is not painted';
  }
  const marks = drawn.reduce((sum, trace) => sum + marksOf(trace), 0);
  if (marks > MOST_MARKS) return `its ${marks} marks are more than the ${MOST_MARKS} that are drawn without a browser`;
  const pictures: readonly { source?: unknown }[] = Array.isArray(layout.images) ? layout.images : [];
  if (pictures.some(({ source }) => !/^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/.test(String(source))))
    return "a picture in its layout must be fetched from an address (give it as a data: URL)";
  return undefined;
}

/** The traces as they can be drawn without WebGL, point by point the same; hidden ones only keep their place and name. */
export function withTwins(data: readonly Trace[]): Trace[] {
  return data.map((trace) =>
    isDrawn(trace)
      ? { ...trace, type: TWINS[typeOf(trace)] ?? typeOf(trace) }
      : { type: "scatter", x: [0], y: [0], name: trace.name, visible: trace.visible, showlegend: trace.showlegend },
  );
}

/** How many elements a trace becomes: lines, fields and bins are few, points and bars one each. */
function marksOf({ type = "scatter", mode, x, y, r, boxpoints, points }: Trace): number {
  const single = /^scatter/.test(type) ? /markers|text/.test(mode ?? "") : type === "bar" || type === "waterfall";
  if (!single && boxpoints !== "all" && points !== "all") return 0;
  return Math.max(...[x, y, r].map((values) => (Array.isArray(values) ? values.length : 0)));
}

function isDrawn({ visible }: Trace): boolean {
  return visible !== false && visible !== "legendonly";
}

/** The files of plotly.js/dist that draw these traces, in the order in which they must run. */
export function scriptsFor(types: readonly (string | undefined)[]): string[] {
  const all = types.map((type) => type ?? "scatter");
  if (all.some((type) => GEO.has(type))) return ["plotly-geo-assets.js", "plotly.min.js"];
  return [all.every((type) => CARTESIAN.has(type)) ? "plotly-cartesian.min.js" : "plotly.min.js"];
}
