/** The keys that tell whether an earlier choice of backend still holds: this machine, and the tools on it. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { offline } from "../../files/places";
import { pipSettingsKey } from "./pip-settings";
import { compiler, python, which } from "./run";

/** True where an NVIDIA driver runs; whether TensorFlow can use the GPU is found out by loading it. */
export function seesGpu(): boolean {
  return existsSync("/proc/driver/nvidia/version") || which("nvidia-smi") !== undefined;
}

/** What a native library has to fit, as one text: where it changes, the choice is made again. */
export function machineKey(): string {
  const node = process.versions.node.split(".")[0];
  return ["1", `node${node}`, process.platform, process.arch, seesGpu() ? "gpu" : "no gpu"].join(" | ");
}

/** What getting one needs: wasm was chosen for the want of some of it, so with other tools the choice is made again. */
export function toolsKey(): string {
  const tools = [compiler() ? "c++" : "no c++", python() ? "python" : "no python", offline() ? "offline" : "online"];
  return [...tools, pipSettingsKey(), ...["HTTPS_PROXY", "TFJS_NODE_CDN_STORAGE"].map(addressKey)].join(" | ");
}

/** An address of the environment as a short text that changes with it: it may hold a password. */
function addressKey(name: string): string {
  const value = process.env[name];
  return value ? createHash("sha256").update(value).digest("hex").slice(0, 8) : "";
}
