/**
 * A plotly figure as one output: interactive where the front end has plotly, a picture where it has not, words on a
 * terminal. All three are of the same JSON; the picture is drawn by plotly.js itself, in a page without a browser.
 */
import { usageError } from "../errors";
import { Display } from "./display";
import { figureJson, plainFigure } from "./figures/json";
import { type FigureObject, isFigureObject, type Layout, type Trace } from "./figures/plotly";
import { figureText } from "./figures/text";
import { refusal } from "./picture/capability";
import { drawNow } from "./picture/draw";
import type { Drawing, Picture } from "./picture/request";

/** Size of a figure that says none (pixels). */
const SIZE = { width: 720, height: 400 };

/** JupyterLab's plotly extension shows the picture until the pointer comes near, and pixel for pixel. */
const ZOOM = 1;

/**
 * Shows a plotly figure (interactive, PNG, plain text), from its traces and layout or from `{ data, layout }`. Values may be
 * lists, typed arrays, tensors or columns of a data frame. Text in it is text: plotly's markup (`<b>`, `<br>`) appears as
 * written, except in a `hovertemplate` or `texttemplate`; a line break is a line break. What cannot be drawn without a
 * browser (WebGL, map tiles) has no PNG, and the text says why.
 * @throws UserError where there are no traces to draw
 */
export function figure(data: readonly Trace[] | FigureObject, layout: Layout = {}): Display {
  const given = isFigureObject(data) ? { layout: {}, ...data } : { data, layout };
  if (!Array.isArray(given.data)) throw usageError(`figure got ${typeof data}, wanted a list of plotly traces.`);
  const plain = plainFigure(given.data, given.layout);
  const json = figureJson(plain);
  const no = refusal(plain.data, plain.layout);
  const picture: Picture = no === undefined ? drawNow(drawingOf(json, ZOOM)) : { fault: no };
  const text = figureText(plain.data, plain.layout, picture.fault);
  const bundle = { "application/vnd.plotly.v1+json": json, "text/plain": text };
  if (picture.fault !== undefined) return new Display(bundle);
  return new Display({ ...bundle, "image/png": base64(picture.png) }, pictureMetadata(json.layout, text));
}

/** A figure's JSON as an order for its picture. */
export function drawingOf({ data, layout }: Required<FigureObject>, zoom: number): Drawing {
  return { data, layout, ...sizeOf(layout), zoom };
}

/** The size at which the picture is to be shown, and its alternative text, as a bundle's metadata. */
export function pictureMetadata(layout: Layout, alt: string): { "image/png": object } {
  return { "image/png": { ...sizeOf(layout), alt } };
}

export function base64(png: Uint8Array): string {
  return Buffer.from(png).toString("base64");
}

function sizeOf({ width = SIZE.width, height = SIZE.height }: Layout): { width: number; height: number } {
  return { width, height };
}
