/**
 * Repair: printed lines that get lost. Stock tslab sends a message a write; 20,000 of them overrun the subscriber's queue
 * and most are dropped (502 arrived). Here the text of one stream is joined and sent at most every 50 ms, or sooner
 * when it is long.
 */
import type { Say } from "./stop/cell-run";

const PERIOD = 50;
const LONG = 64 * 1024;

export type StreamName = "stdout" | "stderr";
type Write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown) => boolean;

export class Streams {
  private name: StreamName = "stdout";
  private parts: string[] = [];
  private length = 0;
  private lastSent = 0;
  private timer: NodeJS.Timeout | undefined;
  private say: Say = () => undefined;

  /** @param say sends under the cell that the text goes to */
  write(name: StreamName, text: string, say: Say): void {
    if (text === "") return;
    if (name !== this.name || say !== this.say) this.flush();
    this.name = name;
    this.say = say;
    this.parts.push(text);
    this.length += text.length;
    // A synchronous loop lets no timer run, so the clock is looked at here too.
    if (this.length >= LONG || Date.now() - this.lastSent >= PERIOD) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), PERIOD);
  }

  /** Sends what is waiting; to be called before every other output, so that the order stays the cell's. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.length === 0) return;
    const text = this.parts.join("");
    this.parts = [];
    this.length = 0;
    this.lastSent = Date.now();
    this.say("stream", { name: this.name, text });
  }
}

/** Leads the process's own streams to `print`; from then on they belong to the cells. */
export function captureStreams(print: (name: StreamName, text: string) => void): void {
  process.stdout.write = writer("stdout", print);
  process.stderr.write = writer("stderr", print);
}

function writer(name: StreamName, print: (name: StreamName, text: string) => void): Write {
  const decoder = new TextDecoder();
  return (chunk, encoding, done) => {
    print(name, typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
    const callback = typeof encoding === "function" ? encoding : done;
    if (typeof callback === "function") process.nextTick(() => callback());
    return true;
  };
}
