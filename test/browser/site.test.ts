/** The site in a browser, from the disk, as wide as a phone and as a desk, in both themes. SCREENSHOTS=DIR keeps the pictures. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { writeSite } from "../../lib/kernel/book/site";
import { openBrowser, whyNoChromium } from "./chromium";

const missing = whyNoChromium();
const skip = missing ? `SKIPPED, NO PAGE WAS OPENED: ${missing}` : false;

let browser: Browser;
let folder: string;

before(async () => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), "workbook-site-"));
  browser = await openBrowser();
  writeSite(folder);
});

after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true });
});

const PAGES = ["index", "01-the-claim", "05-span-representations", "zh/01-the-claim", "glossary"];

for (const width of [360, 1280])
  for (const colorScheme of ["light", "dark"] as const)
    test(`pages fit into ${width} px, ${colorScheme}, and ask nothing of a network`, { skip }, async () => {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("pageerror", (error) => asked.push(String(error)));
      for (const name of PAGES) {
        await page.goto(`file://${folder}/${name}.html`);
        const wide = await page.evaluate("document.documentElement.scrollWidth");
        assert.ok(Number(wide) <= width, `${name} is ${wide} px wide`);
        if (!process.env.SCREENSHOTS) continue;
        mkdirSync(process.env.SCREENSHOTS, { recursive: true });
        const path = join(process.env.SCREENSHOTS, `${name.replace("/", "-")}-${width}-${colorScheme}.png`);
        await page.screenshot({ path });
      }
      assert.deepEqual(
        asked.filter((address) => !address.startsWith("file://") && !address.startsWith("data:")),
        [],
      );
      await page.close();
    });

test("the search finds a section and leads to it", { skip }, async () => {
  const page = await browser.newPage({ viewport: { width: 800, height: 900 } });
  await page.goto(`file://${folder}/solutions/01-the-claim.html`);
  await page.locator("#search").fill("pythonhashseed order");
  await page.locator("#found a").first().click();
  assert.match(page.url(), /\.html(#|$)/);
  assert.match(String(await page.locator("main").textContent()), /PYTHONHASHSEED/);
  await page.close();
});
