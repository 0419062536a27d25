/** What a backend is called and what it says of itself. */

/** TensorFlow.js's own names of the three backends that run in Node. */
export type BackendName = "tensorflow" | "wasm" | "cpu";

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
}
