import { type TestContext, test } from "node:test";
import { activeKernels, type Kernels, useBackend, useKernels } from "../lib/backend";
import { UserError } from "../lib/errors";

/** Without native ops of our own, and with them for each instruction set. */
export const LEVELS: readonly Kernels[] = ["off", "plain", "avx2", "avx512"];

/** A test that runs at every level this machine has; the others are skipped with the reason. */
export function testAtEveryLevel(name: string, body: (level: Kernels) => void | Promise<void>): void {
  for (const level of LEVELS)
    test(`${name} (native ops: ${level})`, async (context: TestContext) => {
      await useBackend();
      const before = activeKernels();
      try {
        useKernels(level);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return context.skip(error.message);
      }
      try {
        await body(level);
      } finally {
        useKernels(before);
      }
    });
}
