/** The kernel's parts by themselves. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { markdownToHtml } from "../../lib/kernel/book/markdown";
import { awaitsAtTop } from "../../lib/kernel/compile/cell-text";
import { builtModule, JUPYTER_FOLDER, PROJECT_ROOT } from "../../lib/kernel/project";
import { ExecutionQueue } from "../../lib/kernel/queue";
import { OutputCollector } from "../../lib/kernel/runner/outputs";
import { parse, request } from "../../lib/kernel/runner/wire";
import { Streams } from "../../lib/kernel/streams";

test("the kernelspec carries the environment that the launcher sets", () => {
  const spec = JSON.parse(readFileSync(join(JUPYTER_FOLDER, "kernels", "tslab-workbook", "kernel.json"), "utf8"));
  const { tunedEnvironment } = require(join(PROJECT_ROOT, "lib", "backend", "environment.cjs"));
  assert.deepEqual(spec.env, tunedEnvironment({}));
  assert.deepEqual(spec.argv, ["node", "{resource_dir}/../../../launch.cjs", "{connection_file}"]);
});

test("imports of the library lead to its build, others nowhere", () => {
  const built = join(PROJECT_ROOT, "dist", "lib");
  const notebooks = join(PROJECT_ROOT, "notebooks");
  assert.equal(builtModule("../lib", notebooks), join(built, "index"));
  assert.equal(builtModule("../lib/text/words.ts", notebooks), join(built, "text", "words"));
  assert.equal(builtModule("../../lib", join(notebooks, "solutions")), join(built, "index"));
  assert.equal(builtModule("gliner-workbook", "/elsewhere"), join(built, "index"));
  for (const other of ["./helper", "../library", "lib", "@tensorflow/tfjs"])
    assert.equal(builtModule(other, notebooks), undefined);
});

test("only awaits outside functions make a cell asynchronous", () => {
  for (const cell of ["await x", "const y = [await (x)]", "for await (const a of b) {}", "if (1) { await x }"])
    assert.ok(awaitsAtTop(cell), cell);
  for (const cell of ["async () => await x", "class A { async m() { await x } }", "'await x'"])
    assert.ok(!awaitsAtTop(cell), cell);
});

test("the queue aborts what waits after a failure and nothing else", async () => {
  const queue = new ExecutionQueue();
  const outcomes = await Promise.all([
    queue.add(true, async () => true),
    queue.add(true, async () => false),
    queue.add(true, async () => true),
  ]);
  assert.deepEqual(outcomes, ["ok", "error", "aborted"]);
  assert.equal(await queue.add(true, async () => true), "ok");
});

test("streams join text and keep the order of the two", () => {
  const sent: string[] = [];
  const streams = new Streams();
  const say = (_type: string, content: object): void => {
    if ("name" in content && "text" in content) sent.push(`${content.name}:${content.text}`);
  };
  for (const part of ["a", "b", "c"]) streams.write("stdout", part, say);
  streams.write("stderr", "!", say);
  streams.flush();
  assert.equal(sent.join(" ").replaceAll(" stdout:", ""), "stdout:abc stderr:!");
});

test("messages survive the wire and a wrong key is refused", () => {
  const { id, frames } = request("key", "session", "execute_request", { code: "é" });
  const raw = frames.map((frame) => Buffer.from(frame));
  assert.deepEqual(parse("key", raw), {
    id,
    type: "execute_request",
    session: "session",
    parent: undefined,
    content: { code: "é" },
  });
  assert.throws(() => parse("other", raw), /wrong signature/);
});

test("outputs: streams joined, displays replaced in place, clears", () => {
  const ids = new Map();
  const collector = new OutputCollector(ids);
  const take = (type: string, content: Record<string, unknown>): void =>
    collector.take({ id: "", type, session: "", parent: "", content });
  take("stream", { name: "stdout", text: "a" });
  take("stream", { name: "stdout", text: "b" });
  take("display_data", { data: { "text/plain": "1" }, metadata: {}, transient: { display_id: "d" } });
  take("update_display_data", { data: { "text/plain": "2" }, metadata: {}, transient: { display_id: "d" } });
  assert.deepEqual(collector.outputs, [
    { output_type: "stream", name: "stdout", text: "ab" },
    { output_type: "display_data", data: { "text/plain": "2" }, metadata: {} },
  ]);
  take("clear_output", { wait: true });
  assert.equal(collector.outputs.length, 2);
  take("stream", { name: "stdout", text: "new" });
  assert.equal(collector.outputs.length, 1);
});

test("Markdown: structure is rendered, HTML is shown as text", () => {
  const html = markdownToHtml(
    "# A *b*\n\ntext `<i>` <script>x</script>\n\n* one\n* two **2**\n\n| h |\n|---|\n| c |\n\n```ts\na < b\n```",
  );
  assert.match(html, /<h1 id="a-b">A <em>b<\/em><\/h1>/);
  assert.match(html, /<code>&lt;i&gt;<\/code> &lt;script&gt;/);
  assert.match(html, /<ul>\s*<li>one<\/li>\s*<li>two <strong>2<\/strong><\/li>\s*<\/ul>/);
  assert.match(html, /<th>h<\/th>[\s\S]*<td>c<\/td>/);
  assert.match(html, /<pre><code class="language-ts">a &lt; b\n<\/code><\/pre>/);
  assert.ok(!markdownToHtml("[x](javascript:alert(1))").includes("href"));
  assert.match(
    markdownToHtml("[next](05-spans.ipynb#a), [far](https://x.org/a.ipynb)"),
    /05-spans\.html#a.*x\.org\/a\.ipynb"/,
  );
});

test("Markdown: formulas become MathML; a wrong one is shown, and none makes a link", () => {
  assert.match(markdownToHtml("the word $x_t$"), /<math[^>]*>.*<msub><mi>x<\/mi><mi>t<\/mi><\/msub>/);
  assert.match(markdownToHtml("$$ a + b $$"), /<math[^>]*display="block"/);
  assert.match(markdownToHtml("costs $5 and $6"), /costs \$5 and \$6/);
  assert.match(markdownToHtml("$\\frac{1}$"), /\\frac\{1\}/);
  assert.ok(!markdownToHtml("$\\href{javascript:alert(1)}{x}$").includes("href="));
});
