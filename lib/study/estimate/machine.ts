/** The machine that an estimate is for: this one, measured, or another one, described in a file. */
import { existsSync, statfsSync } from "node:fs";
import { availableParallelism, freemem } from "node:os";
import { dirname, resolve } from "node:path";
import { hasKernels, useBackend } from "../../backend";
import { passSpeed, productSpeed } from "../../model/cost";
import { readFields } from "../fields";

/** A machine as an estimate sees it. */
export interface Machine {
  name: string;
  /** Runs that compute side by side: cores, or accelerators. */
  runs_at_once: number;
  /** 10⁹ operations a second that a plain product reaches in one run. */
  gflops: number;
  /** Share of that speed which a training step reaches; where `memory_gb_s` is known, without the update of its weights. */
  efficiency: number;
  /** 10⁹ bytes a second of a pass over memory, which the update of the weights is; null = the efficiency holds the update too. */
  memory_gb_s: number | null;
  /** Free, in GB. */
  memory_gb: number;
  disk_gb: number;
  /** Cores that a run occupies, for core-hours. */
  cores_per_run: number;
}

/**
 * Share of a step, its update left out, that is products, one thread of a CPU. With native ops of our own: what batches of 8 and 16
 * of MiniLM leave once the update, the same for both, is taken off (data/results/bench.json); deberta-v3-small agrees. The rest
 * passes over memory and calls small ops.
 */
const CPU_EFFICIENCY = { ownOps: 0.88, without: 0.43 };

/** The same of a whole step with its update, where nothing is known of the machine's memory. */
const WITH_UPDATE = 0.7;

/** Measures this machine with one thread, as a study's runs have it; must come before the backend has started otherwise. */
export async function thisMachine(out: string): Promise<Machine> {
  process.env.TF_NUM_INTRAOP_THREADS = "1";
  await useBackend();
  return {
    name: "this machine",
    runs_at_once: availableParallelism(),
    gflops: productSpeed() / 1e9,
    efficiency: hasKernels() ? CPU_EFFICIENCY.ownOps : CPU_EFFICIENCY.without,
    memory_gb_s: passSpeed() / 1e9,
    memory_gb: freemem() / 1e9,
    disk_gb: freeDisk(out),
    cores_per_run: 1,
  };
}

/** Free bytes of the disk that the folder is or will be on, in GB. */
export function freeDisk(folder: string): number {
  let at = resolve(folder);
  while (!existsSync(at)) at = dirname(at);
  const { bavail, bsize } = statfsSync(at);
  return (bavail * bsize) / 1e9;
}

/** @throws UserError on an unknown key, a missing one or a value of the wrong kind */
export function readMachine(path: string): Machine {
  const fields = readFields(path, "a description of a machine, such as data/studies/machines/a100.yaml");
  const memory_gb_s = fields.has("memory_gb_s") ? fields.number("memory_gb_s", 0.001) : null;
  const machine: Machine = {
    name: fields.text("name"),
    runs_at_once: fields.whole("runs_at_once", 1),
    gflops: fields.number("gflops", 0.001),
    efficiency: fields.number("efficiency", 0.001, memory_gb_s === null ? WITH_UPDATE : CPU_EFFICIENCY.ownOps),
    memory_gb_s,
    memory_gb: fields.number("memory_gb", 0.1),
    disk_gb: fields.number("disk_gb", 0.1),
    cores_per_run: fields.whole("cores_per_run", 1, 1),
  };
  fields.optionalText("source");
  fields.done();
  return machine;
}
