/**
 * The drawing thread: plotly.js in a page without a browser, its SVG rasterised by resvg. A thread of its own, so that the
 * kernel can wait for a picture in the middle of a cell, give up on one, and train on while a live curve is drawn; and so
 * that none of a page's globals appear in the kernel.
 */
import { parentPort } from "node:worker_threads";
import { scriptsFor, withTwins } from "./capability";
import { FONT_FILES, isCovered } from "./fonts";
import { pageWith } from "./page";
import type { Drawing, Picture, PictureRequest } from "./request";

/** The little of @resvg/resvg-js that is used. */
interface ResvgModule {
  Resvg: new (svg: string, options: object) => { render(): { asPng(): Buffer } };
}

const FAMILY = "DejaVu Sans";

async function drawSvg({ data, layout, width, height }: Drawing): Promise<string> {
  const traces = withTwins(data);
  const { document, Plotly } = pageWith(scriptsFor(traces.map(({ type }) => type)));
  const place = document.createElement("div");
  document.body.append(place);
  const font = { ...Object(layout.font), family: FAMILY };
  try {
    await Plotly.newPlot(place, traces, { ...layout, font, width, height, autosize: false }, { staticPlot: true });
    return Plotly.Snapshot.toSVG(place, "svg", 1);
  } finally {
    Plotly.purge(place);
    place.remove();
  }
}

/** A machine's own fonts are looked at only where ours lacks a character: that takes a while. */
function rasterise(svg: string, zoom: number): Buffer {
  const { Resvg }: ResvgModule = require("@resvg/resvg-js");
  const font = { fontFiles: FONT_FILES, loadSystemFonts: !isCovered(svg), defaultFontFamily: FAMILY };
  return new Resvg(svg, { font, fitTo: { mode: "zoom", value: zoom } }).render().asPng();
}

async function picture(drawing: Drawing): Promise<Picture> {
  try {
    return { png: new Uint8Array(rasterise(await drawSvg(drawing), drawing.zoom)) };
  } catch (error) {
    return { fault: `the drawing failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

// One after another: plotly's page is one.
let last: Promise<void> = Promise.resolve();

parentPort?.on("message", ({ drawing, port, done }: PictureRequest) => {
  last = last.then(async () => {
    port.postMessage(await picture(drawing));
    Atomics.store(done, 0, 1);
    Atomics.notify(done, 0);
    port.close();
  });
});
