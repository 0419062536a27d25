/**
 * Repair: what a cell prints after its end. Stock tslab gives it to whichever cell runs, as if that had printed it. Here it
 * arrives under the cell that runs then, each line with the number of the cell that it is of, because nbclient reads nothing
 * else; and where no cell runs, as in JupyterLab while the reader reads, under its own cell.
 */
import { type CellRun, runningCode } from "./stop/cell-run";
import type { StreamName, Streams } from "./streams";

/** How long a text waits for the next cell of a front end that runs one after the other (ms). */
const NEXT_CELL = 250;

export class LateOutput {
  private active: CellRun | undefined;
  private last: CellRun | undefined;
  private held: { owner: CellRun; name: StreamName; text: string }[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly streams: Streams) {}

  /** From now on this cell runs; what waited for it comes first. */
  begin(run: CellRun): void {
    this.streams.flush();
    this.active = run;
    this.last = run;
    clearTimeout(this.timer);
    for (const { owner, name, text } of this.held.splice(0)) this.print(name, text, owner);
  }

  /** The cell has ended, and all that it printed is out. */
  end(run: CellRun): void {
    this.streams.flush();
    run.ended = true;
    this.active = undefined;
  }

  /** @param owner the cell whose code prints; the running one where it is nobody's */
  print(name: StreamName, text: string, owner = runningCode() ?? this.active ?? this.last): void {
    if (owner === undefined) return;
    if (owner === this.active) this.streams.write(name, text, owner.say);
    else if (this.active) this.streams.write(name, labelled(owner, text), this.active.say);
    else this.hold({ owner, name, text });
  }

  /** Where a display of the running code goes, after a line that says whose it is if its cell has ended. */
  place(): CellRun | undefined {
    const owner = runningCode() ?? this.active ?? this.last;
    if (!owner || owner === this.active || !this.active) return owner;
    this.print("stdout", "shows:\n", owner);
    return this.active;
  }

  private hold(output: LateOutput["held"][number]): void {
    this.held.push(output);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.release(), NEXT_CELL);
  }

  /** Nobody is waited for any more: what is held goes to its own cell. */
  release(): void {
    for (const { owner, name, text } of this.held.splice(0)) this.streams.write(name, text, owner.say);
    this.streams.flush();
  }
}

function labelled({ count }: CellRun, text: string): string {
  return text.replace(/^(?=[^\n])/gm, `[cell ${count}, after its end] `);
}
