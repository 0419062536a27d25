/** What a cell shows, through the real kernel: tables, figures, values that show themselves. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { KernelClient } from "../../lib/kernel/runner/client";
import type { Output } from "../../lib/kernel/runner/nbformat";
import { OutputCollector } from "../../lib/kernel/runner/outputs";

let kernel: KernelClient;

before(async () => {
  kernel = await KernelClient.start({ folder: join(PROJECT_ROOT, "notebooks") });
});
after(() => kernel.shutdown());

async function outputs(code: string): Promise<Output[]> {
  const collector = new OutputCollector(new Map());
  await kernel.execute(code, (message) => collector.take(message), true);
  return collector.outputs;
}

/** The formats of a cell's result. */
async function shown(code: string): Promise<Record<string, unknown>> {
  const all = await outputs(code);
  const last = all[all.length - 1];
  assert.ok(last?.output_type === "execute_result", JSON.stringify(all).slice(0, 2000));
  return { ...last.data, metadata: last.metadata };
}

test("a frame, its description and a series are tables with their index", async () => {
  const frame = await shown(
    'import * as dfd from "danfojs-node";\nconst df = new dfd.DataFrame({ n: [1, 2], y: [2020.5, 12345.678] });\ndf',
  );
  assert.equal(frame["text/plain"], "n          y\n-  ---------\n1     2020.5\n2  12345.678");
  const described = await shown("df.describe()");
  assert.match(String(described["text/plain"]), /^index +n +y\n.*\ncount +2 +2\nmean +1\.5 +7183\.089\nstd/);
  assert.match(String(described["text/html"]), /<bdi>mean<\/bdi>/);
  const series = await shown('new dfd.Series([3, 4], { index: ["a", "b"] })');
  assert.equal(series["text/plain"], "index  value\n-----  -----\na          3\nb          4");
});

test("10,000 rows, a model and a tensor in a table stay short", async () => {
  const many = await shown('import { table } from "../lib";\ntable(Array.from({ length: 10000 }, (_, n) => ({ n })))');
  assert.match(String(many["text/plain"]), /\n9999\n10000 rows, of which the first and the last 25 are shown$/);
  const cell =
    'import { GLiNER, useBackend } from "../lib";\nimport * as tf from "@tensorflow/tfjs";\nawait useBackend();\n';
  const model = await shown(
    `${cell}const tiny = GLiNER.prototype;\ntable([{ kind: "tensor", value: tf.zeros([2, 3]) }, { kind: "class", value: new (class Model { w = tf.zeros([9]); })() }])`,
  );
  assert.match(String(model["text/plain"]), /tensor +Tensor float32 \[2, 3\]\nclass +Model$/);
});

test("an object with data and layout is a figure, with its picture and its words", async () => {
  const figure = await shown(
    '({ data: [{ type: "histogram", x: [1, 1, 4] }], layout: { title: "t", yaxis: { type: "log" } } })',
  );
  assert.equal(
    figure["text/plain"],
    "Figure: t\n  y: untitled (logarithmic)\n  histogram: 3 values from 1 to 4, counted in bins",
  );
  const png = Buffer.from(String(figure["image/png"]), "base64");
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [720, 400]);
  assert.equal(Object(figure.metadata)["image/png"].alt, figure["text/plain"]);
  const plain = await shown("({ data: [1, 2], layout: 3 })");
  assert.equal(plain["text/plain"], "{ data: [ 1, 2 ], layout: 3 }");
  const webgl = await shown('({ data: [{ type: "surface", z: [[1, 2]] }], layout: {} })');
  assert.match(String(webgl["text/plain"]), /No still picture: "surface" needs WebGL/);
  assert.equal("image/png" in webgl, false);
});

test('Symbol.for("Jupyter.display") is asked, at once or later, and must answer with formats', async () => {
  const method = (body: string): string => `({ [Symbol.for("Jupyter.display")]() { ${body} } })`;
  const now = await shown(method('return { "text/plain": "p", "text/html": "<i>h</i>" };'));
  assert.deepEqual([now["text/plain"], now["text/html"]], ["p", "<i>h</i>"]);
  const later = await shown(method('return new Promise((done) => setTimeout(done, 50, { "text/markdown": "*m*" }));'));
  assert.equal(later["text/markdown"], "*m*");
  const [wrong] = await outputs(method("return 5;"));
  assert.ok(wrong.output_type === "error", JSON.stringify(wrong));
  assert.match(wrong.evalue, /method gave 5, wanted an object of MIME types/);
  const [thrown] = await outputs(method('throw new RangeError("mine");'));
  assert.ok(thrown.output_type === "error");
  assert.equal(`${thrown.ename}: ${thrown.evalue}`, "RangeError: mine");
  const [first, second] = await outputs(
    `import { display } from "../lib";\ndisplay(${method('return { "text/plain": "d" };')});\nconsole.log("after")`,
  );
  assert.ok(first.output_type === "display_data" && first.data["text/plain"] === "d");
  assert.ok(second.output_type === "stream" && second.text === "after\n");
});

test("display shows a frame, a figure and a plain value where it stands", async () => {
  const all = await outputs(
    'import { display } from "../lib";\ndisplay(df, { data: [{ y: [1] }], layout: {} }, { a: [1] });\nconsole.log("after");',
  );
  const texts = all.map((output) =>
    "data" in output ? String(output.data["text/plain"]).split("\n")[0] : output.output_type,
  );
  assert.deepEqual(texts, ["n          y", "Figure: untitled", "{ a: [ 1 ] }", "stream"]);
});

test("many figures in a cell arrive in their order, between what is printed", async () => {
  const all = await outputs(
    'import { display, figure } from "../lib";\nfor (const n of [1, 2, 3]) { console.log(n); display(figure([{ y: [n, 2] }], { title: "f" + n })); }',
  );
  assert.deepEqual(
    all.map((output) =>
      output.output_type === "stream"
        ? output.text
        : "data" in output
          ? String(output.data["text/plain"]).slice(0, 10)
          : "",
    ),
    ["1\n", "Figure: f1", "2\n", "Figure: f2", "3\n", "Figure: f3"],
  );
});

test("the stop button ends a loop of pictures, and the next picture is drawn", async () => {
  const collector = new OutputCollector(new Map());
  const cell = kernel.execute(
    'console.log("begun");\nfor (let n = 0; n < 100000; n++) figure([{ y: [n, 2] }]);',
    (message) => {
      collector.take(message);
      if (message.type === "stream") setTimeout(() => kernel.interrupt(), 300);
    },
    true,
  );
  assert.equal((await cell).status, "error");
  const next = await shown("figure([{ y: [1, 2] }])");
  assert.equal(typeof next["image/png"], "string");
});
