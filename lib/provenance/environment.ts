/** Records software, machine, backend and environment variables of a run for its manifest. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { type BackendInfo, backendInfo, PROJECT_ROOT } from "../backend";
import { glibcVersion } from "../backend/install/libc";
import { machineFacts } from "../machine";

/** What computes: everything on which speed and rounding depend. What cannot be found out is "unknown", never left out. */
export interface Environment {
  software: Record<string, string>;
  machine: {
    platform: string;
    libc: string;
    processor: string;
    cores: number;
    memory_gb: number;
    /** The kernel's choice of the processor's clock. */
    governor: string;
  };
  backend: BackendInfo;
  /** Settings of the environment that change speed or rounding. */
  flags: Record<string, string>;
}

/** Only names whose values are numbers or words: folders and addresses say where the machine is. */
const FLAGS =
  /^(MALLOC_\w+_?|TF_(ENABLE|NUM|XLA|GPU|FORCE|CUDNN|DETERMINISTIC)\w*|OMP_\w+|OPENBLAS_NUM\w*|MKL_NUM\w*|BACKEND|KERNELS)$/;

/** Always recorded, set or not: determinism and rounding hang on them. */
const ASKED = ["TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "TF_ENABLE_ONEDNN_OPTS", "OMP_NUM_THREADS"];

/** A backend must have started. */
export function environmentOf(): Environment {
  const { platform, processor, cores, memory_gb } = machineFacts();
  return {
    software: softwareVersions(),
    machine: {
      platform,
      libc: libc(),
      processor,
      cores,
      memory_gb: memory_gb.total,
      governor: firstLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
    },
    backend: backendInfo(),
    flags: flags(),
  };
}

function softwareVersions(): Record<string, string> {
  const { node, v8, icu, unicode } = process.versions;
  const npm = /\bnpm\/(\S+)/.exec(process.env.npm_config_user_agent ?? "")?.[1] ?? "unknown";
  const packages = ["@tensorflow/tfjs-node-gpu", "@huggingface/tokenizers", "yaml"];
  const versions = packages.map((name) => [name, packageVersion(name)]);
  const own = { node, v8, npm, icu: icu ?? "unknown", unicode: unicode ?? "unknown", "tfjs-core": tf.version_core };
  return { ...own, ...Object.fromEntries(versions) };
}

function packageVersion(name: string): string {
  try {
    const text = readFileSync(join(PROJECT_ROOT, "node_modules", name, "package.json"), "utf8");
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return "unknown";
  }
}

function libc(): string {
  const version = glibcVersion();
  return version ? `glibc ${version}` : "unknown";
}

function flags(): Record<string, string> {
  const asked = ASKED.map((name) => [name, process.env[name] ?? "not set"]);
  const set = Object.entries(process.env).filter(([name]) => FLAGS.test(name) && !ASKED.includes(name));
  return Object.fromEntries([...asked, ...set.map(([name, value]) => [name, value ?? ""])]);
}

function firstLine(path: string): string {
  try {
    return readFileSync(path, "utf8").split("\n")[0].trim();
  } catch {
    return "unknown";
  }
}
