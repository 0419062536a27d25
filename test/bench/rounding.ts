/**
 * How far two runs part that differ in nothing but rounding: the control of the suspect `threads` beside each of its arms (two threads, no
 * native ops of our own, no oneDNN), the same seed, the laboratory's recipe. At steps 1, 10, 100 and 1,000: how far losses and weights are
 * apart. Writes JSON; no times. What lies in the work folder is not run again; each run is `train`'s, which `train --resume` can take on to its end.
 *
 *     node dist/test/bench/rounding.js --seed 7 --work runs/rounding --json data/results/rounding.json
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { useBackend } from "../../lib/backend";
import { mean } from "../../lib/evaluate/statistics/mean";
import { writeAtomically } from "../../lib/files/atomic";
import { readJson } from "../../lib/files/json";
import type { GLiNER } from "../../lib/gliner/gliner";
import { loadTrainingData } from "../../lib/gliner/training/recipe-data";
import { startModel } from "../../lib/gliner/training/run-recipe";
import { train } from "../../lib/gliner/training/train";
import { type Environment, environmentOf as machineOf } from "../../lib/provenance/environment";
import { runChild } from "../../lib/study/engines/child";
import type { Arm } from "../../lib/study/plan/arm";
import { environmentOf, recipeOf, variablesOf } from "../../lib/study/plan/settings";
import { readSuspect } from "../../lib/study/suspects/suspect";
import { ROOT } from "../tiny";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "7" },
    marks: { type: "string", default: "1,10,100,1000" },
    work: { type: "string", default: "runs/rounding" },
    json: { type: "string", default: join(ROOT, "data", "results", "rounding.json") },
    /** Only these arms, by their place: 0 is the control. */
    arms: { type: "string" },
    /** In a child: the arm that it trains. */
    train: { type: "string" },
  },
});

const SUSPECT = readSuspect("threads");
const ARMS: readonly Arm[] = [SUSPECT.control, ...SUSPECT.arms];
const MARKS = values.marks.split(",").map(Number);
const SEED = Number(values.seed);

const folderOf = (arm: number) => join(values.work, `seed-${SEED}`, String(arm));
const weightsAt = (arm: number, step: number) => join(folderOf(arm), `weights-${step}.f32`);
const lossesOf = (arm: number) => join(folderOf(arm), "losses.json");

/** What a finished training leaves. */
interface Kept {
  machine: Environment;
  losses: number[];
}

const keptOf = (arm: number) => readJson(lossesOf(arm)) as Kept;

/** All weights one behind another, float32. */
function writeWeights({ model }: GLiNER, path: string): void {
  const parts = [...model.parameters.entries()].map(([, tensor]) => Buffer.from(tensor.dataSync().slice().buffer));
  writeFileSync(`${path}.part`, Buffer.concat(parts));
  renameSync(`${path}.part`, path);
}

function readWeights(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** Trains one arm to the last mark and leaves its losses and its weights at each. */
async function trainArm(arm: number): Promise<void> {
  mkdirSync(folderOf(arm), { recursive: true });
  await useBackend();
  const recipe = recipeOf(SUSPECT.recipe, ARMS[arm], SEED);
  const data = await loadTrainingData(recipe);
  const model = await startModel(recipe);
  writeWeights(model, weightsAt(arm, 0));
  const losses: number[] = [];
  const stop = new AbortController();
  await train(model, data.records, {
    ...recipe.training,
    out: join(folderOf(arm), "run"),
    dev: data.dev,
    heldOut: data.heldOut,
    wordings: data.wordings,
    benchmark: data.benchmark,
    provenance: { dataConfig: { ...recipe.data }, files: data.files },
    signal: stop.signal,
    onStep: ({ step, loss }) => {
      losses.push(loss);
      if (MARKS.includes(step)) writeWeights(model, weightsAt(arm, step));
      if (step === Math.max(...MARKS)) stop.abort();
    },
  });
  writeAtomically(lossesOf(arm), JSON.stringify({ machine: machineOf(), losses } satisfies Kept));
}

const length = (of: (i: number) => number, size: number): number => {
  let squares = 0;
  for (let i = 0; i < size; i++) squares += of(i) ** 2;
  return Math.sqrt(squares);
};

/** An arm beside the control. */
function compare(arm: number) {
  const [here, control] = [arm, 0].map((one) => keptOf(one).losses);
  const apart = here.map((loss, i) => Math.abs(loss - control[i]) / control[i]);
  const firstDifferent = apart.findIndex((difference) => difference > 0);
  const start = readWeights(weightsAt(0, 0));
  const marks = MARKS.map((step) => {
    const [a, b] = [arm, 0].map((one) => readWeights(weightsAt(one, step)));
    const moved = length((i) => b[i] - start[i], b.length);
    const last = apart.slice(Math.floor(step / 10), step);
    return {
      step,
      loss: here[step - 1],
      control_loss: control[step - 1],
      /** Of the losses of the nine tenths of the steps before this one, as a share of the control's. */
      mean_loss_difference: mean(last),
      /** Distance of both models as a share of the way that the control's weights have gone. */
      weights_apart: length((i) => a[i] - b[i], b.length) / moved,
      same_weights:
        Buffer.compare(
          Buffer.from(a.buffer, a.byteOffset, a.byteLength),
          Buffer.from(b.buffer, b.byteOffset, b.byteLength),
        ) === 0,
    };
  });
  return {
    value: ARMS[arm].value,
    environment: ARMS[arm].environment,
    first_different_step: firstDifferent < 0 ? null : firstDifferent + 1,
    marks,
  };
}

async function main(): Promise<void> {
  if (values.train !== undefined) return trainArm(Number(values.train));
  const places = values.arms?.split(",").map(Number) ?? ARMS.map((_, i) => i);
  for (const arm of places) {
    if (existsSync(lossesOf(arm))) continue;
    console.error(`${ARMS[arm].value}: ${Math.max(...MARKS)} steps`);
    const environment = variablesOf({ environment: environmentOf(ARMS[arm]) });
    const words = ["--train", String(arm), "--seed", values.seed, "--marks", values.marks, "--work", values.work];
    const signal = new AbortController().signal;
    await runChild(__filename, words, { log: join(folderOf(arm), "log.txt"), environment, signal });
  }
  const done = ARMS.map((_, i) => i).filter((arm) => arm > 0 && [0, arm].every((one) => existsSync(lossesOf(one))));
  if (done.length === 0) return;
  const result = {
    command: `node dist/test/bench/rounding.js --seed ${SEED} --marks ${values.marks} --work DIR --json data/results/rounding.json`,
    machine: keptOf(0).machine,
    recipe: SUSPECT.recipe,
    seed: SEED,
    control: { value: ARMS[0].value, environment: environmentOf(ARMS[0]) },
    arms: done.map(compare),
  };
  writeAtomically(values.json, `${JSON.stringify(result, null, 1)}\n`);
  console.log(JSON.stringify(result.arms, null, 1));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
