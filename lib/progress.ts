/**
 * A line of progress with the time left: redrawn in place on a terminal, printed every ten seconds elsewhere, so that a log
 * stays readable.
 */
export class Progress {
  private readonly start = performance.now();
  private first: number | undefined;
  private printed = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly total: number,
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {}

  /** @param done how many are done, this one included */
  show(done: number, text: string): void {
    this.first ??= done - 1;
    const now = performance.now();
    const last = done === this.total;
    const pause = this.stream.isTTY ? 200 : 10_000;
    if (!last && now - this.printed < pause) return;
    this.printed = now;
    const seconds = (now - this.start) / 1000;
    const left = ((this.total - done) * seconds) / Math.max(1, done - this.first);
    const line = `${done}/${this.total}  ${text}  ${duration(seconds)} gone, ${duration(left)} left`;
    if (!this.stream.isTTY) this.stream.write(`${line}\n`);
    else this.stream.write(`\r\x1b[K${line}${last ? "\n" : ""}`);
  }
}

/** Seconds as "45 s", "12 min" or "3.4 h". */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
