import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { GLiNER } from "../../lib/gliner/gliner";
import { AS_PYTHON } from "../../lib/gliner/reading/predict-options";
import { ROOT } from "../tiny";

/** What exchange.py asks of every model. */
export const TEXTS = [
  "Anna Smith visited Paris in March 2021 and met Omar Novak of Acme Corp near the Red Sea.",
  "Globex left Lagos recently; Rosa Smith launched Model X9.",
  "however, early results increase",
];
export const LABELS = ["person", "location", "organization", "date"];
const THRESHOLD = 0.25;

/** start, end, label, score */
export type Found = [number, number, string, number];

/** Runs exchange.py; standard error goes to the reader. @returns the JSON of its last line */
export async function python<T>(words: readonly string[], env: Record<string, string> = {}): Promise<T> {
  const interpreter = process.env.WORKBOOK_TEST_PYTHON;
  assert.ok(interpreter, "run it as `npm run -s test:python`");
  const quiet = { HF_HUB_DISABLE_PROGRESS_BARS: "1", HF_HUB_DISABLE_XET: "1", TOKENIZERS_PARALLELISM: "false" };
  const child = spawn(interpreter, [join(ROOT, "test/python/exchange.py"), ...words], {
    env: { ...process.env, PYTHONWARNINGS: "ignore", ...quiet, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const code = await new Promise((done, failed) => child.once("error", failed).once("close", done));
  assert.equal(code, 0, err);
  return JSON.parse(out.trimEnd().split("\n").at(-1) ?? "") as T;
}

/** What a folder predicts here. */
export async function predict(folder: string): Promise<Found[][]> {
  const model = await GLiNER.fromPretrained(folder);
  const all = await model.inference(TEXTS, LABELS, { ...AS_PYTHON, threshold: THRESHOLD });
  model.dispose();
  return all.map((list) => list.map(({ start, end, label, score }): Found => [start, end, label, score]));
}

/** The same entities with the same scores, 1e-4; one whose score is the threshold to rounding may be on one side only. */
export function assertSame(ours: Found[][], theirs: Found[][], what: string): void {
  const clear = (list: Found[]) => list.filter(([, , , score]) => score > THRESHOLD + 1e-4);
  const names = (all: Found[][]) =>
    all.map((list) => clear(list).map(([start, end, label]) => `${start}-${end} ${label}`));
  assert.deepEqual(names(ours), names(theirs), what);
  const scores = (all: Found[][]) => all.flatMap((list) => clear(list).map(([, , , score]) => score));
  const [a, b] = [scores(ours), scores(theirs)];
  assert.ok(a.length > 0, `${what}: no entity, nothing compared`);
  for (const [i, score] of a.entries()) assert.ok(Math.abs(score - b[i]) <= 1e-4, `${what}: ${score} and ${b[i]}`);
}
