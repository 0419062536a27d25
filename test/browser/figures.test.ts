/**
 * Still pictures beside plotly's own: every figure of the gallery is drawn by a browser from the JSON that a front end gets,
 * and compared with the picture that was made without one. SCREENSHOTS=DIR keeps sheets of both.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { figure } from "../../lib/notebook/figure";
import { FONT_FILES } from "../../lib/notebook/picture/fonts";
import { GALLERY } from "../notebook/gallery";
import { openBrowser, whyNoChromium } from "./chromium";

const missing = whyNoChromium();
const skip = missing ? `SKIPPED, NO PICTURE WAS COMPARED: ${missing}` : false;

const SIZE = { width: 400, height: 250 };
/** Pairs on a sheet. */
const SHEET = 7;
/** Largest mean difference of two pictures of the same figure (0..255), both blurred to a quarter. */
const SAME = 1;

interface Pair {
  name: string;
  json: unknown;
  png: string;
  /** Mean difference from plotly's own, and from the next figure's. */
  own: number;
  other: number;
}

let browser: Browser;
let page: Page;
const pairs: Pair[] = [];

before(async () => {
  if (skip) return;
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 860, height: 800 } });
  const [regular] = FONT_FILES.map((file) => readFileSync(file).toString("base64"));
  const face = `@font-face { font-family: "DejaVu Sans"; src: url(data:font/ttf;base64,${regular}) }`;
  await page.setContent(
    `<style>${face}</style><body style="margin:8px;font:13px 'DejaVu Sans';background:#fff">.</body>`,
  );
  await page.evaluate("document.fonts.ready");
  for (const script of ["plotly-geo-assets.js", "plotly.min.js"])
    await page.addScriptTag({ path: require.resolve(`plotly.js/dist/${script}`) });
  await page.addScriptTag({ content: COMPARE });
});

after(() => browser?.close());

/** In the page's own language: this project is compiled without a browser's types. */
const COMPARE = `
async function own({ data, layout }, width, height) {
  const place = document.createElement("div");
  await Plotly.newPlot(place, structuredClone(data), structuredClone(layout), { staticPlot: true });
  return Plotly.toImage(place, { format: "png", width, height });
}
async function pixels(source, width, height) {
  const image = new Image(); image.src = source; await image.decode();
  const canvas = document.createElement("canvas"); canvas.width = width / 4; canvas.height = height / 4;
  const context = canvas.getContext("2d"); context.fillStyle = "#fff"; context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high"; context.drawImage(image, 0, 0, width / 4, height / 4);
  return context.getImageData(0, 0, width / 4, height / 4).data;
}
async function difference(one, two, width, height) {
  const [a, b] = [await pixels(one, width, height), await pixels(two, width, height)];
  return a.reduce((sum, value, at) => sum + Math.abs(value - b[at]), 0) / (0.75 * a.length);
}
function show(pairs) {
  document.body.innerHTML = "<table>" + pairs.map(({ name, still, plotly }) =>
    "<tr><td colspan=2><b>" + name + "</b></td></tr><tr><td><img src='" + still + "'></td><td><img src='" + plotly + "'></td></tr>").join("") + "</table>";
}`;

const dataUrl = (png: string): string => `data:image/png;base64,${png}`;

for (const { name, data, layout } of GALLERY)
  test(`${name}: the still picture is plotly's`, { skip }, async () => {
    const { bundle } = figure(data, { ...layout, ...SIZE, font: { family: "DejaVu Sans" } });
    const json = bundle["application/vnd.plotly.v1+json"];
    const png = String(bundle["image/png"]);
    const argument = JSON.stringify([json, dataUrl(png), SIZE.width, SIZE.height]);
    const plotly = String(await page.evaluate(`(([json, , w, h]) => own(json, w, h))(${argument})`));
    const own = Number(
      await page.evaluate(
        `difference(${JSON.stringify(dataUrl(png))}, ${JSON.stringify(plotly)}, ${SIZE.width}, ${SIZE.height})`,
      ),
    );
    pairs.push({ name, json: plotly, png, own, other: 0 });
    assert.ok(own < SAME, `mean difference ${own}`);
  });

test("the comparison tells figures apart", { skip }, async (t) => {
  const { length } = pairs;
  for (const [at, { png, name }] of pairs.entries()) {
    const other = String(pairs[(at + 1) % length].json);
    const apart = Number(
      await page.evaluate(
        `difference(${JSON.stringify(dataUrl(png))}, ${JSON.stringify(other)}, ${SIZE.width}, ${SIZE.height})`,
      ),
    );
    t.diagnostic(`${name}: ${pairs[at].own.toFixed(2)} from plotly's own, ${apart.toFixed(2)} from another figure`);
    pairs[at].other = apart;
  }
  assert.ok(pairs.every(({ own, other }) => own < other));
});

test("sheets of both", { skip: skip || (process.env.SCREENSHOTS ? false : "SCREENSHOTS is not set") }, async () => {
  const folder = String(process.env.SCREENSHOTS);
  mkdirSync(folder, { recursive: true });
  for (let first = 0; first < pairs.length; first += SHEET) {
    const shown = pairs
      .slice(first, first + SHEET)
      .map(({ name, png, json }) => ({ name, still: dataUrl(png), plotly: json }));
    await page.evaluate(`show(${JSON.stringify(shown)})`);
    await page.locator("table").screenshot({ path: join(folder, `figures-${1 + first / SHEET}.png`) });
  }
});
