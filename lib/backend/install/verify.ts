/** The test of every rung of the ladder: a backend counts only when a child process has computed with it. */
import { join } from "node:path";
import { UserError } from "../../errors";
import { run } from "./run";

/** What a backend said of itself when it was really loaded. */
export interface Probed {
  version: string;
  gpu: boolean;
}

/** The largest element of 2 x range(4096) as a 64 x 64 matrix, exact in float32. */
const CORNER = 8190;

/**
 * Loads a backend in a process of its own and lets it multiply two matrices.
 * @param kernels the folder with native ops of our own, to be loaded and tried too
 * @throws Error where it does not load, or UserError where it computes nonsense
 */
export async function verify(name: "tensorflow" | "wasm", kernels = ""): Promise<Probed> {
  // The record of an earlier choice and BACKEND must not decide what is probed here.
  const env = { ...process.env, BACKEND: "", KERNELS: "off", TF_CPP_MIN_LOG_LEVEL: "2" };
  const out = await run(process.execPath, [join(__dirname, "probe.js"), name, kernels], { env, timeout: 600_000 });
  const found: Probed & { corner: number } = JSON.parse(out.trim().split("\n").at(-1) ?? "{}");
  if (found.corner !== CORNER) throw new UserError(`it multiplies wrongly: ${found.corner} instead of ${CORNER}.`);
  return found;
}
