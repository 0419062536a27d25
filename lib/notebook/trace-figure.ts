/** A trace as a figure: how far two programs lie apart at every stage of one batch. */
import type { DivergenceTrace } from "../audit/trace/trace";
import { usageError } from "../errors";
import { fillAtomically } from "../files/atomic";
import { writeBytes } from "../files/bytes";
import { CLASS_COLOURS, NEUTRAL } from "./colours";
import type { Display } from "./display";
import { figure } from "./figure";

/** Where nothing differs at all a logarithmic axis has no place. */
const LEAST = 1e-9;

/**
 * Shows the largest difference of each stage as a share of its largest value (logarithmic, equal stages at 1e-9), in the order in
 * which they are made; the tolerance is a line, the first stage beyond it is named.
 */
export function traceFigure({ stages, first, tolerance, against }: DivergenceTrace): Display {
  const shown = stages.filter(({ state }) => state !== "absent");
  const names = shown.map(({ stage }) => stage);
  const points = (state: string, name: string, colour: string, symbol: string) => {
    const own = shown.filter((one) => one.state === state);
    return {
      type: "scatter",
      mode: "markers",
      name,
      x: own.map(({ size }) => Math.min(1, Math.max(LEAST, size))),
      y: own.map(({ stage }) => stage),
      marker: { color: colour, symbol, size: 9 },
    };
  };
  const title = first ? `First difference: ${first.stage}` : "No stage differs";
  return figure(
    [
      points("same", "within the tolerance", CLASS_COLOURS[0].line, "circle"),
      points("differs", "differs", CLASS_COLOURS[1].line, "x"),
    ],
    {
      title: `${title} (against GLiNER ${against.gliner})`,
      height: 140 + 20 * shown.length,
      xaxis: {
        type: "log",
        title: "largest difference, share of the stage's largest value (equal: at the left edge)",
        range: [-9.2, 0.2],
        exponentformat: "power",
      },
      yaxis: {
        categoryorder: "array",
        categoryarray: names,
        autorange: "reversed",
        tickmode: "array",
        tickvals: names,
      },
      shapes: [
        {
          type: "line",
          x0: tolerance,
          x1: tolerance,
          y0: 0,
          y1: 1,
          yref: "paper",
          line: { dash: "dot", color: NEUTRAL },
        },
      ],
      legend: { orientation: "h", y: -0.12 },
    },
  );
}

/** Writes the still picture of a figure. @throws UserError where it has none, or the file is no .png */
export function writePicture(shown: Display, file: string): void {
  if (!/\.png$/i.test(file)) throw usageError(`a figure goes into a file whose name ends in .png, got "${file}".`);
  const picture = shown.bundle["image/png"];
  if (typeof picture !== "string") throw usageError(`${file}: the figure has no still picture: ${shown}`);
  const bytes = Buffer.from(picture, "base64");
  fillAtomically(file, (descriptor) => {
    writeBytes(descriptor, bytes, 0);
  });
}
