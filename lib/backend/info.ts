/** What a backend is called and what it says of itself. */

/** TensorFlow.js's own names of the three backends that run in Node. */
export type BackendName = "tensorflow" | "wasm" | "cpu";

/** Whether native ops of our own run beside TensorFlow's, and for which instruction set they were compiled. */
export type Kernels = "plain" | "avx2" | "avx512" | "off";

/** What computes. */
export interface BackendInfo {
  name: BackendName;
  /** For people and manifests, e.g. "TensorFlow 2.19.1 (PyPI, CPU)". */
  library: string;
  /** The library's version, e.g. "2.19.1". */
  version: string;
  /** True where a GPU is really in use, not merely present. */
  gpu: boolean;
  threads: number;
  native: boolean;
  kernels: Kernels;
}
