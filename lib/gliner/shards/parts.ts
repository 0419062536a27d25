/** What has come back of an output that is not whole yet: a file a shard, beside the output, until all are there. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors";
import { AtomicFile, writeAtomically } from "../../files/atomic";
import { type Lock, lock } from "../../files/lock";

/** The parts of one output; one process has them at a time. */
export class Parts {
  private constructor(
    private readonly out: string,
    private readonly folder: string,
    private readonly lock: Lock,
  ) {}

  /** @throws UserError where another process makes the same output, or the folder cannot be made */
  static open(out: string): Parts {
    const folder = `${out}.parts`;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new UserError(`cannot make ${folder}: ${error instanceof Error ? error.message : error}.`);
    }
    return new Parts(out, folder, lock(join(folder, "lock"), `the output ${out}`));
  }

  has(id: string): boolean {
    return existsSync(this.pathOf(id));
  }

  keep(id: string, text: string): void {
    writeAtomically(this.pathOf(id), text);
  }

  read(id: string): string {
    return readFileSync(this.pathOf(id), "utf8");
  }

  /** Writes the whole output from its parts and takes them away. @param texts the output, piece by piece */
  finish(texts: Iterable<string>): void {
    const file = new AtomicFile(this.out);
    try {
      for (const text of texts) file.write(text);
    } catch (error) {
      file.discard();
      throw error;
    }
    file.commit();
    this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  close(): void {
    this.lock.release();
  }

  private pathOf(id: string): string {
    return join(this.folder, `${id}.json`);
  }
}
