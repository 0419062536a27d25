import { join } from "node:path";
import { PROJECT_ROOT } from "../../lib/kernel/project";

/** The cells of the notebooks that the browser test makes. */

export const LESSON = [
  'import { check, compareEntities, entities, figure, progress, spanOf, table } from "../lib";',
  'table([{ name: "MiniLM", F1: 0.12345, seeds: 3 }, { name: "DeBERTa", F1: 0.4321, seeds: 1 }], { title: "A table" })',
  'figure([{ name: "seed 0", x: [1, 2, 3], y: [3, 1, 2] }, { name: "seed 1", x: [1, 2, 3], y: [2, 2, 1] }], { title: "A figure", xaxis: { title: "step" }, yaxis: { title: "loss" } })',
  `const place = "She read at the University of London Library.";
entities(place, [
  spanOf(place, "University of London Library", "building"),
  spanOf(place, "University of London", "organization"),
  spanOf(place, "London", "city"),
], { title: "Entities in entities" })`,
  `const line = "Ada Lovelace met Babbage in London near the Thames";
compareEntities(line,
  [spanOf(line, "Ada Lovelace", "person"), spanOf(line, "Babbage", "person"), spanOf(line, "London", "city"), spanOf(line, "Thames", "river")],
  [spanOf(line, "Ada", "person"), spanOf(line, "Babbage", "person"), spanOf(line, "London", "country"), spanOf(line, "near", "city")])`,
  'const bar = progress(40, "counting");\nfor (let n = 1; n <= 40; n++) { await new Promise((done) => setTimeout(done, 5)); bar.step("at " + n); }',
  'check("lstm-parameters", 5)',
  `const hostile = "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>";
table([{ [hostile]: hostile }], { title: hostile })`,
  "function span(n: number) {\n  // A fault on purpose.\n  throw new RangeError('no such span: ' + n);\n}\nspan(7)",
];

/** Tables and figures for both themes. */
export const SHOWN = [
  'import * as dfd from "danfojs-node";\nimport { curve, figure, table } from "../lib";\nconst df = new dfd.DataFrame({ year: [2019, 2020.5, 2021], F1: [0.123456, 12345.678, 61.2] });',
  "df.describe()",
  "table(Array.from({ length: 10000 }, (_, n) => ({ n, even: n % 2 === 0 ? new Date(Date.UTC(2024, 0, 1 + n)) : null })))",
  `figure([{ name: "loss", y: Array.from({ length: 30 }, (_, n) => n === 9 ? null : 900 * Math.exp(-n / 4) + 0.1) }],
  { title: "Loss by step", height: 300, xaxis: { title: "step" }, yaxis: { type: "log", title: "loss" } })`,
  `({ data: ["right", "wrong"].map((name, at) => ({ type: "bar", name, x: ["dev", "test"], y: [3 + at, 5 - at] })),
  layout: { barmode: "stack", title: "Stacked", height: 300 } })`,
  'figure([{ type: "heatmap", z: [[1, -2, 3], [null, 5, -6]] }], { title: "Fields", height: 300 })',
  'figure([{ type: "surface", z: [[1, 2], [3, 4]] }], { title: "A surface", height: 300 })',
  'const line = curve("Loss of a batch", { x: "step", y: "loss" });\nfor (let n = 0; n < 30; n++) line.add("batch", n, 1 / (n + 1));\nline.stop();',
];

const TINY = JSON.stringify(join(PROJECT_ROOT, "test/golden/tiny_bert"));

/** Trains until it is stopped, with its state in a run folder; the same call goes on from there. */
const TRAIN = `const bar = progress(300, "training");
const run = await train(model, records.train, {
  num_steps: 300, train_batch_size: 4, lr_encoder: 1e-3, lr_others: 1e-3, seed: 1,
  out, resume: true, signal: interruptSignal(),
  onStep: ({ step, loss }) => bar.update(step, \`loss \${loss.toFixed(1)}\`),
});
bar.stop();`;

export const TRAINING = [
  `import { GLiNER, interruptSignal, lessonData, progress, train, useBackend } from "../lib";
await useBackend();
const model = await GLiNER.fromPretrained(${TINY});
const records = await lessonData(9);
const out = \`\${process.env.WORKBOOK_TEST_FOLDER}/run\`;`,
  `${TRAIN}\nlet at = run.steps;\nconsole.log(\`stopped at step \${run.steps} of 300\`);`,
  `${TRAIN}\nconsole.log(\`went on from step \${at}: \${run.steps} of 300 steps\`);`,
];

/** What the kernel promises of errors, values and the stop button; each is run by itself. */
export const PROMISES = [
  'import { input, quiz } from "../lib";\nquiz("lstm-load")',
  "[1, 2].forEach(async (n) => {\n  throw new RangeError('unheard ' + n);\n});",
  "setTimeout(() => console.log('late line'), 1500);\nvoid 0;",
  "function made() {\n  return new Error('logged');\n}\nconsole.log(made());\nnull",
  "!ls",
  "await null;\nfor (;;) {}",
  'import { execSync } from "node:child_process";\nexecSync("sleep 600");',
  "40 + 2",
  'const name = await input("Your name? ");\n"hello " + name',
];
