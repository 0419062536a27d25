/** The site: every page finds every other, the search finds sections, and nothing is asked of a network. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { anchorOf, sectionsOf } from "../../../lib/kernel/book/headings";
import { markdownToHtml } from "../../../lib/kernel/book/markdown";
import { writeSite } from "../../../lib/kernel/book/site";

const folder = mkdtempSync(join(tmpdir(), "site-"));
after(() => rmSync(folder, { recursive: true }));
const count = writeSite(folder);
const files = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".html"));
/** Without what cells put out: that is the reader's own. */
const pageOf = (file: string) =>
  readFileSync(join(folder, file), "utf8").replace(/<div class="outputs">[\s\S]*?<\/section>/g, "");

test("there is a page for every chapter, solution, Chinese chapter, glossary and heading of the library", () => {
  assert.equal(files.length, count + 1);
  for (const file of ["01-the-claim.html", "solutions/01-the-claim.html", "zh/01-the-claim.html", "glossary.html"])
    assert.ok(files.includes(file), file);
});

test("every link between pages leads to a page, and to a heading that it has", () => {
  const ids = new Map(
    files.map((file) => [file, new Set([...pageOf(file).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
  );
  for (const file of files)
    for (const [, target] of pageOf(file).matchAll(/<a [^>]*href="([^"]+)"/g)) {
      if (/^(https?:|mailto:)/.test(target)) continue;
      const [path, anchor] = target.split("#");
      const other = path === "" ? file : join(dirname(file), decodeURIComponent(path));
      assert.ok(existsSync(join(folder, other)), `${file}: ${target}`);
      if (anchor && other.endsWith(".html"))
        assert.ok(ids.get(other)?.has(decodeURIComponent(anchor)), `${file}: ${target} has no such heading`);
    }
});

test("a chapter has the one before and the one after", () => {
  const page = pageOf("04-lstm-equivalence.html");
  assert.match(page, /rel="prev" href="03-the-model\.html"/);
  assert.match(page, /rel="next" href="05-span-representations\.html"/);
  assert.doesNotMatch(pageOf("00-start-here.html"), /rel="prev"/);
});

test("no page loads anything from elsewhere", () => {
  for (const file of files) {
    const loads = [...pageOf(file).matchAll(/<(?:script|link|img|iframe)[^>]*(?:src|href)="([^"]+)"/g)].map(
      ([, from]) => from,
    );
    assert.deepEqual(
      loads.filter((from) => /^(https?:)?\/\//.test(from)),
      [],
      file,
    );
  }
});

test("the search has the words of every section under its address", () => {
  const index = readFileSync(join(folder, "search-index.js"), "utf8");
  const rows: [address: string, title: string, text: string][] = JSON.parse(
    index.replace(/^const SECTIONS = |;\n$/g, ""),
  );
  const found = rows.filter(([, , text]) => text.includes("PYTHONHASHSEED"));
  assert.ok(found.some(([address]) => address.startsWith("01-the-claim.html#")));
  for (const [address] of rows) assert.ok(existsSync(join(folder, decodeURIComponent(address.split("#")[0]))), address);
});

test("headings have the anchors of GitHub", () => {
  assert.equal(anchorOf("Flat and nested"), "flat-and-nested");
  assert.equal(anchorOf("`loss_alpha`: a weight"), "loss_alpha-a-weight");
  assert.match(markdownToHtml("## Words → prompt"), /<h2 id="words--prompt">/);
  assert.deepEqual(
    sectionsOf("# A\n\none\n\n## B [c](d)\n\ntwo").map(({ anchor, title }) => [anchor, title]),
    [
      ["", "A"],
      ["b-c", "B c"],
    ],
  );
});
