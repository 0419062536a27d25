/**
 * A page without a browser (jsdom) in which plotly.js draws SVG. What jsdom lacks, the measuring of text and the painting
 * on a canvas, is added here; WebGL and the network are not there, and capability.ts says so before.
 */
import { readFileSync } from "node:fs";
import { svgPathProperties } from "svg-path-properties";
import { getContext, toDataURL } from "./canvas";
import type { PageElement, PageWindow } from "./dom";
import { boxOf, boxOnPage } from "./geometry";

const pages = new Map<string, PageWindow>();

/** A page with these scripts of plotly's run in it, made once. @param scripts file names in plotly.js/dist */
export function pageWith(scripts: readonly string[]): PageWindow {
  const key = scripts.join(" ");
  const known = pages.get(key);
  if (known) return known;
  const window = emptyPage();
  for (const script of scripts) window.eval(readFileSync(require.resolve(`plotly.js/dist/${script}`), "utf8"));
  pages.set(key, window);
  return window;
}

function emptyPage(): PageWindow {
  const { JSDOM, VirtualConsole } = require("jsdom");
  const options = { runScripts: "outside-only", pretendToBeVisual: true, virtualConsole: new VirtualConsole() };
  const { window } = new JSDOM("<!DOCTYPE html><body></body>", options);
  const page: PageWindow = window;
  // plotly's maps ask for it while they load.
  Object.assign(page.URL, { createObjectURL: () => "" });
  // Heat maps then come with a pixel for a pixel, not as small images that a browser would magnify without smoothing.
  Object.assign(page, { CSS: { supports: () => false } });
  Object.assign(page.HTMLCanvasElement.prototype, { getContext, toDataURL });
  Object.assign(page.SVGElement.prototype, {
    getBBox,
    getBoundingClientRect,
    getComputedTextLength,
    getTotalLength,
    getPointAtLength,
  });
  return page;
}

interface Rectangle {
  x: number;
  y: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  width: number;
  height: number;
}

function rectangle({ left, top, right, bottom } = { left: 0, top: 0, right: 0, bottom: 0 }): Rectangle {
  return { x: left, y: top, left, top, right, bottom, width: right - left, height: bottom - top };
}

function getBBox(this: PageElement): Rectangle {
  return rectangle(boxOf(this));
}

function getBoundingClientRect(this: PageElement): Rectangle {
  return rectangle(boxOnPage(this));
}

function getComputedTextLength(this: PageElement): number {
  return rectangle(boxOf(this)).width;
}

/** Along a path: where labels of contours and the widths of violins are looked for. */
function getTotalLength(this: PageElement): number {
  return pathOf(this).getTotalLength();
}

function getPointAtLength(this: PageElement, length: number): { x: number; y: number } {
  return pathOf(this).getPointAtLength(length);
}

type PathProperties = InstanceType<typeof svgPathProperties>;

/** The path asked for last: plotly asks for many points of one after another. */
let asked: { text: string; path: PathProperties } | undefined;

function pathOf(element: PageElement): PathProperties {
  const text = element.getAttribute("d") ?? "";
  if (asked?.text !== text) asked = { text, path: new svgPathProperties(text) };
  return asked.path;
}
