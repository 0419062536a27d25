/**
 * The workbook in the real JupyterLab in a real browser: what a reader sees, in a trusted and an untrusted notebook, in
 * the light and the dark theme. SCREENSHOTS=DIR keeps the pictures.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type Server, startServer } from "../../lib/cli/setup/jupyter";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { codeCell, openBrowser, openNotebook, PATIENCE, runAll, runCell, untilIdle, whyNoBrowser } from "./chromium";
import { LESSON, PROMISES, SHOWN, TRAINING } from "./lesson";

const missing = whyNoBrowser();
const skip = missing ? `SKIPPED, NOTHING WAS TRIED IN A BROWSER: ${missing}` : false;

let root: string;
let server: Server;
let browser: Browser;
const environment = { ...process.env };

before(async () => {
  if (skip) return;
  root = mkdtempSync(join(tmpdir(), "workbook-lab-"));
  symlinkSync(join(PROJECT_ROOT, "lib"), join(root, "lib"));
  mkdirSync(join(root, "notebooks"));
  cpSync(join(PROJECT_ROOT, "notebooks/00-start-here.ipynb"), join(root, "notebooks/00-start-here.ipynb"));
  write("lesson.ipynb", LESSON);
  write("training.ipynb", TRAINING);
  write("shown.ipynb", SHOWN);
  write("promises.ipynb", PROMISES);
  // Settings, trust and layouts of the reader's own JupyterLab stay out of it.
  for (const name of [
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
  ])
    process.env[name] = join(root, name);
  process.env.WORKBOOK_PROFILE = "quick";
  process.env.WORKBOOK_CORPUS = join(root, "none");
  process.env.WORKBOOK_TEST_FOLDER = root;
  // Cells out of sight are there too: the tests look at all of them.
  setting("notebook-extension/tracker", { windowingMode: "none" });
  server = await startServer(false, 0, root);
  browser = await openBrowser();
});

after(async () => {
  if (skip) return;
  await browser?.close();
  await server?.stop();
  process.env = environment;
  rmSync(root, { recursive: true, force: true });
});

function write(name: string, cells: readonly string[]): void {
  const content = {
    cells: cells.map((source, at) => ({
      cell_type: "code",
      execution_count: null,
      id: `c${at}`,
      metadata: {},
      outputs: [],
      source,
    })),
    metadata: {
      kernelspec: { display_name: "TypeScript (GLiNER workbook)", language: "typescript", name: "tslab-workbook" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(join(root, "notebooks", name), JSON.stringify(content));
}

function setting(plugin: string, values: object): void {
  const file = join(root, "JUPYTERLAB_SETTINGS_DIR/@jupyterlab", `${plugin}.jupyterlab-settings`);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, JSON.stringify(values));
}

const open = (name: string) => openNotebook(browser, server.origin, server.token, `notebooks/${name}`);

/** Keeps a picture of cells, from the first to the last of them. */
async function picture(page: Page, name: string, first: number, last = first): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await codeCell(page, first).scrollIntoViewIfNeeded();
  await page.waitForTimeout(600);
  const [top, bottom] = await Promise.all([codeCell(page, first).boundingBox(), codeCell(page, last).boundingBox()]);
  assert.ok(top && bottom);
  const clip = { x: top.x, y: top.y, width: top.width, height: bottom.y + bottom.height - top.y };
  await page.screenshot({ path: join(folder, `${name}.png`), clip, fullPage: false });
}

/** Adds what the page itself complained about. */
const complain = (complaints: string[]) => (error: Error) => {
  throw new Error(`${error.message}\nthe page said: ${complaints.join("\n")}`);
};

const text = (page: Page, at: number) => codeCell(page, at).locator(".jp-OutputArea").innerText();
const count = (page: Page, at: number, selector: string) =>
  codeCell(page, at).locator(`.jp-OutputArea ${selector}`).count();
const STOP_BUTTON =
  '.jp-NotebookPanel-toolbar [data-jp-item-name="interrupt"], .jp-NotebookPanel-toolbar [data-command="notebook:interrupt-kernel"]';
const hacked = (page: Page) => page.evaluate("window.hacked");

test("notebook 00 runs from its first cell to its last", { skip }, async () => {
  const { page, complaints } = await open("00-start-here.ipynb");
  await runAll(page);
  const failed = await page
    .locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]')
    .allInnerTexts();
  assert.deepEqual(failed, []);
  for (const selector of ["table", "mark", "progress", ".jp-RenderedImage img"])
    await page
      .locator(`.jp-OutputArea ${selector}:visible`)
      .first()
      .waitFor({ timeout: PATIENCE })
      .catch(complain(complaints));
  await page.close();
});

test("table, figure, entities, comparison, progress, an exercise and an error as a reader sees them", {
  skip,
}, async () => {
  const { page } = await open("lesson.ipynb");
  await runAll(page);
  assert.match(await text(page, 1), /name\s+F1\s+seeds\s+MiniLM\s+0\.1235\s+3/);
  const still = codeCell(page, 2).locator("img.plot-img");
  const { width } = (await still.boundingBox()) ?? { width: 0 };
  const { width: room } = (await codeCell(page, 2).locator(".jp-OutputArea-output").boundingBox()) ?? { width: 0 };
  assert.ok(width > 400 && width <= Math.max(720, room), `the picture is ${width} wide, its place ${room}`);
  await picture(page, "figure", 2);
  await approach(page, 2);
  await codeCell(page, 2).locator(".js-plotly-plot .scatterlayer path").first().waitFor({ timeout: PATIENCE });
  const titles = await codeCell(page, 2).locator(":is(.gtitle, .xtitle, .ytitle)").allTextContents();
  assert.deepEqual(titles.sort(), ["A figure", "loss", "step"]);
  assert.equal(await count(page, 3, "mark"), 3);
  assert.match(await text(page, 3), /University of London .*\[city\].*\[organization\].*\[building\]/s);
  assert.match(await text(page, 4), /wrong boundary: person, gold “Ada Lovelace”/);
  assert.equal(await codeCell(page, 5).locator("progress").getAttribute("value"), "40");
  assert.match(await text(page, 6), /✗ not yet[\s\S]*Hint: a direction/);
  assert.match(await text(page, 8), /RangeError: no such span: 7\n[\s\S]*line 3: +throw new RangeError/);
  assert.equal(await count(page, 7, "script"), 0);
  assert.match(await text(page, 7), /<script>window\.hacked=1<\/script>/);
  assert.equal(await hacked(page), undefined);
  await picture(page, "table-and-entities", 1, 4);
  await picture(page, "error", 8);
  const saved = page.waitForResponse(
    (answer) => answer.request().method() === "PUT" && answer.url().includes("/api/contents/"),
    {
      timeout: PATIENCE,
    },
  );
  await page.keyboard.press("Control+s");
  await saved;
  await page.close();
});

test("an untrusted notebook shows the same and runs no script, in the dark theme too", { skip }, async () => {
  setting("apputils-extension/themes", { theme: "JupyterLab Dark" });
  const saved = JSON.parse(readFileSync(join(root, "notebooks/lesson.ipynb"), "utf8"));
  // Jupyter trusts what it has itself written, by a signature over the whole content.
  saved.cells.push({ cell_type: "markdown", id: "new", metadata: {}, source: "from somebody else" });
  const script = {
    output_type: "display_data",
    metadata: {},
    data: { "text/html": "<b>shown</b><script>window.hacked=2</script>" },
  };
  saved.cells[7].outputs.push(script);
  writeFileSync(join(root, "notebooks/untrusted.ipynb"), JSON.stringify(saved));
  const { page } = await open("untrusted.ipynb").finally(() =>
    setting("apputils-extension/themes", { theme: "JupyterLab Light" }),
  );
  assert.match(await text(page, 1), /MiniLM\s+0\.123/);
  await codeCell(page, 2).locator(".js-plotly-plot, img").first().waitFor({ timeout: PATIENCE });
  assert.equal(await count(page, 3, "mark"), 3);
  assert.equal(await count(page, 5, "progress"), 1);
  assert.match(await text(page, 6), /✗ not yet/);
  assert.match(await text(page, 7), /shown/);
  assert.equal(await hacked(page), undefined);
  await picture(page, "dark-table-and-entities", 1, 4);
  await picture(page, "dark-progress-exercise-error", 5, 8);
  await page.close();
});

for (const theme of ["Light", "Dark"])
  test(`tables with their index, pictures and figures that can be read: JupyterLab ${theme}`, { skip }, async () => {
    setting("apputils-extension/themes", { theme: `JupyterLab ${theme}` });
    const { page } = await open("shown.ipynb").finally(() =>
      setting("apputils-extension/themes", { theme: "JupyterLab Light" }),
    );
    await runAll(page);
    assert.match(await text(page, 1), /index\s+year\s+F1\s+count\s+3\s+3\s+mean\s+2020\.1667/);
    assert.match(await text(page, 2), /9999\s+null\s+10000 rows, of which the first and the last 25 are shown/);
    assert.equal(await count(page, 2, "tr"), 52);
    for (const at of [3, 4, 5]) await codeCell(page, at).locator("img.plot-img").waitFor({ timeout: PATIENCE });
    assert.equal(await count(page, 7, ".jp-RenderedImage img"), 1);
    await picture(page, `shown-${theme}-tables`, 1);
    await picture(page, `shown-${theme}-stills`, 3, 5);
    await picture(page, `shown-${theme}-curve`, 7);
    for (const at of [3, 4]) await approach(page, at);
    for (const at of [3, 4]) assert.ok((await contrast(page, at)) > 4, `figure ${at}: ${await contrast(page, at)}`);
    await picture(page, `shown-${theme}-interactive`, 3, 5);
    await page.close();
  });

/** The pointer comes near a picture, which gives way to the interactive figure. */
async function approach(page: Page, at: number): Promise<void> {
  await codeCell(page, at).scrollIntoViewIfNeeded();
  const place = await codeCell(page, at).locator("img.plot-img").boundingBox();
  await page.mouse.move(Number(place?.x) + 90, Number(place?.y) + 90);
  await codeCell(page, at).locator(".js-plotly-plot .gtitle").waitFor({ timeout: PATIENCE });
}

/** Contrast (WCAG 2.2) of a figure's title with the ground it stands on, which shows through the figure. */
async function contrast(page: Page, at: number): Promise<number> {
  const cell = `document.querySelectorAll(".jp-CodeCell")[${at}]`;
  const [ink, ground, paper] = await Promise.all([
    page.evaluate(`getComputedStyle(${cell}.querySelector(".gtitle")).fill`),
    page.evaluate('getComputedStyle(document.querySelector(".jp-Notebook")).backgroundColor'),
    page.evaluate(`${cell}.querySelector(".main-svg").style.background`),
  ]);
  assert.match(String(paper), /rgba\(0, 0, 0, 0\)/);
  const [a, b] = [luminance(String(ink)), luminance(String(ground))].sort((one, two) => two - one);
  return (a + 0.05) / (b + 0.05);
}

function luminance(colour: string): number {
  const parts = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => Number(part) / 255);
  const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test("the stop button ends a training cell at a step, and the next cell goes on from there", { skip }, async () => {
  const { page } = await open("training.ipynb");
  await runCell(page, 0);
  await untilIdle(page);
  await runCell(page, 1);
  await codeCell(page, 1)
    .locator("progress")
    .waitFor({ timeout: PATIENCE })
    .catch(async () => assert.fail(await page.locator(".jp-Notebook").innerText()));
  await page.waitForFunction('Number(document.querySelector("progress")?.value) > 5', undefined, {
    timeout: PATIENCE,
  });
  await page.click(STOP_BUTTON);
  await untilIdle(page);
  const [, stopped] = /stopped at step (\d+) of 300/.exec(await text(page, 1)) ?? [];
  assert.ok(Number(stopped) > 5 && Number(stopped) < 300, await text(page, 1));
  await runCell(page, 2);
  await untilIdle(page);
  assert.match(await text(page, 2), new RegExp(`went on from step ${stopped}: 300 of 300 steps`));
  await picture(page, "interrupted-and-resumed", 1, 2);
  await page.close();
});

test("JupyterLab asks no question about news; errors nobody waited for, late lines, hints, a quiz to click, stop, input", {
  skip,
}, async () => {
  const { page } = await open("promises.ipynb");
  for (const at of [0, 1, 2, 3, 4]) {
    await runCell(page, at);
    await untilIdle(page);
  }
  // The question used to come some seconds after the start, in a corner or a dialog.
  assert.doesNotMatch(await page.locator("body").innerText(), /get notified about official Jupyter news/);
  const choice = codeCell(page, 0).locator("details").nth(1);
  assert.equal(await choice.locator("bdi").last().isVisible(), false);
  await choice.locator("summary").click();
  assert.match(await choice.innerText(), /✓ right: Yes: fix what is known to be wrong/);
  assert.match(await text(page, 1), /AggregateError|2 failed|1 of 2[\s\S]*unheard 1[\s\S]*2 of 2[\s\S]*unheard 2/);
  assert.match(await text(page, 3), /Error: logged\n +at cell \[4\], line 2:.*\n +at cell \[4\], line 4:.*[\s\S]*null/);
  assert.match(await text(page, 4), /Hint: A cell is TypeScript, `!` runs no program/);
  await codeCell(page, 2)
    .locator(".jp-OutputArea-output", { hasText: "late line" })
    .waitFor({ timeout: PATIENCE })
    .catch(async () => {
      assert.match(await page.locator(".jp-Notebook").innerText(), /\[cell 3, after its end\] late line/);
    });
  await picture(page, "quiz-errors-hint", 0, 4);
  for (const at of [5, 6]) {
    await runCell(page, at);
    await page.waitForTimeout(1_000);
    for (let press = 0; press < 3; press++) await page.click(STOP_BUTTON);
    await untilIdle(page);
    assert.match(await text(page, at), /Interrupted: the cell was interrupted/);
  }
  await runCell(page, 7);
  await untilIdle(page);
  assert.match(await text(page, 7), /42/);
  await runCell(page, 8);
  await codeCell(page, 8).locator("input.jp-Stdin-input").fill("Ada");
  await picture(page, "stopped-and-asked", 5, 8);
  await page.keyboard.press("Enter");
  await untilIdle(page);
  assert.match(await text(page, 8), /hello Ada/);
  await page.close();
});
