/** Google's builds of libtensorflow that TensorFlow.js 4.22.0 asks for, and what each must be, byte for byte. */
import { UserError } from "../../errors";

export interface GoogleLibrary {
  /** Below the storage's address. */
  path: string;
  /** Hex. */
  sha256: string;
}

/**
 * By system, processor and kind. Google publishes no hashes: these stand in the build files of two distributions of packages,
 * nixpkgs (mjolnir, nextcloud's recognize) and Bazel's rules of wamuir/graft, which agree wherever both name one; the GPU
 * build stands in the latter only. No copy was at hand to compute them from.
 */
const LIBRARIES: Record<string, GoogleLibrary> = {
  "linux-x64-cpu": {
    path: "tensorflow/libtensorflow/libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz",
    sha256: "7f510d2546e3db5e10b1d119463689003d587842892ad3c95bca51cf82820173",
  },
  "linux-x64-gpu": {
    path: "tensorflow/libtensorflow/libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz",
    sha256: "20c46f761d5905f592c4eac0812e8e50d9cb439f9440a9391912cf4c02ed8be8",
  },
  "linux-arm64-cpu": {
    path: "tf-builds/libtensorflow_r2_7_linux_arm64.tar.gz",
    sha256: "9395d1ff39f5b6847f5121e679ff4e599dc7061a2a7f87ceac061c78e908e6e3",
  },
  "darwin-x64-cpu": {
    path: "tensorflow/libtensorflow/libtensorflow-cpu-darwin-x86_64-2.9.1.tar.gz",
    sha256: "56f83d3320ba0f69aaafd6c058645e1b7fbc75fb9a3fc36d6be98de1291ca226",
  },
  "darwin-arm64-cpu": {
    path: "tf-builds/libtensorflow_r2_7_darwin_arm64_cpu.tar.gz",
    sha256: "13ab22b97e2af06e431aaeb7b42fb89981965dd01aa16da035d8210aa4183d79",
  },
};

/**
 * The library for this machine.
 * @throws UserError where there is none whose hash is known: what cannot be checked is not run
 */
export function googleLibrary(gpu: boolean, system = `${process.platform}-${process.arch}`): GoogleLibrary {
  const found = LIBRARIES[`${system}-${gpu ? "gpu" : "cpu"}`];
  if (found) return found;
  throw new UserError(`no sha256 of Google's ${gpu ? "GPU" : "CPU"} library for ${system} is known to check it by.`);
}
