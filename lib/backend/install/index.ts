/**
 * The ladder: the best TensorFlow that this machine can have, found by trying.
 *
 * Google's library by the npm package's own script, else the one in PyPI's wheel with the binding compiled against it,
 * else wasm. With a GPU, first both in their CUDA builds, and each must really use it. A rung is taken when it was
 * loaded and has multiplied two matrices; why the others were refused is kept in .workbook/backend.json.
 */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { UserError, withoutSecrets } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { offline } from "../../files/places";
import { type Attempt, type BackendRecord, type Forced, forcedBackend, RECORD_PATH, readRecord } from "../record";
import { google } from "./google";
import { installKernels, kernelsCurrent } from "./kernels";
import { link, linkedTo, linkTarget, restore } from "./link";
import { machineKey, seesGpu, toolsKey } from "./machine";
import { pypi } from "./pypi";
import type { Log } from "./run";
import type { Candidate } from "./rung";
import { type Probed, verify } from "./verify";

const DAY = 24 * 3600 * 1000;

/** True where nothing is to be done: milliseconds. */
export function isCurrent(): boolean {
  const forced = forcedBackend();
  if (forced === "wasm" || forced === "cpu") return true;
  const record = readRecord();
  if (!record) return false;
  const { chosen, folder, time, machine, tools } = record;
  if (machine !== machineKey() || !opsCurrent(record)) return false;
  if (folder !== null) return linkedTo(folder) && (!forced || forced === "tensorflow" || forced === chosen);
  // A download that was refused yesterday may be possible today.
  return !forced && tools === toolsKey() && Date.now() - time < DAY;
}

/** Native ops that could not be compiled are tried again with other tools. */
function opsCurrent({ chosen, gpu, kernels, library, tools }: BackendRecord): boolean {
  if (chosen !== "pypi" || gpu) return true;
  return kernels !== undefined && kernelsCurrent(kernels, library) && (kernels.folder !== null || tools === toolsKey());
}

/**
 * Climbs down the ladder and records the choice.
 * @param log gets a line about each rung
 * @throws UserError where BACKEND forces what this machine cannot have; nothing is recorded then
 */
export async function chooseBackend(log: Log): Promise<BackendRecord> {
  const forced = forcedBackend();
  const attempts: Attempt[] = [];
  const before = linkTarget();
  for (const candidate of candidates(forced)) {
    const record = await attempt(candidate, attempts, log);
    if (record) return write(record);
  }
  restore(forced ? before : undefined);
  if (forced) {
    const why = attempts.map(({ rung, reason }) => `${rung}: ${reason}`).join(" ");
    throw new UserError(`BACKEND=${forced} cannot be had on this machine. ${why}`);
  }
  return write(await settleForWasm(attempts, log));
}

function candidates(forced: Forced | undefined): Candidate[] {
  const builds = seesGpu() ? [google(true), pypi(true), google(false), pypi(false)] : [google(false), pypi(false)];
  return builds.filter(({ rung }) => forced === undefined || forced === "tensorflow" || forced === rung);
}

async function attempt(candidate: Candidate, attempts: Attempt[], log: Log): Promise<BackendRecord | undefined> {
  const { rung, gpu } = candidate;
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 100) / 10;
  try {
    const { probed, folder, origin } = await installAndProbe(candidate, log);
    if (gpu && !probed.gpu) throw new UserError(`TensorFlow ${probed.version} (${origin}) loads but uses no GPU.`);
    const library = `TensorFlow ${probed.version} (${origin})`;
    attempts.push({ rung, ok: true, reason: library, seconds: seconds() });
    log(`TensorFlow.js runs on ${library}`);
    const kernels = rung === "pypi" && !gpu ? await installKernels(folder, library, log) : undefined;
    return { ...circumstances(), chosen: rung, library, gpu: probed.gpu, folder, attempts, kernels };
  } catch (error) {
    const reason = withoutSecrets(error instanceof Error ? error.message : String(error));
    attempts.push({ rung, ok: false, reason, seconds: seconds() });
    log(`not ${rung === "google" ? "Google's" : "PyPI's"} TensorFlow${gpu ? " for GPUs" : ""}: ${reason}`);
    return undefined;
  }
}

/** A folder of the cache that does not load may be damaged: it is made once more before the rung is given up. */
async function installAndProbe(
  candidate: Candidate,
  log: Log,
): Promise<{ probed: Probed; folder: string; origin: string }> {
  const wasCached = existsSync(candidate.folder());
  const installed = await candidate.install(log);
  link(installed);
  try {
    return { ...installed, probed: await verify("tensorflow") };
  } catch (error) {
    if (!wasCached || offline()) throw error;
    log("the cached library does not load: making it again");
    rmSync(candidate.folder(), { recursive: true, force: true });
    link(await candidate.install(log));
    return { ...installed, probed: await verify("tensorflow") };
  }
}

async function settleForWasm(attempts: Attempt[], log: Log): Promise<BackendRecord> {
  const { version } = await verify("wasm");
  const library = `TensorFlow.js ${version} (WebAssembly)`;
  attempts.push({ rung: "wasm", ok: true, reason: library, seconds: 0 });
  log(`TensorFlow.js runs on WebAssembly, several times slower than a native library; \`npm run -s doctor\` says why`);
  return { ...circumstances(), chosen: "wasm", library, gpu: false, folder: null, attempts };
}

function circumstances(): Pick<BackendRecord, "machine" | "tools" | "time"> {
  return { machine: machineKey(), tools: toolsKey(), time: Date.now() };
}

function write(record: BackendRecord): BackendRecord {
  mkdirSync(dirname(RECORD_PATH), { recursive: true });
  writeAtomically(RECORD_PATH, `${JSON.stringify(record, null, 2)}\n`);
  return record;
}
