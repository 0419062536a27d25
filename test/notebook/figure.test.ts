/** Figures: one JSON for the page, the picture and the words; what cannot be drawn is said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { figure } from "../../lib/notebook/figure";
import type { Layout, Trace } from "../../lib/notebook/figures/plotly";
import { GALLERY } from "./gallery";

const danfo = require("danfojs-node");

const json = (data: Trace[], layout: Layout = {}): { data: Trace[]; layout: Layout } =>
  Object(figure(data, layout).bundle["application/vnd.plotly.v1+json"]);
const words = (data: Trace[], layout: Layout = {}): string => String(figure(data, layout));

test("every figure of the gallery has a picture of its size and says in words what it shows", () => {
  for (const { name, data, layout } of GALLERY) {
    const { bundle, metadata } = figure(data, { ...layout, width: 300, height: 200 });
    const png = Buffer.from(String(bundle["image/png"]), "base64");
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [300, 200], name);
    assert.doesNotMatch(String(bundle["text/plain"]), /no values|not told|No still picture/, name);
    assert.equal(Object(metadata["image/png"]).alt, bundle["text/plain"], name);
  }
});

test("in words: axes, how bars stand, what is counted and what is missing", () => {
  assert.equal(
    words(
      [
        { name: "a", x: [1, 2, 3], y: [3, null, 2020.5] },
        { type: "histogram", x: [1, 1, 4] },
        { type: "bar", name: "b", x: ["u", "v"], y: [1, 2] },
      ],
      { title: { text: "t" }, barmode: "stack", xaxis: { title: "step" }, yaxis: { type: "log", title: "loss" } },
    ),
    `Figure: t
  x: step, y: loss (logarithmic)
  bars on top of each other
  a: 2 values from 3 to 2020.5, last 2020.5, 1 missing
  histogram: 3 values from 1 to 4, counted in bins
  b (bar): 2 values from 1 to 2, last 2`,
  );
  assert.match(words([{ type: "pie", labels: ["u", "v"], values: [1, 2.5] }]), /pie: u 1, v 2\.5$/);
  assert.match(words([{ type: "bar", orientation: "h", y: ["u"], x: [7] }]), /1 values from 7 to 7/);
  assert.match(words([{ type: "histogram", x: ["u", "v", "u"] }]), /3 values, 2 of them different/);
  assert.match(words([{ x: [], y: [] }]), /scatter: no values$/);
});

test("what needs a graphics card, the network or a decoder has no picture, and the words say why", () => {
  const cases: [Trace, Layout, RegExp][] = [
    [{ type: "scatter3d", x: [1], y: [1], z: [1] }, {}, /No still picture: "scatter3d" needs WebGL/],
    [{ type: "scattermap", lat: [1], lon: [1] }, {}, /"scattermap" needs map tiles from the network/],
    [{ type: "image", source: "data:image/png;base64,AA" }, {}, /must be decoded by a browser/],
    [{ type: "image", colormodel: "hsl", z: [[[1, 2, 3]]] }, {}, /in HSL is not painted/],
    [{ y: [1] }, { images: [{ source: "https://x.org/a.png" }] }, /must be fetched from an address/],
    [{ mode: "markers", y: new Float32Array(10_001) }, {}, /its 10001 marks are more than the 10000/],
    [{ type: "bars", y: [1] }, {}, /plotly has no trace of the type "bars"/],
  ];
  for (const [trace, layout, said] of cases) {
    const { bundle } = figure([trace], layout);
    assert.match(String(bundle["text/plain"]), said);
    assert.equal("image/png" in bundle, false);
    assert.equal("application/vnd.plotly.v1+json" in bundle, true);
  }
  assert.equal("image/png" in figure([{ type: "scatter3d", visible: false }, { y: [1] }]).bundle, true);
});

test("a fault of plotly's own is said, and the next figure is drawn", () => {
  // An axis that does not exist in a subplot's name makes plotly throw.
  const { bundle } = figure([{ y: [1, 2] }], {
    grid: { rows: 1, columns: 1, subplots: [["x9y9"]] },
    xaxis: { overlaying: "x" },
  });
  assert.ok("image/png" in bundle || /No still picture: the drawing failed/.test(String(bundle["text/plain"])));
  assert.ok("image/png" in figure([{ y: [1, 2] }]).bundle);
});

test("a line, fields and bins of many values are drawn", () => {
  const many = Array.from({ length: 50_000 }, (_, n) => Math.sin(n));
  assert.ok("image/png" in figure([{ y: many }, { type: "histogram", x: many }]).bundle);
});

test("WebGL's points and lines are drawn by their twins", () => {
  const points = { mode: "markers", x: [1, 2], y: [2, 1] };
  const [plain, gl] = ["scatter", "scattergl"].map((type) => figure([{ type, ...points }]).bundle["image/png"]);
  assert.equal(plain, gl);
});

test("typed arrays, tensors, columns of a frame, dates and big integers are values", () => {
  const tensor = tf.tensor2d([
    [1, 2],
    [3, 4],
  ]); // [2, 2]
  const frame = new danfo.DataFrame({ n: [5, 6] });
  const { data } = json([
    { x: new Float32Array([1, 2]), y: frame.n },
    { type: "heatmap", z: tensor },
    { x: [new Date("2024-02-29")], y: [3n], text: ["u"] },
  ]);
  assert.deepEqual(
    [data[0].x, data[0].y, data[1].z],
    [
      [1, 2],
      [5, 6],
      [
        [1, 2],
        [3, 4],
      ],
    ],
  );
  assert.deepEqual([data[2].x, data[2].y], [["2024-02-29T00:00:00.000Z"], [3]]);
  tensor.dispose();
});

test("text is text, but what plotly reads stays as it was", () => {
  const source = `data:image/png;base64,${"A".repeat(400)}`;
  const { data, layout } = json([{ name: "<b>x</b>", y: [1], texttemplate: "<b>%{y}</b>" }], {
    title: "a\nb",
    yaxis: { tickformat: "<.2f", title: "loss" },
    images: [{ source }],
    updatemenus: [{ buttons: [{ label: "l", method: "relayout", args: [{ title: "t" }] }] }],
  });
  assert.equal(data[0].name, "&lt;b&gt;x&lt;/b&gt;");
  assert.equal(data[0].texttemplate, "<b>%{y}</b>");
  assert.deepEqual(layout.title, { text: "a<br>b" });
  assert.deepEqual([layout.yaxis?.tickformat, layout.yaxis?.title], ["<.2f", { text: "loss" }]);
  assert.deepEqual(layout.images, [{ source }]);
  assert.match(JSON.stringify(layout.updatemenus), /"args":\[\{"title":"t"\}\]/);
});

test("our look is a template that gives way to the figure's own", () => {
  const ours = Object(json([{ y: [1] }]).layout.template);
  assert.deepEqual([ours.layout.paper_bgcolor, ours.layout.font.color], ["rgba(0,0,0,0)", "#7a7a7a"]);
  const own = { layout: { colorway: ["red"] } };
  assert.deepEqual(json([{ y: [1] }], { template: own }).layout, { template: own });
});

test("a heat map's scale: 0 in its middle where there are both signs, plotly's own range else", () => {
  const scale = (z: number[][], rest = {}): Trace => json([{ type: "heatmap", z, ...rest }]).data[0];
  assert.deepEqual(
    [scale([[1, -4]]).zmid, scale([[1, -4]]).colorscale],
    [
      0,
      [
        [0, "rgb(166,66,0)"],
        [0.5, "rgb(247,251,255)"],
        [1, "rgb(8,64,129)"],
      ],
    ],
  );
  const { zmid, zmin } = scale([[100, 101]]);
  assert.deepEqual([zmid, zmin], [undefined, undefined]);
  assert.equal(scale([[1, -4]], { colorscale: "Viridis" }).zmid, undefined);
});

test("an object with data and layout is a figure; anything but traces is refused", () => {
  const { bundle } = figure({ data: [{ y: [1, 2] }], layout: { title: "t" } });
  assert.match(String(bundle["text/plain"]), /^Figure: t\n {2}scatter: 2 values/);
  const wrong: Trace[] = JSON.parse('{"y":[1]}');
  assert.throws(() => figure(wrong), /figure got object, wanted a list of plotly traces/);
});
