import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { UserError } from "../../lib/errors";

/** A folder for the files of one test file, removed behind it. */
export class Scratch {
  readonly folder: string;

  constructor(name: string) {
    this.folder = mkdtempSync(join(tmpdir(), `workbook-${name}-`));
    after(() => rmSync(this.folder, { recursive: true }));
  }

  /** Writes a file and gives its path. */
  file(name: string, content: string | Buffer): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** The names in the folder, sorted: to see that nothing half-written is left. */
  names(): string[] {
    return readdirSync(this.folder).sort();
  }
}

/** For assert.throws and assert.rejects: one sentence for the reader that holds all of this. */
export const says =
  (...parts: (string | RegExp)[]) =>
  (error: unknown): true => {
    assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
    for (const part of parts)
      assert.ok(typeof part === "string" ? error.message.includes(part) : part.test(error.message), error.message);
    assert.match(error.message, /^[^\n]+\.$/);
    return true;
  };

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
