import { createHash } from "node:crypto";

/** Hash of plain values, in the order of their keys. */
export function sha256(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
