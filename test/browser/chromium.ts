import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { which } from "../../lib/backend/install/run";
import { PROJECT_ROOT } from "../../lib/kernel/project";

/** A real browser for the tests, and what they do in JupyterLab. */

/** Milliseconds for what hangs: no test waits for a time, and a busy machine is waited for. */
export const PATIENCE = 1_800_000;

/** Debian's, Ubuntu's, Google's name for it; CHROMIUM names another. */
function program(): string | undefined {
  return process.env.CHROMIUM ?? which("chromium") ?? which("chromium-browser") ?? which("google-chrome");
}

/** Why this machine has no browser to try things in; undefined where it has. */
export function whyNoChromium(): string | undefined {
  const path = program();
  if (!path) return "no chromium on the PATH (Debian: apt install chromium; or CHROMIUM=/path/to/it)";
  const trial = spawnSync(path, ["--version"], { encoding: "utf8" });
  if (trial.status !== 0) return `${path} does not run: ${trial.error?.message ?? trial.stderr}`;
  return undefined;
}

/** Why this machine cannot run the tests in JupyterLab; undefined where it can. */
export function whyNoBrowser(): string | undefined {
  const lab = existsSync(join(PROJECT_ROOT, ".venv/.workbook"));
  return whyNoChromium() ?? (lab ? undefined : "JupyterLab is not set up (npm start -- --check)");
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: program(), args: ["--no-sandbox"] });
}

/** A notebook open in JupyterLab, with everything that the page complained about. */
export interface OpenNotebook {
  page: Page;
  complaints: string[];
}

/** Opens a notebook and waits until its kernel is ready. */
export async function openNotebook(
  browser: Browser,
  origin: string,
  token: string,
  path: string,
): Promise<OpenNotebook> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
  page.setDefaultTimeout(PATIENCE);
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  listeners.set(page, new Set());
  const answered = kernelAnswers(page);
  await page.goto(`${origin}/lab/tree/${path}?token=${token}&reset`);
  await page.waitForSelector(".jp-Notebook .jp-Cell", { timeout: PATIENCE });
  // The toolbar says "idle" before there is a kernel, too: only then does it mean something.
  await answered;
  await page.waitForSelector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', { timeout: PATIENCE });
  return { page, complaints };
}

function tell(page: Page): void {
  for (const done of listeners.get(page) ?? []) done();
  listeners.get(page)?.clear();
}

/** Resolves at a kernel's first answer, on whichever of the page's sockets it comes: JupyterLab may open one anew. */
function kernelAnswers(page: Page): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("no kernel answered")), PATIENCE);
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        if (payload.includes("execute_input")) tell(page);
        if (!payload.includes("kernel_info_reply")) return;
        clearTimeout(late);
        resolve();
      }),
    );
  });
}

/** Runs all cells by the menu, and waits until none is waiting. */
export async function runAll(page: Page): Promise<void> {
  const begun = nextInput(page);
  await page.click('.lm-MenuBar-item:has-text("Run")');
  await page.click('.lm-Menu-item:has-text("Run All Cells")');
  await begun;
  await untilIdle(page);
}

/** Told of every cell that a page's kernel begins. */
const listeners = new WeakMap<Page, Set<() => void>>();

/** Resolves when the kernel begins a cell: from then on its mark is to be seen. */
function nextInput(page: Page): Promise<void> {
  return new Promise((done) => listeners.get(page)?.add(done));
}

/** Waits until no cell shows `[*]`; for after a cell has begun. */
export async function untilIdle(page: Page): Promise<void> {
  await page.waitForFunction(NOBODY_WAITS, undefined, { timeout: PATIENCE });
}

/** In the page's own language: this project is compiled without a browser's types. */
const NOBODY_WAITS =
  '![...document.querySelectorAll(".jp-InputPrompt")].some((prompt) => prompt.textContent.includes("*"))';

/** Runs one cell by Shift-Enter in its editor. */
export async function runCell(page: Page, at: number): Promise<void> {
  const begun = nextInput(page);
  await codeCell(page, at).locator(".cm-content").click();
  await page.keyboard.press("Shift+Enter");
  await begun;
  await codeCell(page, at)
    .locator(".jp-InputPrompt", { hasText: /\[[*\d]+\]/ })
    .first()
    .waitFor({ timeout: PATIENCE });
}

/** The n-th code cell and its outputs, counted from 0. */
export const codeCell = (page: Page, at: number) => page.locator(".jp-CodeCell").nth(at);
