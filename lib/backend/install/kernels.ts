/** Compiling the native ops of our own (../kernels): three times, once for each instruction set, into the cache. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError, withoutSecrets } from "../../errors";
import { cacheFolder, PROJECT_ROOT } from "../../files/places";
import { KERNELS_FILE, type KernelsRecord } from "../record";
import { buildInCache } from "./build";
import { compiler, type Log, run } from "./run";
import { ABI } from "./rung";
import { verify } from "./verify";

const SOURCES = join(PROJECT_ROOT, "lib/backend/kernels");

/** Never -march=native: the cache may move, so the processor is asked at run time. Never -ffast-math: it hides NaN. */
const FLAGS = ["-std=c++17", "-O3", "-fPIC", "-ffp-contract=fast", "-fno-math-errno", "-DNAPI_VERSION=8"];
const LEVELS: Record<string, string[]> = {
  plain: [],
  avx2: ["-mavx2", "-mfma"],
  avx512: ["-mavx2", "-mfma", ...["f", "dq", "bw", "vl"].map((part) => `-mavx512${part}`)],
};

/** What the ops are made of: their sources, how they are compiled, the library under them. */
export function kernelsKey(library: string): string {
  const hash = createHash("sha256").update(JSON.stringify([library, FLAGS, LEVELS]));
  for (const name of readdirSync(SOURCES).sort()) hash.update(`${name}\0`).update(readFileSync(join(SOURCES, name)));
  return hash.digest("hex").slice(0, 16);
}

/** True where what was recorded still holds. */
export function kernelsCurrent(record: KernelsRecord, library: string): boolean {
  return (
    record.key === kernelsKey(library) && (record.folder === null || existsSync(join(record.folder, KERNELS_FILE)))
  );
}

/**
 * Compiles the ops against a library of the cache, or finds them there, and lets a process of its own compute with them.
 * Where that fails, TensorFlow's own ops do the work: the record and one line of the log say why.
 * @param folder of the cache that holds TensorFlow's library
 * @param library its name
 */
export async function installKernels(folder: string, library: string, log: Log): Promise<KernelsRecord> {
  const key = kernelsKey(library);
  const target = cacheFolder("tensorflow", `kernels-${key}-${ABI}`);
  try {
    if (!existsSync(target)) {
      const cxx = compiler();
      if (!cxx) throw new UserError("no C++ compiler (c++, g++ or clang++) is on the PATH");
      log("compiling native ops");
      await buildInCache(target, (temporary) => compile(cxx, temporary, folder));
    }
    await verify("tensorflow", target);
    return { key, folder: target, reason: "" };
  } catch (error) {
    // What does not compute is not kept, so that the next set-up compiles it anew.
    rmSync(target, { recursive: true, force: true });
    const reason = withoutSecrets(error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
    log(`without native ops of our own, TensorFlow's do the work, more slowly: ${reason}`);
    return { key, folder: null, reason };
  }
}

async function compile(cxx: string, temporary: string, library: string): Promise<void> {
  const headers: { include_dir: string } = require("node-api-headers");
  const flags = [...FLAGS, `-I${headers.include_dir}`];
  const object = (level: string) => join(temporary, `${level}.o`);
  const source = (name: string) => join(SOURCES, `${name}.cc`);
  await Promise.all(
    Object.entries(LEVELS).map(([level, own]) =>
      run(cxx, [...flags, ...own, "-c", source("kernels"), "-o", object(level)]),
    ),
  );
  const objects = Object.keys(LEVELS).map(object);
  // No path is written into it: the binding has loaded this library already, and it is found by its name.
  const tensorflow = join(library, "tensorflow/libtensorflow_framework.so.2");
  const main = ["addon", "pool", "register"].map(source);
  await run(cxx, [
    ...flags,
    "-shared",
    ...main,
    ...objects,
    tensorflow,
    "-pthread",
    "-o",
    join(temporary, KERNELS_FILE),
  ]);
  for (const path of objects) rmSync(path);
}
