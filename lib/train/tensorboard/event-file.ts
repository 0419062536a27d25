/** Appends a run's numbers and histograms to a TensorBoard log, and cuts it back on resume. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../../errors";
import { decodeEvent, encodeEvent, type Histogram, type TrainingEvent, versionEvent } from "./events";
import { frame, unframe } from "./records";

/**
 * An event file that TensorBoard opens (`tensorboard --logdir RUN`).
 *
 * Not tfjs-node's `summaryFileWriter`, which works on the native backend: it puts the host's name into the file's name, and
 * a resumed run would show its replayed steps twice. This one is cut back to the step at which the run goes on.
 */
export class EventFile {
  constructor(readonly path: string) {}

  /** Drops the events behind a step and what a crash cut in the middle. */
  keepUntil(step: number): void {
    if (!existsSync(this.path)) return;
    let end = 0;
    for (const record of unframe(readFileSync(this.path))) {
      if ((decodeEvent(record.data)?.step ?? 0) > step) break;
      end = record.end;
    }
    if (end > 0) truncateSync(this.path, end);
    else rmSync(this.path);
  }

  /** One event: the numbers of a step. A number that is not finite is left out: TensorBoard draws no such point. */
  append(step: number, scalars: Record<string, number>, histograms: Record<string, Histogram> = {}): void {
    const wallTime = Date.now() / 1000;
    const finite = Object.fromEntries(Object.entries(scalars).filter(([, value]) => Number.isFinite(value)));
    const event = frame(encodeEvent({ wallTime, step, scalars: finite, histograms }));
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      appendFileSync(this.path, existsSync(this.path) ? event : Buffer.concat([frame(versionEvent(wallTime)), event]));
    } catch (error) {
      throw new UserError(`cannot write ${this.path}: ${error instanceof Error ? error.message : error}.`);
    }
  }
}

/** The events of a file in their order. */
export function readEvents(path: string): TrainingEvent[] {
  return [...unframe(readFileSync(path))].flatMap(({ data }) => decodeEvent(data) ?? []);
}
