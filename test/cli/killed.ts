import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { randomStream } from "../../lib/random";
import { ROOT, TINY_BERT, TINY_RECORDS } from "../tiny";

/** Training in a process of its own that is killed in the middle, and what is left afterwards. */

/** Writes a recipe for the tiny model, with held-out types, that saves and evaluates often. @returns its path */
export function tinyRecipe(folder: string, training: Record<string, unknown> = {}): string {
  const data = join(folder, "data.jsonl");
  writeFileSync(data, TINY_RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(""));
  const settings = {
    prev_path: TINY_BERT,
    num_steps: 30,
    train_batch_size: 3,
    lr_encoder: 1e-3,
    lr_others: 1e-3,
    save_every: 4,
    eval_every: 6,
    histogram_every: 5,
    eval_threshold: 0.1,
    ...training,
  };
  const recipe = { data: { train_data: data, val_data: data, held_out_types: ["product"] }, training: settings };
  const path = join(folder, "recipe.yaml");
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(recipe));
  return path;
}

export interface Trained {
  code: number | null;
  signal: NodeJS.Signals | null;
  err: string;
}

interface TrainVerbOptions {
  /** May end the run while it runs: is given a function that says how many steps metrics.jsonl has by now. */
  interrupt?(steps: () => number): Promise<NodeJS.Signals>;
  /** Of TensorFlow, default 1: sums are then always added in one order. */
  threads?: number;
}

/** Runs the verb `train --resume`. */
export async function trainVerb(
  words: readonly string[],
  out: string,
  { interrupt, threads = 1 }: TrainVerbOptions = {},
): Promise<Trained> {
  const script = join(ROOT, "dist", "lib", "cli", "train.js");
  const env = { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads) };
  const child = spawn(process.execPath, [script, ...words, "--out", out, "--resume"], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  let ended = false;
  const close = new Promise<Pick<Trained, "code" | "signal">>((resolve) => {
    child.once("close", (code, signal) => {
      ended = true;
      resolve({ code, signal });
    });
  });
  if (interrupt) {
    const signal = await interrupt(() => (ended ? Number.POSITIVE_INFINITY : stepsIn(out)));
    child.kill(signal);
  }
  return { ...(await close), err };
}

/**
 * Trains to the end with so many kills on the way, each at a random moment: some steps further, some milliseconds later.
 * @returns how many of them hit the run before its end
 */
export async function trainKilled(words: readonly string[], out: string, kills: number, seed: number): Promise<number> {
  const random = randomStream(seed, "kill");
  let hits = 0;
  for (let i = 0; i < kills; i++) {
    const more = random.integer(0, 4);
    const pause = random.integer(0, 60);
    const interrupt = async (steps: () => number): Promise<NodeJS.Signals> => {
      const start = steps();
      while (steps() < start + more) await sleep(2);
      await sleep(pause);
      return "SIGKILL";
    };
    const ended = await trainVerb(words, out, { interrupt });
    if (ended.signal === "SIGKILL") hits++;
    else if (ended.code !== 0) throw new Error(ended.err);
  }
  const last = await trainVerb(words, out);
  if (last.code !== 0) throw new Error(last.err);
  return hits;
}

/** Lines of metrics.jsonl. */
export function stepsIn(out: string): number {
  const path = join(out, "metrics.jsonl");
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
}

/** What must be the same however often a run was interrupted: weights, moments, the best model, every step's numbers. */
export function traceOf(out: string) {
  const sha = (name: string) => {
    const path = join(out, name);
    return existsSync(path) ? createHash("sha256").update(readFileSync(path)).digest("hex") : "none";
  };
  const steps = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
  return {
    model: sha("last/model.safetensors"),
    optimizer: sha("last/optimizer.safetensors"),
    best: sha("best/model.safetensors"),
    steps: steps.map((line) => {
      const { seconds, tokensPerSecond, ...same } = JSON.parse(line) as Record<string, unknown>;
      return same;
    }),
  };
}
