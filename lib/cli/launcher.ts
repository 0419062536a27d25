/** What a verb does when the launcher that started it is gone. */

/**
 * Ends this process as SIGTERM would, a checkpoint first, when its launcher was killed in a way that it could not pass on.
 * Nothing to do where no launcher started it.
 */
export function endWithLauncher(): void {
  if (!process.channel || watched) return;
  watched = true;
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  // Alone the channel is no reason to go on.
  process.channel.unref();
}
let watched = false;
