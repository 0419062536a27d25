/** The child process behind `verify.ts`: one backend loads, multiplies two matrices and reports as JSON. */
import * as tf from "@tensorflow/tfjs";
import type { BackendName } from "../info";
import { kernelOp, loadKernels, useKernels } from "../kernels";
import { useBackend } from "../use";

/**
 * Started as a process of its own by set-up: loads the backend named on the command line, multiplies two matrices and
 * prints what it found. A library that does not fit this machine takes this process down, not the set-up.
 */
async function main(name: string, kernels: string): Promise<void> {
  const info = await useBackend(name as BackendName);
  const size = 64;
  const square = tf.range(0, size * size).reshape([size, size]) as tf.Tensor2D; // [64, 64]
  const corner = tf.matMul(square, tf.eye(size).mul(2)).dataSync().at(-1); // [64, 64]
  if (kernels) tryKernels(kernels);
  process.stdout.write(`${JSON.stringify({ version: info.version, gpu: info.gpu, corner })}\n`);
}

/** GELU of 0 and 1 by the op of our own. @throws Error where it is not that */
function tryKernels(folder: string): void {
  loadKernels(folder);
  const level = useKernels();
  const [zero, one] = kernelOp("Gelu", { floats: [tf.tensor1d([0, 1])] })[0].dataSync();
  if (zero !== 0 || Math.abs(one - 0.8413447) > 1e-5)
    throw new Error(`the native ops (${level}) say GELU(0) = ${zero} and GELU(1) = ${one}`);
}

main(process.argv[2], process.argv[3]).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
