/** Signs beyond the twelve cases, each beside a neighbour that must not fire. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { ZERO_SHOT_SETS } from "../../lib/data/zero-shot-tests";
import { verb } from "../cli/verb";
import { audit, file, first, ids, scratch, trainedRun } from "./cases";
import { SCORES_209, YAML_209 } from "./issue-209";

after(() => rmSync(scratch, { recursive: true }));

const curve = (log: readonly Record<string, unknown>[]) => file("trainer_state.json", { log_history: log });

test("losses of exactly zero, and losses that are no numbers", async () => {
  const log = [100, 200, 300, 400].map((step) => ({ step, loss: step > 100 ? 0 : 80, learning_rate: 1e-5 }));
  const zero = await audit([curve(log)]);
  first(zero, "zero-loss");
  assert.match(zero.findings[0].evidence, /3 of 4 entries .* at step 200/);
  const nan = file("nan.json", '{"log_history": [{"step": 50, "loss": 70.5}, {"step": 100, "loss": NaN}]}');
  first(await audit([nan]), "loss-not-a-number");
});

test("a warm-up that the yaml asks for and the rate does not show", async () => {
  const yaml = file("warm.yaml", `${YAML_209}warmup_ratio: 0.1\n`);
  const falling = [100, 200, 300, 400].map((step) => ({ step, loss: 80, learning_rate: 1e-5 - step * 1e-10 }));
  assert.ok(ids(await audit([yaml, curve(falling)], { era: "0.2.13" })).includes("no-warm-up"));
  const rising = [100, 200, 300, 400].map((step) => ({ step, loss: 80, learning_rate: step * 1e-9 }));
  assert.ok(!ids(await audit([yaml, curve(rising)], { era: "0.2.13" })).includes("no-warm-up"));
});

test("every step clipped counts where the reference clips none", async () => {
  const log = [100, 200].map((step) => ({ step, loss: 80, grad_norm: 900 + step }));
  const result = await audit([file("clip.yaml", YAML_209), curve(log)], { era: "0.2.13" });
  const found = result.findings.find(({ id }) => id === "every-step-clipped");
  assert.match(found?.evidence ?? "", /1000 to 1100 in 2 entries/);
  assert.ok(!ids(result).includes("differs:max_grad_norm"), "said once");
});

test("long first gradients count where nothing is clipped, and only where every step is logged", async () => {
  const log = (every: number, first: number) =>
    curve(
      Array.from({ length: 150 }, (_, i) => ({ step: every * (i + 1), loss: 80, grad_norm: i < 20 ? first : 250 })),
    );
  const yaml = file("free.yaml", YAML_209.replace(/max_grad_norm: .*/, "max_grad_norm: 0"));
  const seen = async (path: string, input = yaml) =>
    (await audit([input, path], { era: "0.2.13", against: "0.2.13-issue-209" })).findings.find(
      ({ id }) => id === "first-gradients-remembered",
    );
  const found = await seen(log(1, 8000));
  assert.match(found?.what ?? "", /took steps of \d\d % of the length/);
  assert.match(found?.evidence ?? "", /median: 8000 in the first 20 steps, 250 in the 130 after them/);
  assert.equal(await seen(log(1, 300)), undefined);
  assert.equal(await seen(log(10, 8000)), undefined);
  assert.equal(await seen(log(1, 8000), file("clipped.yaml", YAML_209)), undefined);
});

test("the evaluator of 0.1.6, the threshold, and scores near zero", async () => {
  const scores = file("209.json", SCORES_209);
  const order = (await audit([scores], { era: "0.1.6" })).findings.find(({ id }) => id === "decode-order");
  assert.ok(order?.effect && order.effect.f1 < -0.05 && order.effect.ci95);
  assert.ok(!ids(await audit([scores], { era: "0.1.7" })).includes("decode-order"));
  const low = file("low.json", { datasets: [{ name: "mit_movie", f1: 0.5, threshold: 0.3 }] });
  assert.deepEqual(ids(await audit([low])), ["threshold"]);
  const five = file("five.json", Object.fromEntries(ZERO_SHOT_SETS.map((set, i) => [set, 4.5 + i / 10])));
  first(await audit([five], { era: "0.2.23" }), "scores-near-zero");
});

test("the version whose texts lose [CLS] and [SEP] beside one version of transformers, and no other", async () => {
  const with_ = (transformers: string) => file("tokens.yaml", `${YAML_209}transformers_version: ${transformers}\n`);
  const found = async (transformers: string, era: string) => ids(await audit([with_(transformers)], { era }));
  assert.ok((await found("5.0.0", "0.2.25")).includes("special-tokens-lost"));
  for (const [transformers, era] of [
    ["4.57.3", "0.2.25"],
    ["5.16.1", "0.2.25"],
    ["5.0.0", "0.2.23"],
  ])
    assert.ok(!(await found(transformers, era)).includes("special-tokens-lost"), `${transformers} ${era}`);
});

test("a file that its version cannot have run, and a value that the code replaces", async () => {
  const old = await audit([file("old.yaml", YAML_209)], { era: "0.1.14" });
  assert.ok(!ids(old).includes("yaml-cannot-run"), "it has random_drop and loss_alpha");
  const short = file("no-alpha.yaml", YAML_209.replace(/^loss_.*\n/gm, ""));
  const found = (await audit([short], { era: "0.1.14" })).findings.find(({ id }) => id === "yaml-cannot-run");
  assert.match(found?.evidence ?? "", /lacks loss_alpha/);
  assert.equal(found?.certain, true);
  assert.ok(!ids(await audit([short], { era: "0.2.13" })).includes("yaml-cannot-run"));
  const zero = file("zero.yaml", YAML_209.replace("weight_decay_other: 0.01", "weight_decay_other: 0"));
  assert.ok(ids(await audit([zero], { era: "0.2.25" })).includes("overridden-key:weight_decay_other"));
  assert.ok(!ids(await audit([zero], { era: "0.2.13" })).includes("overridden-key:weight_decay_other"));
});

test("a healthy table of scores has no finding, whichever way it is written; what is next is told where something is open", async () => {
  const scores = {
    AI: 40.1,
    literature: 41.2,
    music: 43.3,
    politics: 48.4,
    science: 40.5,
    movie: 30.6,
    restaurant: 25.7,
  };
  const shares = Object.fromEntries(Object.entries(scores).map(([name, f1]) => [name, f1 / 100]));
  for (const table of [scores, shares, { scores }]) {
    const result = await audit([file("plain.json", table)]);
    assert.deepEqual([ids(result), result.next, result.path], [[], [], null]);
  }
  const open = await audit([file("209.yaml", YAML_209)], { era: "0.2.13", against: "config_large-2024-03-25" });
  const last = open.next.at(-1);
  assert.match(last?.command ?? "", /--against config_large-2024-03-25 --era 0.2.13 --measure --out runs\/path$/);
  // Only what nobody has measured is asked for.
  for (const { key, effect } of open.path?.steps ?? [])
    if (effect !== null) assert.ok(!last?.why.includes(key), `${key} is measured`);
  assert.match(last?.why ?? "", /weight_decay_encoder/);
  assert.equal(
    open.path?.steps.every(({ effect, why }) => (effect === null) === (why === "not measured")),
    true,
  );
});

test("types that were trained: a set known by name is a finding, half of one is none", async () => {
  const model = join(scratch, "toy");
  const ended = verb("train", ["--config", "data/recipes/toy.yaml", "--set", "num_steps=1", "--out", model]);
  assert.equal(ended.code, 0, ended.err);
  const counts = JSON.parse(readFileSync(join(model, "types.json"), "utf8"));
  assert.deepEqual(Object.keys(counts).sort(), ["city", "company", "date", "food", "person"]);
  const from = trainedRun("from-a-model");
  assert.ok(!existsSync(join(from, "types.json")), "nobody knows what the model to start from was trained on");
  const scored = (types: string[]) => file("scored.json", { crossner_ai: { f1: 30, types } });
  const all = await audit([model, scored(["person", "city", "food"])]);
  const found = all.findings.find(({ id }) => id === "trained-types");
  assert.match(found?.evidence ?? "", /crossner_ai: 100 % of its types trained by name/);
  assert.equal(all.difficulty?.[0].seen, 1);
  const half = await audit([model, scored(["person", "algorithm"])]);
  assert.ok(!ids(half).includes("trained-types"));
  assert.equal(half.difficulty?.[0].seen, 0.5);
});

test("types in other words; a small encoder under the paper's claim", async () => {
  const worded = file("worded.json", { crossner_music: { f1: 50, types: ["musical_artist", "Organisation", "band"] } });
  assert.deepEqual(ids(await audit([worded])), ["label-wording"]);
  const small = file("small.yaml", YAML_209.replace("v3-large", "v3-small"));
  const result = await audit([small, file("209.json", SCORES_209)], { era: "0.2.13" });
  const size = result.findings.find(({ id }) => id === "differs:model_name");
  assert.equal(size?.effect?.f1.toFixed(3), "-0.082");
});

test("tables: lines, columns, Markdown", async () => {
  const lines = file(
    "lines.txt",
    Object.entries(SCORES_209)
      .map(([name, f1]) => `${name} ${f1}`)
      .join("\n"),
  );
  const wide = file(
    "wide.csv",
    `model,${Object.keys(SCORES_209).join(",")}\nmine,${Object.values(SCORES_209).join(",")}\n`,
  );
  const markdown = file(
    "table.md",
    Object.entries(SCORES_209)
      .map(([name, f1]) => `| ${name} | ${f1} |`)
      .join("\n"),
  );
  for (const path of [lines, wide, markdown]) {
    const { nearest } = await audit([path]);
    assert.deepEqual(
      [nearest[0].source, nearest[0].sets, nearest[0].certainty],
      ["urchade/GLiNER issue 209", 7, "the same numbers"],
      path,
    );
  }
});

test("the weight of positives: over all keys, for every pair that was measured, certain where the version is known", async () => {
  const yaml = (name: string, keys: string) => file(`${name}.yaml`, `${YAML_209.replace(/^loss_.*\n/gm, "")}${keys}`);
  const [three, one] = [yaml("three", "loss_alpha: 0.75\n"), yaml("one", "loss_alpha: -1\n")];
  const found = async (input: string, against: string, era: string | null = "0.2.29") => {
    const result = await audit([input], { era, against });
    return { result, sign: result.findings.find(({ what }) => what.startsWith("A mention weighs")) };
  };
  const falls = await found(one, three);
  assert.equal(falls.sign?.id, "differs:loss_alpha");
  assert.match(
    falls.sign?.what ?? "",
    /weighs 1 in the loss and 3 in .* for 50 right answers of 100 here and for 25 there/,
  );
  assert.ok((falls.sign?.effect?.f1 ?? 0) < -0.05);
  const path = falls.result.path?.steps.find(({ key }) => key === "loss_alpha");
  assert.equal(path?.effect?.f1, -(falls.sign?.effect?.f1 ?? Number.NaN), "the path has the same number, turned round");
  assert.equal((await found(one, three, null)).sign?.certain, false, "which version read the key is not known");
  const twice = await found("0.2.13-issue-209", "config_span-2026-04-30");
  assert.deepEqual(
    twice.result.findings.filter(({ id }) => id.endsWith(":loss_alpha")).map(({ id }) => id),
    ["differs:loss_alpha"],
    "a dead key that the sign speaks of is not said again",
  );
  assert.match(twice.sign?.evidence ?? "", /the file says 0.75, which nothing reads/);
  const paper = await audit([three, file("seven.json", SCORES_209)], { era: "0.2.17" });
  assert.equal(paper.explained?.toFixed(9), (-(paper.path?.sum?.f1 ?? Number.NaN)).toFixed(9), "3 against 2, in both");
  const dice = [one, three].map((path) =>
    file(`dice-${path.length}-${path.endsWith("one.yaml")}.yaml`, `${readFileSync(path, "utf8")}loss_type: dice\n`),
  );
  const idle = await found(dice[0], dice[1]);
  assert.equal(idle.sign, undefined);
  assert.ok(!ids(idle.result).includes("differs:loss_alpha"), "dice reads no alpha");
});

test("a value of the loss with which nothing can be learnt, or that is none, is a finding and ends no audit", async () => {
  const of = async (keys: string, era = "0.2.17") =>
    audit([file("loss.yaml", `${YAML_209.replace(/^loss_.*\n/gm, "")}${keys}`)], {
      era,
      against: "config_large-2024-03-25",
    });
  for (const [keys, what] of [
    ["loss_alpha: 1.5\n", /loss_alpha is 1.5: everything but mentions weighs less than nothing/],
    ["loss_alpha: 1\n", /loss_alpha is 1: everything but mentions weighs nothing/],
    ['loss_alpha: "0.75"\n', /loss_alpha is "0.75", which is no number/],
  ] as const) {
    const result = await of(keys);
    first(result, "loss-value:loss_alpha");
    assert.match(result.findings[0].what, what);
    assert.ok(!result.findings.some(({ what: text }) => text.startsWith("A mention weighs")), keys);
  }
  first(await of("loss_alpha: 0.75\n", "0.2.22"), "loss-value:label_smoothing");
  assert.ok(!ids(await of("loss_alpha: 0.75\n")).some((id) => id.startsWith("loss-value")));
});

test("a table with several columns is read by its head, decimal commas are none of the table's, a set stands there once", async () => {
  const lines = (line: (name: string, i: number) => string) => ZERO_SHOT_SETS.map(line).join("\n");
  const averageOf = async (name: string, text: string) =>
    (await audit([file(name, text), "config_large-2024-03-25"])).gap;
  const plain = await averageOf(
    "plain.csv",
    lines((name, i) => `${name},${50 + i}`),
  );
  assert.equal(plain?.toFixed(4), (0.53 - 0.609).toFixed(4));
  const head = `dataset,precision,recall,f1\n${lines((name, i) => `${name},90,40,${50 + i}`)}`;
  assert.equal(await averageOf("head.csv", head), plain);
  assert.equal(
    await averageOf(
      "comma.csv",
      lines((name, i) => `${name};${50 + i},0`),
    ),
    plain,
  );
  await assert.rejects(
    averageOf(
      "many.csv",
      lines((name) => `${name},90,40,50`),
    ),
    /several numbers for crossner_ai: 90, 40, 50; wanted one/,
  );
  await assert.rejects(
    averageOf("twice.csv", `${lines((name) => `${name},50`)}\ncrossner_ai,40`),
    /has a score of crossner_ai twice/,
  );
});

test("what is next names the version, keys that can be measured here, and paths as a shell takes them", async () => {
  const yaml = file("with space.yaml", YAML_209);
  const { next } = await audit([yaml], { era: "0.2.13", against: "config_large-2024-03-25" });
  const path = next.find(({ command }) => command.includes("--measure"));
  assert.match(path?.command ?? "", /-- '.*with space.yaml' --against config_large-2024-03-25 --era 0.2.13 --measure/);
  assert.doesNotMatch(path?.why ?? "", /mixed_precision/);
});
