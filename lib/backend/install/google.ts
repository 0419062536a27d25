/** TensorFlow's library as Google publishes it, under the binding that TensorFlow.js's npm package downloads for itself. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { UserError, warnOnce } from "../../errors";
import { download } from "../../files/download";
import { sha256OfFile } from "../../files/hash";
import { cacheFolder, NATIVE_PACKAGE, offline, PROJECT_ROOT } from "../../files/places";
import { buildInCache } from "./build";
import { type GoogleLibrary, googleLibrary } from "./google-library";
import { type Log, run, which } from "./run";
import { ABI, type Candidate, type Installed } from "./rung";

/**
 * The library is downloaded here and refused where it has not the pinned sha256; the binding is fetched by the package's own
 * script, which works inside its package and would leave a half-filled node_modules behind when it is cut, so it is run in a
 * copy of the package that lies in the cache. The storage can be moved with the script's own TFJS_NODE_CDN_STORAGE.
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
    const library = googleLibrary(gpu);
    await reach(STORAGE());
    await buildInCache(folder, async (temporary) => {
      const copy = copyPackage(temporary, gpu);
      await putLibrary(library, join(copy, "deps"), log);
      log("fetching the binding with TensorFlow.js's own script");
      await runScript(copy, gpu);
      if (!existsSync(join(temporary, binding))) throw new UserError("TensorFlow.js's script ended without a binding.");
      await sayUnpinned(join(temporary, binding));
    });
  }
  return { folder, binding: join(folder, binding), origin: `Google, ${gpu ? "CUDA 11" : "CPU"}` };
}

/** A blocked host must cost seconds, not the minutes that the script's connection would wait. */
async function reach(url: string): Promise<void> {
  // Node's fetch knows no proxy while curl and the script do: behind one, only they can find out.
  if (proxy()) return;
  try {
    await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(3000) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new UserError(`${new URL(url).host} cannot be reached: ${cause instanceof Error ? cause.message : cause}.`);
  }
}

const proxy = () =>
  process.env.HTTPS_PROXY || process.env.https_proxy || process.env.HTTP_PROXY || process.env.http_proxy;

/**
 * The library, where the script would have put it and finds it then.
 * @throws UserError where its bytes are not the pinned ones; nothing of it is unpacked then
 */
export async function putLibrary({ path, sha256 }: GoogleLibrary, deps: string, log: Log): Promise<void> {
  const archive = join(deps, basename(path));
  mkdirSync(deps, { recursive: true });
  log(`downloading ${basename(path)}`);
  await fetchArchive(`${STORAGE().replace(/\/*$/, "/")}${path}`, archive, sha256, log);
  // tar of Windows 10 and later opens a zip too.
  await run("tar", ["-xf", archive, "-C", deps]);
  rmSync(archive);
}

async function fetchArchive(url: string, archive: string, sha256: string, log: Log): Promise<void> {
  if (!proxy()) return download(url, archive, { sha256, log });
  if (!which("curl")) throw new UserError("behind a proxy the library is fetched by curl, which is not on the PATH.");
  await run("curl", ["--fail", "--silent", "--show-error", "--location", "--output", archive, url]);
  const found = await sha256OfFile(archive);
  if (found !== sha256) throw new UserError(`${url} has sha256 ${found}, wanted ${sha256}: it was refused.`);
}

/** Nobody publishes a hash of the prebuilt binding: what came is at least named, so that two machines can compare. */
async function sayUnpinned(binding: string): Promise<void> {
  warnOnce(
    `Google publishes no hash of the binding: it was taken as it came over TLS, with sha256 ${await sha256OfFile(binding)}; BACKEND=pypi compiles it here instead.`,
  );
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

/** Without the word "download" the script takes the library that is there and fetches the binding only. */
async function runScript(cwd: string, gpu: boolean): Promise<void> {
  const modules = join(PROJECT_ROOT, "node_modules");
  const nested = join(NATIVE_PACKAGE, "node_modules");
  const env = {
    ...process.env,
    // The copy has no node_modules of its own; what the script requires and starts is found in the project's.
    NODE_PATH: [nested, modules].join(delimiter),
    PATH: [join(nested, ".bin"), join(modules, ".bin"), process.env.PATH ?? ""].join(delimiter),
  };
  await run(process.execPath, ["scripts/install.js", gpu ? "gpu" : "cpu"], { cwd, env, timeout: 1_800_000 });
}
