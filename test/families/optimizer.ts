import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { isNative } from "../../lib/backend";
import { clipFactor, globalNorm, squaredNorms } from "../../lib/train/gradients";
import { AdamW, type ParameterGroup } from "../../lib/train/optimizer";
import { type SchedulerType, schedule } from "../../lib/train/schedule";
import { type NamedArray, readSafetensors } from "../../lib/weights/safetensors";
import { assertRelative, need } from "./compare";
import type { GoldenFamily } from "./family";

/** AdamW over 100 steps of stored gradients, and every schedule: torch's and transformers' own numbers. */
export const optimizers: GoldenFamily = {
  name: "optimizer",
  matches: (path) => /^optimizer\/(adamw\.safetensors|schedules\.json)$/.test(path),
  async check(folder, path) {
    if (path.endsWith(".json")) checkSchedules(join(folder, path));
    else checkAdamW(join(folder, path));
  },
};

interface Case {
  lr: number;
  decay: number;
  clip: number | null;
  schedule: SchedulerType | null;
  groups?: Record<string, [lr: number, decay: number]>;
}

const STEPS = 100;

function checkAdamW(path: string): void {
  const { tensors, metadata } = readSafetensors(path);
  const names = [...tensors.keys()].filter((key) => key.startsWith("start.")).map((key) => key.slice("start.".length));
  const cases = Object.entries(JSON.parse(metadata.get("cases") ?? "{}") as Record<string, Case>);
  assert.ok(cases.length >= 3 && names.length >= 4);
  for (const [name, settings] of cases) checkCase(name, settings, tensors, names, "plain");
  if (isNative()) for (const [name, settings] of cases) checkCase(name, settings, tensors, names, "native");
}

/** Both ways to compute the same update. */
function checkCase(
  name: string,
  settings: Case,
  tensors: Map<string, NamedArray>,
  names: readonly string[],
  moments: "plain" | "native",
): void {
  const variables = new Map(names.map((key) => [key, tf.variable(toTensor(need(tensors, `start.${key}`)))]));
  const betas = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const optimizer = new AdamW(variables, groupsOf(names, settings), { ...betas, moments });
  const rate = settings.schedule ? schedule(settings.schedule, { steps: STEPS, warmup: 10 }) : () => 1;
  for (let step = 0; step < STEPS; step++) {
    takeStep(optimizer, gradientsAt(tensors, step), rate(step), settings.clip ?? 0);
    for (const [key, variable] of variables) {
      const wanted = tensors.get(`${name}.${step + 1}.${key}`);
      if (wanted)
        assertRelative(variable.dataSync(), wanted.data, 1e-5, `${name}, ${moments}: ${key} after ${step + 1} steps`);
    }
  }
  optimizer.dispose();
  tf.dispose([...variables.values()]);
}

function groupsOf(names: readonly string[], { groups, lr, decay }: Case): ParameterGroup[] {
  return names.map((name) => {
    const [learningRate, weightDecay] = groups?.[name] ?? [lr, decay];
    return { names: [name], learningRate, weightDecay };
  });
}

/** The gradients of a step; a parameter that has none is absent, as `grad = None` in torch. */
function gradientsAt(tensors: Map<string, NamedArray>, step: number): Map<string, tf.Tensor> {
  const keys = [...tensors.keys()].filter((key) => key.startsWith("start."));
  const { data: present } = need(tensors, "present");
  const gradients = new Map<string, tf.Tensor>();
  keys.forEach((key) => {
    const name = key.slice("start.".length);
    const { data, shape } = need(tensors, `grad.${name}`);
    const size = data.length / STEPS;
    if (present[step * keys.length + ORDER.indexOf(name)])
      gradients.set(name, tf.tensor(data.slice(step * size, (step + 1) * size), shape.slice(1)));
  });
  return gradients;
}

/** The order of the parameters in `present`; a safetensors file sorts its names. */
const ORDER = ["encoder.weight", "encoder.LayerNorm.weight", "head.weight", "head.bias"];

function takeStep(optimizer: AdamW, gradients: Map<string, tf.Tensor>, factor: number, clip: number): void {
  const norm = globalNorm(squaredNorms(gradients).values());
  optimizer.apply(gradients, factor, clipFactor(norm, clip));
  tf.dispose([...gradients.values()]);
}

function checkSchedules(path: string): void {
  const { cases } = JSON.parse(readFileSync(path, "utf8")) as {
    cases: { type: SchedulerType; steps: number; warmup: number; rate: number; factors: number[] }[];
  };
  assert.ok(cases.length >= 40);
  for (const { type, steps, warmup, rate, factors } of cases) {
    const factor = schedule(type, { steps, warmup, learningRate: rate });
    factors.forEach((wanted, step) => {
      const off = Math.abs(factor(step) - wanted);
      assert.ok(
        off <= 1e-9 * Math.max(1, wanted),
        `${type}, step ${step} of ${steps}: ${factor(step)}, wanted ${wanted}`,
      );
    });
  }
}

const toTensor = ({ data, shape }: NamedArray) => tf.tensor(data, shape);
