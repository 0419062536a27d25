/** A reader who leaves, and an output device that takes no more: both are met by every verb, and neither is a fault of ours. */

/**
 * Ends a verb cleanly where nobody reads its standard output any more (`| head -1`): at once, or where it has a result to write
 * to a file, after its work and without a further word. An output that takes no more for another reason is one sentence and
 * exit code 1. Standard error that is gone is nothing to stop for: a run must not end because its window did.
 * @param name of the verb
 * @param hasResult true where the work goes on for a result in a file
 */
export function watchOutput(name: string, hasResult: boolean): void {
  if (watched) return;
  watched = true;
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    const isGone = error.code === "EPIPE" || error.code === "EIO" || error.code === "ERR_STREAM_DESTROYED";
    if (!isGone) {
      process.stderr.write(`${name}: standard output cannot be written: ${error.message}.\n`);
      process.exitCode = 1;
    }
    if (!hasResult) process.exit();
  });
}
let watched = false;
