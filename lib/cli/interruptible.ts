/** An end by Ctrl-C that loses nothing: SIGINT and SIGTERM are told to the work, which ends where it can go on later. */

/** Works until it is done or told to end; a signal that comes before the work looks at it is not lost. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    return await work(stop.signal);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}
