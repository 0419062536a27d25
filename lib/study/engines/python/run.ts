/** Runs a job of Python's in the release's own environment, which is made where it is not there. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureVenv, venvProgram } from "../../../backend/install/venv";
import { dataPath } from "../../../data/project";
import { readJson } from "../../../files/json";
import { type ChildOptions, runProgram } from "../child";
import { environmentOf } from "./environments";
import type { PythonJob } from "./job";

/** What the process was. */
export interface PythonAbout {
  torch: string;
  transformers: string;
  python: string;
  /** Batches that failed and were left out, as train.py of the day did; null where the Trainer hides them. */
  skipped: number | null;
}

/** What came of it, besides the answers in `answers-N.jsonl`. */
export interface PythonRun {
  about: PythonAbout;
  /** By step; null = left out. */
  losses: (number | null)[];
}

/**
 * @param options a log, the variables of the process, and how it is ended
 * @throws UserError where the environment cannot be made, or Python fails: with the last thing that it said
 */
export async function runPython(job: PythonJob, options: ChildOptions): Promise<PythonRun> {
  const environment = environmentOf(job.version);
  await ensureVenv((line) => process.stderr.write(`${line}\n`), environment);
  mkdirSync(job.out, { recursive: true });
  const path = join(job.out, "job.json");
  writeFileSync(path, JSON.stringify(job));
  const variables = {
    PYTHONHASHSEED: String(job.seed),
    TRANSFORMERS_OFFLINE: "1",
    HF_HUB_OFFLINE: "1",
    CUDA_VISIBLE_DEVICES: "",
    ...options.environment,
  };
  const program = venvProgram("python", environment);
  await runProgram(program, [dataPath("python", "run.py"), path], { ...options, environment: variables });
  return { about: readJson(join(job.out, "about.json")) as PythonAbout, losses: lossesIn(job.out) };
}

/** Losses that are on file, by step. */
export function lossesIn(folder: string): (number | null)[] {
  const path = join(folder, "metrics.jsonl");
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { loss: number | null }).loss);
}
