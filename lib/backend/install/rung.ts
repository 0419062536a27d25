/** The types of one step of the install ladder: what can be tried, and what it leaves in the cache. */
import type { Rung } from "../record";
import type { Log } from "./run";

/** A library and its binding, complete in the cache. */
export interface Installed {
  /** The folder of the cache that holds all of it. */
  folder: string;
  /** The binding that Node loads, below that folder. */
  binding: string;
  /** For people, without the version: "PyPI, CPU". */
  origin: string;
}

/** One thing to try. */
export interface Candidate {
  rung: Rung;
  /** True where the library must really place its ops on a GPU, else it is refused. */
  gpu: boolean;
  /** The folder of the cache where it lies or will lie. */
  folder(): string;
  /** Makes it, or finds it in the cache. @throws UserError with the reason where this machine cannot have it */
  install(log: Log): Promise<Installed>;
}

/** Which binaries fit together: the operating system, the processor, Node-API 8, this release of TensorFlow.js. */
export const ABI = `napi8-tfjs4.22.0-${process.platform}-${process.arch}`;
