/**
 * TensorFlow's own shared library out of its Python wheel, under TensorFlow.js's own binding compiled against it.
 *
 * Wheels are mirrored wherever Python is used, which the download host of the npm package is not; and the
 * wheel is a current release where the npm package stops at libtensorflow 2.9.1. The wheel's libtensorflow_cc exports
 * the whole C API that the binding calls; no line of the binding's source is changed. Nothing of Python is run.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors";
import { cacheFolder, NATIVE_PACKAGE } from "../../files/places";
import { buildInCache } from "./build";
import { CUDA_WHEELS } from "./cuda-wheels";
import { glibcVersion } from "./libc";
import type { Wheel } from "./package-index";
import { compiler, type Log, run } from "./run";
import { ABI, type Candidate, type Installed } from "./rung";
import { downloadWheel, unzip } from "./wheel";

const VERSION = "2.19.1";

/** Any Python wheel of the release would do: only its shared libraries and headers are used, so the tag is pinned. */
const BUILT = { platforms: ["manylinux_2_17_x86_64"], python: "311" };

const CPU: Wheel = {
  requirement: `tensorflow-cpu==${VERSION}`,
  built: BUILT,
  sha256: "0b6d72bd09c267e7573757bd309f5b1e2cdb02577339991da751f3a1411e4dae",
  megabytes: 252,
};

/** The CUDA 12 build and the libraries it loads: not run, no machine with a GPU was at hand. */
const CUDA: Wheel[] = CUDA_WHEELS.map(([requirement, megabytes, sha256]) => ({
  requirement,
  built: { ...BUILT, platforms: ["manylinux2014_x86_64", ...BUILT.platforms] },
  sha256,
  megabytes,
}));

/** This rung, with or without a GPU. */
export function pypi(gpu: boolean): Candidate {
  const folder = () => cacheFolder("tensorflow", `pypi-${VERSION}-${gpu ? "cuda12" : "cpu"}-${ABI}`);
  return { rung: "pypi", gpu, folder, install: (log) => install(folder(), gpu, log) };
}

async function install(folder: string, gpu: boolean, log: Log): Promise<Installed> {
  if (!existsSync(folder)) {
    const cxx = requirements();
    await buildInCache(folder, async (temporary) => {
      for (const wheel of gpu ? CUDA : [CPU]) await unpack(wheel, temporary, log);
      log("compiling TensorFlow.js's binding against it");
      await compile(cxx, temporary, gpu);
      rmSync(join(temporary, "tensorflow/include"), { recursive: true });
    });
  }
  return { folder, binding: join(folder, "tfjs_binding.node"), origin: `PyPI, ${gpu ? "CUDA 12" : "CPU"}` };
}

/** What can be known before 250 MB are on their way. */
function requirements(): string {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new UserError(
      `only the wheels for Linux on x86-64 are supported, this is ${process.platform} ${process.arch}.`,
    );
  if (!glibcVersion()) throw new UserError("the wheels need glibc, this system has another C library.");
  const cxx = compiler();
  if (!cxx) throw new UserError("no C++ compiler (c++, g++ or clang++) on the PATH to build the binding with.");
  return cxx;
}

/** The two libraries, the headers and, with CUDA, every NVIDIA library: a fifth of what the wheels hold. */
async function unpack(wheel: Wheel, folder: string, log: Log): Promise<void> {
  const path = await downloadWheel(wheel, join(folder, "wheels"), log);
  log(`unpacking ${wheel.requirement}`);
  const wanted =
    /^tensorflow\/(libtensorflow_(cc|framework)\.so\.2$|include\/|THIRD_PARTY_NOTICES)|^nvidia\/.*\/(lib|bin)\//;
  await unzip(path, folder, (member) => (wanted.test(member) ? member : undefined));
  rmSync(join(folder, "wheels"), { recursive: true });
}

async function compile(cxx: string, folder: string, gpu: boolean): Promise<void> {
  const headers: { include_dir: string } = require("node-api-headers");
  const tensorflow = join(folder, "tensorflow");
  const rpath = gpu ? ["$ORIGIN/tensorflow", "$ORIGIN/nvidia/cuda_runtime/lib"] : ["$ORIGIN/tensorflow"];
  await run(cxx, [
    ...["-std=c++17", "-O2", "-shared", "-fPIC", "-DNAPI_VERSION=8"],
    ...[headers.include_dir, NATIVE_PACKAGE, join(tensorflow, "include")].map((path) => `-I${path}`),
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(NATIVE_PACKAGE, "binding", name)),
    ...["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"].map((name) => join(tensorflow, name)),
    // Found beside the binding wherever the folder is moved to, so no LD_LIBRARY_PATH is needed.
    ...rpath.map((path) => `-Wl,-rpath,${path}`),
    ...["-o", join(folder, "tfjs_binding.node")],
  ]);
}
