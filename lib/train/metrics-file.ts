/** The metrics of a run on disk, one JSON line a step, cut back on resume. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { UserError } from "../errors";
import { writeAtomically } from "../files/atomic";

/** A file of JSON lines, one a step, in which a replay leaves no step twice. */
export class MetricsFile {
  constructor(readonly path: string) {}

  /** Drops the lines behind a step, and one that a crash cut in the middle. */
  keepUntil(step: number): void {
    if (!existsSync(this.path)) return;
    const kept = readMetrics(this.path).filter((line) => line.step <= step);
    writeAtomically(this.path, kept.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }

  /** @throws UserError where the disk is full or the folder read-only */
  append(line: { step: number }): void {
    try {
      appendFileSync(this.path, `${JSON.stringify(line)}\n`);
    } catch (error) {
      throw new UserError(`cannot write ${this.path}: ${error instanceof Error ? error.message : error}.`);
    }
  }
}

/** The lines of a metrics file; a last one that is not whole is left out. @throws UserError where another is broken */
export function readMetrics(path: string): { step: number }[] {
  const lines = readFileSync(path, "utf8").split("\n");
  const whole = lines.slice(0, -1);
  return whole.map((text, i) => {
    try {
      return JSON.parse(text) as { step: number };
    } catch {
      throw new UserError(`${path}, line ${i + 1}: not JSON; remove the line to go on.`);
    }
  });
}
