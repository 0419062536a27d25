/** The recipe key mixed_precision: the values it may have, and why only one of them runs on TensorFlow.js. */
import type { BackendInfo } from "../../backend";
import { UserError } from "../../errors";

/** In which numbers matrix products are computed; weights, gradients and the loss are float32 in any case. */
export const PRECISIONS = ["no", "fp16", "bf16"] as const;
export type Precision = (typeof PRECISIONS)[number];

/**
 * Refuses what this backend cannot do, rather than train in another precision than the recipe says.
 *
 * TensorFlow.js 4.22 has no tensor of half width on any backend. What a GPU can do instead, matrix products in TensorFloat-32,
 * it does without being asked.
 * @throws UserError (usage) for anything but "no"
 */
export function checkPrecision(precision: Precision, backend: BackendInfo): void {
  if (precision === "no") return;
  const why = backend.gpu
    ? "TensorFlow.js has no half-width tensors; this GPU's own TensorFloat-32 needs no key"
    : `mixed precision needs a GPU, and ${backend.library} computes on the CPU`;
  throw new UserError(`mixed_precision is "${precision}": ${why}; set mixed_precision: no.`, 2);
}
