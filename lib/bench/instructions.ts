/** What the processor can multiply with: on it hangs how far any two programs are apart. */
import { readFileSync } from "node:fs";

const NAMED = /^(avx2|fma|avx512f|avx512_vnni|avx512_bf16|avx_vnni|amx_\w+|asimd|sve\w*)$/;

/** The instruction sets that matter here, as Linux names them; "unknown" where the system does not tell. */
export function instructionSets(): string {
  try {
    const [, flags] = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8")) ?? [];
    const found = (flags ?? "").split(/\s+/).filter((flag) => NAMED.test(flag));
    return found.join(" ") || "unknown";
  } catch {
    return "unknown";
  }
}
