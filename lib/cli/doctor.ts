/** What this machine has, which TensorFlow it got and why not a better one: the first thing to send with a question. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type Attempt,
  type BackendInfo,
  type BackendRecord,
  cacheFolder,
  forcedBackend,
  forcedKernels,
  type Kernels,
  offline,
  PROJECT_ROOT,
  readRecord,
  useBackend,
} from "../backend";
import { compiler, python, run } from "../backend/install/run";
import { folderBytes } from "../backend/install/wheel";
import { mirrorFolder } from "../data/project";
import { UserError, usageError } from "../errors";
import { machineFacts } from "../machine";
import { cachedEncoder, DEFAULT_ENCODER } from "../weights/encoders";
import { type Command, runCommand } from "./command";
import { DATA_HELP, DATA_OPTIONS, diagnoseData } from "./doctor-data";

/** The page of `doctor`, as `--json` writes it. */
export interface Diagnosis {
  node: string;
  npm: string;
  platform: string;
  processor: string;
  cores: number;
  memory_gb: { total: number; free: number };
  compiler: string;
  python: string;
  backend: BackendInfo | { error: string };
  forced: string | null;
  /** Native ops of our own: the instruction set in use, or "off" and why. */
  kernels: { level: Kernels; reason: string };
  /** Every rung that was tried at set-up, in order; empty before the first set-up. */
  ladder: Attempt[];
  cache: { folder: string; tensorflow_mb: number; encoders_mb: number };
  encoder: { name: string; folder: string | null };
  /** The folder that stands in for the network's data files, or null. */
  mirror: string | null;
  jupyterlab: boolean;
  offline: boolean;
  /** Settings of the environment that change speed or rounding. */
  environment: Record<string, string>;
}

const SETTINGS =
  /^(MALLOC_|TF_(CPP|ENABLE|NUM|XLA|GPU|FORCE|CUDNN|DETERMINISTIC)_|OMP_|OPENBLAS_|MKL_|BACKEND$|KERNELS$|WORKBOOK_|HF_(ENDPOINT|HOME|HUB_CACHE|HUB_OFFLINE)$|NODE_OPTIONS$|CXX$)/;

/** Looks at everything; only the backend is really started. */
export async function diagnose(): Promise<Diagnosis> {
  const mirror = mirrorFolder();
  const record = readRecord();
  const backend = await tryBackend();
  const megabytes = (folder: string) => Math.round(folderBytes(cacheFolder(folder)) / 1e6);
  return {
    node: process.version,
    npm: await firstLine("npm", "--version"),
    ...machineFacts(),
    compiler: await firstLine(compiler(), "--version"),
    python: await firstLine(python(), "--version"),
    backend,
    forced: forcedBackend() ?? null,
    kernels: kernelsOf(backend, record),
    ladder: record?.attempts ?? [],
    cache: { folder: cacheFolder(), tensorflow_mb: megabytes("tensorflow"), encoders_mb: megabytes("encoders") },
    encoder: { name: DEFAULT_ENCODER, folder: cachedEncoder() ?? null },
    mirror: existsSync(mirror) ? mirror : null,
    jupyterlab: existsSync(join(PROJECT_ROOT, ".venv/.workbook")),
    offline: offline(),
    environment: Object.fromEntries(
      Object.entries(process.env).flatMap(([k, v]) => (SETTINGS.test(k) ? [[k, v ?? ""]] : [])),
    ),
  };
}

async function firstLine(program: string | undefined, word: string): Promise<string> {
  if (program === undefined) return "none";
  return run(program, [word]).then(
    (text) => text.split("\n")[0].trim(),
    (error: Error) => `does not run: ${error.message}`,
  );
}

async function tryBackend(): Promise<BackendInfo | { error: string }> {
  try {
    return await useBackend();
  } catch (error) {
    if (error instanceof UserError && error.exitCode === 1) return { error: error.message };
    throw error;
  }
}

function kernelsOf(backend: Diagnosis["backend"], record: BackendRecord | undefined): Diagnosis["kernels"] {
  if ("error" in backend || !backend.native) return { level: "off", reason: "no native library runs" };
  if (backend.kernels !== "off") return { level: backend.kernels, reason: "" };
  if (forcedKernels() === "off") return { level: "off", reason: "KERNELS=off" };
  const none = backend.gpu ? "they run on the CPU only" : "they are made for PyPI's library only";
  return { level: "off", reason: record?.kernels?.reason || none };
}

/** The same for people: a word and what was found. */
function rows(found: Diagnosis): [string, string][] {
  const { backend, cache, memory_gb: memory } = found;
  const running = "error" in backend ? `none: ${backend.error.replace(/\.$/, "")}` : describe(backend);
  return [
    ["Node", `${found.node}, npm ${found.npm}`],
    ["machine", `${found.platform}, ${found.cores} cores (${found.processor})`],
    ["memory", `${memory.total} GB, ${memory.free} GB free`],
    ["compiler", found.compiler],
    ["Python", found.python],
    ["backend", running + (found.forced ? `; forced by BACKEND=${found.forced}` : "")],
    ...found.ladder.map(({ rung, ok, reason, seconds }): [string, string] => [
      `  ${rung}`,
      ok ? `taken (${seconds} s): ${reason}` : `refused (${seconds} s): ${reason}`,
    ]),
    ["native ops", found.kernels.level === "off" ? `off: ${found.kernels.reason}` : `on, for ${found.kernels.level}`],
    ["cache", `${cache.folder}: TensorFlow ${cache.tensorflow_mb} MB, encoders ${cache.encoders_mb} MB`],
    ["encoder", `${found.encoder.name}: ${found.encoder.folder ?? "not here yet"}`],
    ["data mirror", found.mirror ?? "none: public files come from the network"],
    ["JupyterLab", found.jupyterlab ? "in .venv" : "not here yet: `npm start` installs it"],
    ["network", found.offline ? "forbidden by WORKBOOK_OFFLINE" : "allowed"],
    ...Object.entries(found.environment).map(([name, value]): [string, string] => [`  ${name}`, value]),
  ];
}

function describe({ name, library, threads, gpu }: BackendInfo): string {
  return `${name}: ${library}, ${gpu ? "GPU" : `${threads} thread${threads === 1 ? "" : "s"}`}`;
}

const doctor: Command = {
  name: "doctor",
  summary:
    "Says what this machine has, which TensorFlow runs and why the better ones were refused; or what is wrong with data.",
  usage: "[--data FILE... [--against FILE...] [--labels a,b]] [--json FILE]",
  help: DATA_HELP,
  options: DATA_OPTIONS,
  allowPositionals: true,
  async run(values, more) {
    const data = Array.isArray(values.data) ? values.data.map(String) : [];
    if (data.length > 0) return diagnoseData(values, [...data, ...more]);
    if (more.length > 0) throw usageError(`got "${more.join(" ")}"; data is looked at with --data FILE....`);
    const idle = Object.keys(DATA_OPTIONS).find((name) => values[name] !== undefined);
    if (idle) throw usageError(`--${idle} is for --data FILE...; give both.`);
    const found = await diagnose();
    const lines = rows(found);
    const width = Math.max(...lines.map(([word]) => word.length));
    for (const [word, text] of lines) process.stdout.write(`${word.padEnd(width)}  ${text}\n`);
    if ("error" in found.backend) process.exitCode = 1;
    return found;
  },
};

if (require.main === module) runCommand(doctor);
