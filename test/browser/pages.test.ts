/** The rendered pages in a browser, without a server, in both themes. SCREENSHOTS=DIR keeps the pictures. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { writePages } from "../../lib/kernel/book/pages";
import type { Cell } from "../../lib/kernel/runner/nbformat";
import { Display } from "../../lib/notebook/display";
import { figure } from "../../lib/notebook/figure";
import { table } from "../../lib/notebook/table";
import { openBrowser, PATIENCE, whyNoChromium } from "./chromium";

const missing = whyNoChromium();
const skip = missing ? `SKIPPED, NO PAGE WAS OPENED: ${missing}` : false;

let browser: Browser;
let folder: string;

before(async () => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), "workbook-pages-"));
  browser = await openBrowser();
  writePages(folder, [
    { name: "a", notebook: { metadata: {}, cells: cells(SHOWN) } },
    { name: "deep/map", notebook: { metadata: {}, cells: cells([MAP]) } },
    { name: "plain", notebook: { metadata: {}, cells: cells([SHOWN[0]]) } },
  ]);
});

after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true });
});

const SHOWN = [
  table([{ name: "MiniLM", F1: 2020.5 }], { title: "A table" }),
  figure(
    [
      { name: "a", y: [1, 10, 100] },
      { name: "b", y: [3, 2, 1] },
    ],
    { title: "Log <b>axis</b>", yaxis: { type: "log" } },
  ),
  figure([{ type: "heatmap", z: [[1, -2]] }], {
    title: "own",
    template: { layout: { paper_bgcolor: "#ffffff", font: { color: "#222222" } } },
  }),
  new Display({ "image/png": figure([{ y: [1] }]).bundle["image/png"] }),
];
/** In the page's own language: this project is compiled without a browser's types. */
const FILLS = '[...document.querySelectorAll(".figure .gtitle")].map((title) => getComputedStyle(title).fill)';
const MAP = figure([{ type: "scattergeo", lon: [2], lat: [48] }], { title: "A map" });

function cells(shown: readonly Display[]): Cell[] {
  return shown.map(({ bundle, metadata }, at) => ({
    cell_type: "code",
    id: `c${at}`,
    metadata: {},
    source: `show(${at})`,
    execution_count: at,
    outputs: [{ output_type: "display_data", data: bundle, metadata }],
  }));
}

for (const colorScheme of ["light", "dark"] as const)
  test(`figures are drawn in the ink of the page: ${colorScheme}`, { skip }, async () => {
    const page = await browser.newPage({ colorScheme, viewport: { width: 900, height: 1600 } });
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("requestfailed", (request) => faults.push(request.url()));
    await page.goto(`file://${folder}/a.html`);
    const ink = colorScheme === "dark" ? "rgb(232, 230, 227)" : "rgb(29, 29, 31)";
    assert.deepEqual(await page.evaluate(FILLS), [ink, "rgb(34, 34, 34)"], faults.join());
    assert.equal(await page.locator(".figure .gtitle").first().textContent(), "Log <b>axis</b>");
    assert.deepEqual(await page.evaluate("[...document.images].map(({ alt }) => alt)"), [
      "a picture without a description",
    ]);
    await page.emulateMedia({ colorScheme: colorScheme === "dark" ? "light" : "dark" });
    await page.waitForFunction(`getComputedStyle(document.querySelector(".gtitle")).fill !== "${ink}"`);
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction(`getComputedStyle(document.querySelector(".gtitle")).fill === "${ink}"`);
    if (process.env.SCREENSHOTS) {
      mkdirSync(process.env.SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(process.env.SCREENSHOTS, `page-${colorScheme}.png`), fullPage: true });
    }
    assert.deepEqual(faults, []);
    await page.close();
  });

test("without scripts the pictures stand there, each with its words", { skip }, async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`file://${folder}/a.html`);
  const picture = page.locator(".figure img").first();
  assert.match(String(await picture.getAttribute("alt")), /^Figure: Log <b>axis<\/b>\n {2}y: untitled \(logarithmic\)/);
  assert.equal((await picture.boundingBox())?.width, 720);
  await context.close();
});

test("a page brings what its figures need of plotly, a map its coasts, and nothing is fetched", { skip }, async () => {
  const page = await browser.newPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`file://${folder}/deep/map.html`);
  await page.locator(".geo path").first().waitFor({ state: "attached", timeout: PATIENCE });
  assert.ok(
    asked.every((url) => url.startsWith("file:") || url.startsWith("data:")),
    asked.join("\n"),
  );
  const there = ["plotly-cartesian.min.js", "plotly.min.js", "plotly-geo-assets.js"].map((name) =>
    existsSync(join(folder, name)),
  );
  assert.deepEqual(there, [true, true, true]);
  await page.goto(`file://${folder}/plain.html`);
  assert.equal(await page.locator('script[src*="plotly"]').count(), 0, "nothing of plotly where nothing is drawn");
  await page.close();
});
