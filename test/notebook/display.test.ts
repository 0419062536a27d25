/** What cells show: right, readable without styles, and harmless whatever the text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type MimeBundle, openOutput } from "../../lib/notebook/display";
import { entities } from "../../lib/notebook/entities";
import { readableNumber, shortened } from "../../lib/notebook/html";
import { curve, progress } from "../../lib/notebook/live";
import { matrix } from "../../lib/notebook/matrix";

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

test("live displays draw at once, then in place, and always their last state", async () => {
  const calls: { bundle: MimeBundle; metadata: MimeBundle; id?: string; update?: boolean }[] = [];
  openOutput({ display: (bundle, metadata, place) => calls.push({ bundle, metadata, ...place }) });
  try {
    const bar = progress(3, "steps");
    for (const note of ["a", "b", "c"]) bar.step(note);
    const line = curve("loss");
    line.add("batch", 1, 5);
    line.add("batch", 2, 4);
    line.stop();
    // The picture of the first point, which the drawing thread made meanwhile, comes too late to be shown.
    await new Promise((resolve) => setTimeout(resolve, 50));
  } finally {
    openOutput(undefined);
  }
  assert.deepEqual(
    calls.map(({ update }) => update),
    [false, true, false, true],
  );
  const text = (at: number): string => String(calls[at].bundle["text/plain"]);
  assert.equal(calls[0].id, calls[1].id);
  assert.match(text(1), /steps: 3\/3 .* c$/);
  assert.deepEqual([text(2), text(3)], ["loss: batch 5 at 1", "loss: batch 4 at 2"]);
  assert.deepEqual([pngSize(calls[3].bundle), "image/png" in calls[2].bundle], [[1440, 640], false]);
  assert.deepEqual(calls[3].metadata, { "image/png": { width: 720, height: 320, alt: "loss: batch 4 at 2" } });
});

test("a live curve shows pictures while its cell goes on", async () => {
  const pictures: MimeBundle[] = [];
  const seen = new Promise<void>((resolve) =>
    openOutput({
      display: (bundle) => {
        if (!("image/png" in bundle)) return;
        pictures.push(bundle);
        resolve();
      },
    }),
  );
  try {
    curve("loss").add("batch", 1, 5);
    // An open promise alone does not keep the process: the thread must not, and the cell's own work does.
    const work = setInterval(() => undefined, 100);
    await seen;
    clearInterval(work);
  } finally {
    openOutput(undefined);
  }
  assert.equal(pictures.length, 1);
});

/** Width and height of a bundle's PNG, from its header. */
function pngSize(bundle: MimeBundle): [number, number] {
  const png = Buffer.from(String(bundle["image/png"]), "base64");
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

test("numbers for reading keep their whole digits", () => {
  const numbers = [0.12345, 3, 1e-5, 2e9, Number.NaN, 2020.5, 12345.678, -1234567.25, 1.23456, 1e21, 0.5];
  assert.deepEqual(
    numbers.map((value) => readableNumber(value)),
    ["0.1235", "3", "1.00e-5", "2000000000", "NaN", "2020.5", "12345.678", "-1234567.25", "1.2346", "1e+21", "0.5"],
  );
  assert.deepEqual(
    [123.4, 0.126].map((value) => readableNumber(value, 2)),
    ["123.4", "0.13"],
  );
  assert.equal(shortened("abc😀def", 5), "abc…");
});
