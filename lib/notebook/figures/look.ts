/**
 * The look of our figures, as a plotly template: on no ground of their own, in colours that read on white and on a dark
 * theme alike, because a still picture cannot know where it is shown. plotly's own lines (#444) are lost on black.
 */
import { CLASS_COLOURS, NEUTRAL, NEUTRAL_LINE } from "../colours";

const NO_GROUND = "rgba(0,0,0,0)";

const LINES = { gridcolor: NEUTRAL_LINE, linecolor: NEUTRAL, tickcolor: NEUTRAL };
/** Straight axes make room for their names; others cannot. */
const AXIS = { ...LINES, zerolinecolor: NEUTRAL_LINE, automargin: true };
const ERRORS = { error_x: { color: NEUTRAL }, error_y: { color: NEUTRAL } };

/** @param entitled room is left for a title */
export function template(entitled: boolean): object {
  const layout = {
    colorway: CLASS_COLOURS.map(({ line }) => line),
    font: { color: NEUTRAL },
    paper_bgcolor: NO_GROUND,
    plot_bgcolor: NO_GROUND,
    margin: { t: entitled ? 56 : 24, r: 24, b: 64, l: 64 },
    xaxis: AXIS,
    yaxis: AXIS,
    polar: { bgcolor: NO_GROUND, radialaxis: LINES, angularaxis: LINES },
    ternary: { bgcolor: NO_GROUND, aaxis: LINES, baxis: LINES, caxis: LINES },
    geo: { bgcolor: NO_GROUND, coastlinecolor: NEUTRAL, framecolor: NEUTRAL },
    modebar: { bgcolor: NO_GROUND, color: NEUTRAL, activecolor: CLASS_COLOURS[0].line },
    annotationdefaults: { arrowcolor: NEUTRAL },
    shapedefaults: { line: { color: NEUTRAL } },
  };
  const data = {
    bar: [ERRORS],
    sankey: [{ link: { color: NEUTRAL_LINE } }],
    waterfall: [{ connector: { line: { color: NEUTRAL } } }],
    table: [{ header: { fill: { color: NO_GROUND } }, cells: { fill: { color: NO_GROUND } } }],
  };
  return { layout, data };
}
