/** Figures of the laboratory: what an arm is worth, and how far runs of one recipe lie apart. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readJson } from "../../lib/files/json";
import type { Display } from "../../lib/notebook/display";
import { seedsFigure, seedsTable } from "../../lib/notebook/study/atlas";
import { gradientNorms } from "../../lib/notebook/study/gradient-norms";
import { GAP_COLOURS, worthFigure, worthPlot } from "../../lib/notebook/study/worth";
import { gapName } from "../../lib/study/gaps";
import { seedAtlas } from "../../lib/study/results/atlas";
import type { StoredArm, StoredRun, SuspectResult } from "../../lib/study/results/result";
import { checkResult } from "../../lib/study/run/result";
import { KEPT_RUNS } from "../../lib/study/run/store";

interface Plot {
  data: {
    name?: string;
    type?: string;
    x: (number | null)[];
    y: (string | number | null)[];
    marker?: { color: string };
  }[];
}

function plotOf(shown: Display): Plot {
  assert.ok(String(shown.bundle["image/png"]).length > 1000, "a picture for those without plotly");
  return shown.bundle["application/vnd.plotly.v1+json"] as Plot;
}

const runs = (...f1: [number, number][]): StoredRun[] =>
  f1.map(([one, two], seed) => ({ seed, id: `run-${seed}`, f1: { ".5": (one + two) / 2 }, sets: { one, two } }));

const arm = (value: string, over: Partial<StoredArm>): StoredArm => ({
  value,
  runs: runs([0.3, 0.5], [0.4, 0.6]),
  difference: 0.02,
  ci95: [0.01, 0.03],
  p_better: 0.9,
  paired: true,
  threshold: 0.5,
  min_detectable: 0.005,
  verdict: "",
  ...over,
});

const result = (suspect: string, gap: string[], arms: StoredArm[]): SuspectResult =>
  ({
    suspect,
    question: "What is it worth?",
    gap,
    control: { value: "as it is", runs: runs([0.2, 0.4], [0.3, 0.7], [0.4, 0.4]), mean: 0.4, sd: 0.09 },
    arms,
  }) as unknown as SuspectResult;

test("the worth of arms: a line each, in the colour of the gap that the suspect can explain", () => {
  const results = [
    result(
      "head",
      ["36"],
      [arm("small", { difference: -0.03, ci95: [-0.05, -0.01] }), arm("none", { difference: null })],
    ),
    result("rate", ["36", "209"], [arm("half", { runs: runs([0.1, 0.2]), ci95: null, min_detectable: null })]),
  ];
  const { data } = plotOf(worthFigure(results));
  const [ground, ...rest] = data;
  assert.deepEqual([ground.type, ground.x], ["bar", [null, 1]], "the last arm is at the bottom, and drawn first");
  const dots = rest.filter(({ name }) => name !== undefined);
  assert.deepEqual(
    dots.map(({ name, x, y, marker }) => [name, x, y, marker?.color]),
    [
      ["can explain either gap", [2], ["rate: half (1 seed)"], GAP_COLOURS.both],
      ["can explain issue 36", [-3], ["head: small (2 seeds)"], GAP_COLOURS["issue 36"]],
    ],
  );
  assert.deepEqual(
    rest.filter(({ name }) => name === undefined).map(({ x }) => x),
    [
      [null, null, null],
      [-5, -1, null],
    ],
  );
  assert.throws(() => worthFigure([result("none", [], [arm("none", { difference: null })])]), {
    name: "UserError",
    message: /no arm of these results has been measured/,
  });
});

test("many suspects are read gap by gap, what stands before what cannot be told, the largest first", () => {
  const worth = (difference: number, low: number, high: number) => arm("it", { difference, ci95: [low, high] });
  const results = [
    result("a", [], [worth(0.09, 0.08, 0.1)]),
    result("b", ["209"], [worth(0.05, -0.01, 0.11)]),
    result("c", ["209"], [worth(-0.02, -0.03, -0.01)]),
    result("d", ["209"], [worth(-0.04, -0.05, -0.03)]),
    result("e", ["36"], [worth(0.01, -0.01, 0.03)]),
  ];
  const { yaxis } = worthPlot(results).layout as { yaxis: { categoryarray: string[] } };
  const names = yaxis.categoryarray.map((name) => name[0]);
  assert.equal(names.reverse().join(""), "edcba", "the first line is on top");
});

test("an arm that breaks the model stands at the scale's edge with its value; the others keep their scale", () => {
  const small = arm("small", { difference: -0.03, ci95: [-0.05, -0.01] });
  const broken = arm("broken", { difference: -0.448, ci95: [-0.46, -0.43] });
  const dotsOf = (...arms: StoredArm[]) =>
    plotOf(worthFigure([result("head", [], arms)])).data.find(({ name }) => name === "neither gap");
  const both = dotsOf(small, broken);
  assert.deepEqual(
    [both?.y, both?.x],
    [
      ["head: broken (2 seeds): -44.8, off the scale", "head: small (2 seeds)"],
      [-20, -3],
    ],
  );
  assert.ok(Number(dotsOf(broken)?.x[0]) < -44, "alone it has its own scale");
});

test("a gap has a name of its own: the two are never one", () => {
  assert.deepEqual([["36"], ["209"], ["36", "209"], []].map(gapName), ["issue 36", "issue 209", "both", "neither"]);
});

test("the atlas: every run on every test, and their spread", () => {
  const one = result("head", ["36"], [arm("small", {})]);
  const rows = seedAtlas(one);
  assert.deepEqual(
    rows.map(({ value, test: set, n }) => [value, set, n]),
    [
      ["as it is", "mean", 3],
      ["as it is", "one", 3],
      ["as it is", "two", 3],
      ["small", "mean", 2],
      ["small", "one", 2],
      ["small", "two", 2],
    ],
  );
  const [, first, second] = rows;
  assert.deepEqual([first.f1, first.min, first.max], [[0.2, 0.3, 0.4], 0.2, 0.4]);
  assert.ok(Math.abs(first.sd - 0.1) < 1e-12 && Math.abs(second.sd - Math.sqrt(0.03)) < 1e-12);
  const { data } = plotOf(seedsFigure(one));
  assert.deepEqual(
    data.map(({ name, y }) => [name, y.length]),
    [
      ["as it is", 9],
      ["small", 6],
    ],
  );
  const xs = data.flatMap(({ x }) => x);
  assert.equal(new Set(xs).size, 6, "an arm and a test have a place of their own");
  assert.match(String(seedsTable(one).bundle["text/plain"]), /as it is.*one.*3.*30\.0.*10\.0/);
  const odd = result("head", [], []);
  odd.control.runs[1].sets = { one: 0.1 };
  assert.throws(() => seedAtlas(odd), { name: "UserError", message: /run-1 is of one, wanted one, two/ });
});

test("gradient norms are of kept runs, a number a step", () => {
  const runs = gradientNorms();
  assert.ok(runs.some(({ clipped_at }) => clipped_at === 0) && runs.some(({ clipped_at }) => clipped_at > 0));
  for (const { id, seed, clipped_at, norms } of runs) {
    const path = join(KEPT_RUNS, `${id}.json`);
    const { settings } = checkResult(readJson(path), id, path);
    const { training } = settings as unknown as { training: Record<string, unknown> };
    assert.deepEqual([settings.seed, training.max_grad_norm, training.num_steps], [seed, clipped_at, norms.length]);
  }
  assert.throws(() => gradientNorms("data/published.json"), /published\.json holds no gradient norms/);
});
