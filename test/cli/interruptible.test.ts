/** Work that a signal ends in order, and a process that the same signal ends again once the work is over. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { interruptible } from "../../lib/cli/interruptible";

test("a signal is told to the work, and nobody listens once it is over", async () => {
  const before = process.listenerCount("SIGINT");
  const told = await interruptible(async (signal) => {
    // A listener alone keeps no process alive.
    const alive = setInterval(() => undefined, 1000);
    process.kill(process.pid, "SIGINT");
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    clearInterval(alive);
    return signal.aborted;
  });
  assert.equal(told, true);
  await assert.rejects(
    interruptible(async () => {
      throw new Error("the work failed");
    }),
    /the work failed/,
  );
  assert.equal(process.listenerCount("SIGINT"), before);
});
