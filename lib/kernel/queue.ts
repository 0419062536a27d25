/**
 * Repair: the cell that disappears after a failure. Stock tslab throws away every request of the 200 ms after an error.
 * The protocol means only those that were sent before the front end could know: they are the ones that arrive before our
 * reply goes out, so the reply waits for the sockets to empty, and every later request runs.
 */

/** Time for requests that are in the sockets already to be read, before a failure is answered (ms). */
const DRAIN = 25;

export type Outcome = "ok" | "error" | "aborted";

export class ExecutionQueue {
  private tail: Promise<unknown> = Promise.resolve();
  private received = 0;
  private abortedUpTo = 0;

  /**
   * @param stopOnError the request's own wish: with it, a failure aborts the requests that wait
   * @param task runs one cell and says whether it succeeded
   */
  add(stopOnError: boolean, task: () => Promise<boolean>): Promise<Outcome> {
    const ticket = ++this.received;
    const turn = this.tail.then(async (): Promise<Outcome> => {
      if (ticket <= this.abortedUpTo) return "aborted";
      if (await task()) return "ok";
      if (stopOnError) {
        await new Promise((resolve) => setTimeout(resolve, DRAIN));
        this.abortedUpTo = this.received;
      }
      return "error";
    });
    this.tail = turn.catch(() => undefined);
    return turn;
  }
}
