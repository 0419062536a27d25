/** What this machine is: the facts that manifests, benchmarks and the doctor state. */
import { arch, availableParallelism, cpus, freemem, platform, release, totalmem } from "node:os";

export interface MachineFacts {
  /** Operating system, its release and the architecture. */
  platform: string;
  processor: string;
  /** Those that this process may use. */
  cores: number;
  /** In gigabytes, to a tenth. */
  memory_gb: { total: number; free: number };
}

const gigabytes = (bytes: number) => Math.round(bytes / 1e8) / 10;

export function machineFacts(): MachineFacts {
  return {
    platform: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model.trim() || "unknown",
    cores: availableParallelism(),
    memory_gb: { total: gigabytes(totalmem()), free: gigabytes(freemem()) },
  };
}
