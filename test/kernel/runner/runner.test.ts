/** The runner on small notebooks, and the shape of the project's own ones. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pageHtml } from "../../../lib/kernel/book/pages";
import { PROJECT_ROOT } from "../../../lib/kernel/project";
import { type Cell, type Notebook, notebookText, readNotebook } from "../../../lib/kernel/runner/nbformat";
import { runNotebook } from "../../../lib/kernel/runner/runner";

const NOTEBOOKS = join(PROJECT_ROOT, "notebooks");

function notebook(...sources: (string | [source: string, tag: string])[]): Notebook {
  const cells = sources.map((entry, at): Cell => {
    const [source, tag] = Array.isArray(entry) ? entry : [entry, undefined];
    return {
      id: `c${at}`,
      cell_type: "code",
      metadata: tag ? { tags: [tag] } : {},
      source,
      outputs: [],
      execution_count: null,
    };
  });
  return { metadata: { kernelspec: { name: "tslab-workbook" } }, cells };
}

test("a notebook runs to its end; expected failures are no failures; an unexpected one ends it", async () => {
  const given = notebook(
    "const a = 1;\na",
    ["throw new Error('as told')", "raises-exception"],
    "console.log(a)",
    "boom()",
    "2",
  );
  const report = await runNotebook(given, { path: join(NOTEBOOKS, "x.ipynb") });
  assert.deepEqual(
    report.cells.map(({ status }) => status),
    ["ok", "expected failure", "ok", "failed"],
  );
  assert.equal(report.ok, false);
  // Node alone holds some tens of megabytes.
  if (process.platform === "linux") assert.ok((report.peakMb ?? 0) > 30, `${report.peakMb} MB`);
  assert.deepEqual(report.notebook.cells[2].outputs, [{ output_type: "stream", name: "stdout", text: "1\n" }]);
  assert.equal(given.cells[0].outputs.length, 0, "the notebook given is left as it was");
});

test("a cell that takes too long is stopped, and a kernel that dies is reported", async () => {
  const slow = await runNotebook(notebook("for (;;) {}"), { path: join(NOTEBOOKS, "x.ipynb"), cellTimeoutMs: 4_000 });
  assert.equal(slow.cells[0].status, "timed out");
  const dead = await runNotebook(notebook("process.exit(3)", "1"), { path: join(NOTEBOOKS, "x.ipynb") });
  assert.deepEqual(
    dead.cells.map(({ status }) => status),
    ["dead kernel"],
  );
});

test("notebook files: what is written is read back, faults are named", () => {
  const folder = mkdtempSync(join(tmpdir(), "workbook-test-"));
  try {
    const path = join(folder, "a.ipynb");
    const given = notebook("1\n2", "'x'");
    writeFileSync(path, notebookText(given));
    assert.deepEqual(readNotebook(path), given);
    writeFileSync(path, "{");
    assert.throws(() => readNotebook(path), /a\.ipynb is not JSON/);
    writeFileSync(
      path,
      '{"nbformat":4,"nbformat_minor":5,"cells":[{"id":"a","cell_type":"code"},{"id":"a","cell_type":"code"}]}',
    );
    assert.throws(() => readNotebook(path), /cell 2: got the id "a"/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("pages: source and text are escaped, a figure keeps its picture", () => {
  const cell = notebook("'</script><script>alert(1)</script>'").cells[0];
  cell.outputs = [
    {
      output_type: "display_data",
      data: {
        "application/vnd.plotly.v1+json": { data: [{ name: "</script><b>" }], layout: {} },
        "image/png": "AAAA",
        "text/plain": "Figure",
      },
      metadata: {},
    },
  ];
  const page = pageHtml({ name: "x", notebook: { metadata: {}, cells: [cell] } });
  assert.ok(!page.includes("<script>alert(1)"));
  assert.ok(!page.includes("</script><b>"));
  assert.match(page, /<img alt="Figure" src="data:image\/png;base64,AAAA">/);
  assert.match(page, /<span class="hljs-string">&#x27;&lt;\/script&gt;/);
});

test("the project's notebooks keep the rules: kernel, title, short cells, summary, exercises, what was not established", () => {
  for (const name of readdirSync(NOTEBOOKS).filter((file) => file.endsWith(".ipynb"))) {
    const { metadata, cells } = readNotebook(join(NOTEBOOKS, name));
    assert.equal(JSON.stringify(metadata.kernelspec).includes("tslab-workbook"), true, name);
    const text = cells
      .filter(({ cell_type }) => cell_type === "markdown")
      .map(({ source }) => source)
      .join("\n");
    for (const heading of [
      "# ",
      "**The question.**",
      "| you need |",
      "## Summary",
      "## Exercises",
      "## What we did not establish",
    ])
      assert.ok(text.includes(heading), `${name} lacks "${heading}"`);
    for (const { id, source } of cells)
      assert.ok(
        source.split("\n").length <= 25 || id.endsWith("text") || id === "title" || id === "summary",
        `${name} ${id}`,
      );
    // A page's column and a half-width window hold about a hundred characters.
    for (const { id, source, cell_type } of cells)
      if (cell_type === "code" && !id.startsWith("quiz"))
        // Marked sentences are data: a line is a sentence.
        for (const line of source.split("\n"))
          assert.ok(line.length <= 115 || line.includes("[["), `${name} ${id}: ${line.length} characters: ${line}`);
    for (const { id, outputs } of cells)
      assert.ok(
        outputs.every(({ output_type }) => output_type !== "error"),
        `${name} ${id} holds an error`,
      );
  }
});
