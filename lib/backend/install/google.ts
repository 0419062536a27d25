import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { UserError } from "../../errors";
import { cacheFolder, NATIVE_PACKAGE, offline, PROJECT_ROOT } from "../../files/places";
import { buildInCache } from "./build";
import { type Log, run } from "./run";
import { ABI, type Candidate, type Installed } from "./rung";

/**
 * The library and the binding that TensorFlow.js's npm package downloads for itself, by the package's own script.
 *
 * The script works inside its package and would leave a half-filled node_modules behind when it is cut, so it is run in
 * a copy of the package that lies in the cache. Its storage can be moved with the script's own TFJS_NODE_CDN_STORAGE.
 */

const VERSION = "2.9.1";
const STORAGE = () => process.env.TFJS_NODE_CDN_STORAGE || process.env.CDN_STORAGE || "https://storage.googleapis.com/";

/** This rung, with or without a GPU. */
export function google(gpu: boolean): Candidate {
  const folder = () => cacheFolder("tensorflow", `google-${VERSION}-${gpu ? "cuda11" : "cpu"}-${ABI}`);
  return { rung: "google", gpu, folder, install: (log) => install(folder(), gpu, log) };
}

async function install(folder: string, gpu: boolean, log: Log): Promise<Installed> {
  const binding = "package/lib/napi-v8/tfjs_binding.node";
  if (!existsSync(folder)) {
    if (offline()) throw new UserError("it is not in the cache and WORKBOOK_OFFLINE forbids a download.");
    await reach(STORAGE());
    await buildInCache(folder, async (temporary) => {
      log(`downloading TensorFlow ${VERSION} (${gpu ? "CUDA 11" : "CPU"}) with TensorFlow.js's own script`);
      await runScript(copyPackage(temporary, gpu), gpu);
      if (!existsSync(join(temporary, binding))) throw new UserError("TensorFlow.js's script ended without a binding.");
    });
  }
  return { folder, binding: join(folder, binding), origin: `Google, ${gpu ? "CUDA 11" : "CPU"}` };
}

/** A blocked host must cost seconds, not the minutes that the script's connection would wait. */
async function reach(url: string): Promise<void> {
  // Node's fetch knows no proxy while the script does: behind one, only the script can find out.
  if (process.env.HTTPS_PROXY || process.env.https_proxy || process.env.HTTP_PROXY || process.env.http_proxy) return;
  try {
    await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(3000) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new UserError(`${new URL(url).host} cannot be reached: ${cause instanceof Error ? cause.message : cause}.`);
  }
}

/** The package without what earlier set-ups put there. The CPU library's binding goes by the CPU package's name. */
function copyPackage(folder: string, gpu: boolean): string {
  const copy = join(folder, "package");
  mkdirSync(copy);
  for (const name of ["package.json", "binding.gyp", "scripts", "binding"])
    cpSync(join(NATIVE_PACKAGE, name), join(copy, name), { recursive: true });
  const path = join(copy, "package.json");
  const text = readFileSync(path, "utf8");
  if (!gpu) writeFileSync(path, text.replace('"@tensorflow/tfjs-node-gpu"', '"@tensorflow/tfjs-node"'));
  return copy;
}

async function runScript(cwd: string, gpu: boolean): Promise<void> {
  const modules = join(PROJECT_ROOT, "node_modules");
  const nested = join(NATIVE_PACKAGE, "node_modules");
  const env = {
    ...process.env,
    // The copy has no node_modules of its own; what the script requires and starts is found in the project's.
    NODE_PATH: [nested, modules].join(delimiter),
    PATH: [join(nested, ".bin"), join(modules, ".bin"), process.env.PATH ?? ""].join(delimiter),
  };
  await run(process.execPath, ["scripts/install.js", gpu ? "gpu" : "cpu", "download"], {
    cwd,
    env,
    timeout: 1_800_000,
  });
}
