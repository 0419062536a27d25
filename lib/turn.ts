/**
 * Between two pieces of long work: lets timers, input, signals and a notebook's messages through.
 * @throws what the signal says where it came: an AbortError
 */
export async function turn(signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
