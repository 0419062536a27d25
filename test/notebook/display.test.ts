/** What cells show: right, readable without styles, and harmless whatever the text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chart } from "../../lib/notebook/chart";
import { openOutput } from "../../lib/notebook/display";
import { entities } from "../../lib/notebook/entities";
import { figure } from "../../lib/notebook/figure";
import { readableNumber, shortened } from "../../lib/notebook/html";
import { curve, progress } from "../../lib/notebook/live";
import { matrix } from "../../lib/notebook/matrix";
import { table } from "../../lib/notebook/table";
import { ticks } from "../../lib/notebook/ticks";

const HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(1)> \u202e abc \ud800 \u0007 \"'";

function harmless(html: string): void {
  assert.ok(!/<(script|img|style)/i.test(html), html.slice(0, 300));
  assert.ok(!/[\ud800-\udbff](?![\udc00-\udfff])/.test(html), "a lone surrogate");
  assert.ok(!html.includes("\u0007"), "a control character");
}

const plain = (display: { toString(): string }): string => display.toString();

test("entities: flat, nested, touching and crossing spans", () => {
  const text = "University of London Library";
  const at = (start: number, end: number, label: string): { start: number; end: number; label: string } => ({
    start,
    end,
    label,
  });
  assert.equal(plain(entities(text, [at(14, 20, "city")])), "University of [London | city] Library");
  assert.equal(
    plain(entities(text, [at(14, 20, "city"), at(0, 28, "building"), at(0, 20, "org")])),
    "[[University of [London | city] | org] Library | building]",
  );
  assert.equal(plain(entities("abcd", [at(0, 2, "x"), at(2, 4, "y")])), "[ab | x][cd | y]");
  assert.equal(plain(entities("abcdef", [at(0, 4, "x"), at(2, 6, "y")])), "[ab[cd | y →] | x][ef | → y]");
  assert.equal(plain(entities("ab", [{ ...at(0, 2, "x"), score: 0.98 }])), "[ab | x .98]");
});

test("entities: every character of the text appears once, whatever the spans", () => {
  const text = "one two three four five";
  for (let seed = 0; seed < 200; seed++) {
    const spans = Array.from({ length: 4 }, (_, n) => {
      const start = (seed * 7 + n * 5) % 22;
      return { start, end: Math.min(23, start + 1 + ((seed * 3 + n * 11) % 12)), label: `l${n}` };
    });
    const html = String(entities(text, spans).bundle["text/html"]);
    const shown = html.replace(/ <b [^>]*><bdi>.*?<\/bdi><\/b>/g, "").replace(/<[^>]+>/g, "");
    assert.equal(shown, text);
  }
});

test("entities: spans outside the text are refused, hostile text only appears", () => {
  assert.throws(
    () => entities("abc", [{ start: 1, end: 9, label: "x" }]),
    /1\.\.9 \("x"\), wanted 0 <= start < end <= 3/,
  );
  const spans = [{ start: 0, end: HOSTILE.length, label: HOSTILE }];
  harmless(String(entities(HOSTILE, spans, { title: HOSTILE }).bundle["text/html"]));
});

test("table: rows, frames, limits, hostile cells", () => {
  assert.equal(
    plain(
      table([
        { a: 1.23456, b: "x" },
        { a: 22, c: null },
      ]),
    ),
    "    a  b  c\n-----  -  -\n1.235  x\n   22",
  );
  assert.match(plain(table(Array.from({ length: 60 }, (_, n) => ({ n })))), /… 10 more of 60 rows/);
  const frame = { columns: ["p"], index: [0, 1], values: [[1], [2]], shape: [2, 1], $config: {} };
  assert.equal(plain(table(frame)), "p\n-\n1\n2");
  assert.throws(() => table([{ a: 1 }], { columns: ["z"] }), /column "z", wanted one of a/);
  harmless(String(table([{ [HOSTILE]: HOSTILE }], { title: HOSTILE }).bundle["text/html"]));
});

test("table: a real danfojs frame", () => {
  const danfo = require("danfojs-node");
  assert.equal(
    plain(table(new danfo.DataFrame({ name: ["a", "b"], f1: [0.5, 1] }))),
    "name   f1\n----  ---\na     0.5\nb       1",
  );
});

test("matrix: scale, names, thinning, faults", () => {
  const html = String(
    matrix(
      [
        [0, 4],
        [-4, Number.NaN],
      ],
      { rows: ["r", HOSTILE], title: HOSTILE },
    ).bundle["text/html"],
  );
  harmless(html);
  assert.match(html, /rgb\(8,64,129\)/);
  assert.match(html, /rgb\(166,66,0\)/);
  const big = Array.from({ length: 200 }, () => Array.from({ length: 3 }, () => 1));
  assert.match(plain(matrix(big)), /200 x 3, full colour at 1; every 4th row shown/);
  assert.throws(() => matrix([[1, 2], [1]]), /got 1 values in row 1, wanted 2/);
  assert.throws(() => matrix([[1]], { rows: ["a", "b"] }), /2 names for 1 rows/);
});

test("figure: one bundle, and a picture only of what can be drawn truly", () => {
  const { bundle } = figure([{ name: "<b>x</b>", x: [1, 2], y: [3, Number.NaN] }], { title: "t" });
  assert.match(JSON.stringify(bundle["application/vnd.plotly.v1+json"]), /&lt;b&gt;x/);
  assert.match(String(bundle["text/plain"]), /1 values from 3 to 3/);
  const svg = chart([{ type: "bar", x: [HOSTILE, "b"], y: [1, 2] }], { title: HOSTILE }) ?? "";
  harmless(svg);
  assert.equal(chart([{ type: "pie" }], {}), undefined);
  assert.match(chart([{ type: "heatmap", z: [[1, -1]] }], {}) ?? "", /rgb\(166,66,0\)/);
});

test("figure: the interactive one has the picture's titles, lines and colours", () => {
  const rows = [[1, -4]];
  const { bundle } = figure(
    [
      { x: [1], y: [2] },
      { type: "heatmap", z: rows },
    ],
    {
      title: "t",
      xaxis: { title: "step", range: [0, 1] },
      yaxis: { title: { text: "loss" } },
    },
  );
  const { data, layout } = Object(bundle["application/vnd.plotly.v1+json"]);
  assert.deepEqual(layout.title, { text: "t" });
  assert.deepEqual([layout.xaxis.title, layout.yaxis.title], [{ text: "step" }, { text: "loss" }]);
  assert.deepEqual(layout.xaxis.range, [0, 1]);
  assert.equal(layout.colorway[0], "#0072b2");
  assert.deepEqual([data[0].mode, data[1].zmin, data[1].zmax], ["lines", -4, 4]);
  assert.deepEqual(data[1].colorscale[0], [0, "rgb(166,66,0)"]);
});

test("live displays draw at once, then in place, and always their last state", () => {
  const calls: [text: string, id: string | undefined, update: boolean | undefined][] = [];
  openOutput({ display: (bundle, _, place) => calls.push([String(bundle["text/plain"]), place?.id, place?.update]) });
  try {
    const bar = progress(3, "steps");
    for (const note of ["a", "b", "c"]) bar.step(note);
    const line = curve("loss");
    line.add("batch", 1, 5);
    line.add("batch", 2, 4);
    line.stop();
  } finally {
    openOutput(undefined);
  }
  assert.deepEqual(
    calls.map(([, , update]) => update),
    [false, true, false, true],
  );
  assert.equal(calls[0][1], calls[1][1]);
  assert.match(calls[1][0], /steps: 3\/3 .* c$/);
  assert.equal(calls[3][0], "loss: batch 4 at 2");
});

test("numbers and marks for reading", () => {
  assert.deepEqual(
    [0.12345, 3, 1e-5, 2e9, Number.NaN].map((value) => readableNumber(value)),
    ["0.1235", "3", "1.00e-5", "2000000000", "NaN"],
  );
  assert.equal(shortened("abc😀def", 5), "abc…");
  assert.deepEqual(
    ticks(0, 1).map(({ text }) => text),
    ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"],
  );
});
