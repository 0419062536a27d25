/** Lays the repository at HEAD and what it needs into one folder, and packs that. */
import { constants, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Log, run, which } from "../../../backend/install/run";
import { folderBytes } from "../../../backend/install/wheel";
import { UserError } from "../../../errors";
import type { Part } from "./parts";

/** The folder that the archive unpacks to. */
export const BUNDLE_NAME = "gliner-workbook";

export interface PackOptions {
  /** The checkout: its HEAD is packed, not what lies uncommitted in its folder. */
  root: string;
  /** The archive, .tar.gz. */
  out: string;
  parts: readonly Part[];
  /** Puts more into the folder before it is packed; the name is for the table of sizes. */
  add?: { name: string; fill(folder: string): Promise<void> };
  log: Log;
}

/** What a bundle is made of. */
export interface Packed {
  out: string;
  commit: string;
  /** Of the archive. */
  megabytes: number;
  /** Unpacked. */
  unpacked_mb: number;
  /** Of each part, unpacked. */
  parts_mb: Record<string, number>;
}

/**
 * Makes the archive. It is written beside its place and renamed when it is whole.
 * @throws UserError where there is no git repository or no tar, or where a part is missing
 */
export async function pack({ root, out, parts, add, log }: PackOptions): Promise<Packed> {
  for (const tool of ["git", "tar"])
    if (!which(tool)) throw new UserError(`there is no ${tool} on the PATH to make the bundle with.`);
  const commit = await headOf(root);
  const work = mkdtempSync(join(dirname(out), ".bundle-"));
  try {
    const folder = join(work, BUNDLE_NAME);
    mkdirSync(folder);
    await checkOut(root, work, folder);
    const parts_mb: Record<string, number> = { repository: megabytes(folderBytes(folder)) };
    for (const part of parts) {
      log(`adding ${part.name}`);
      copy(part, folder);
      const to = join(folder, part.to);
      parts_mb[part.name] = megabytes(statSync(to).isDirectory() ? folderBytes(to) : statSync(to).size);
    }
    await add?.fill(folder);
    const unpacked_mb = megabytes(folderBytes(folder));
    if (add) parts_mb[add.name] = unpacked_mb - Object.values(parts_mb).reduce((sum, size) => sum + size, 0);
    log(`packing ${unpacked_mb} MB`);
    const archive = join(work, "archive");
    await run("tar", ["-czf", archive, "-C", work, BUNDLE_NAME]);
    renameSync(archive, out);
    return { out, commit, megabytes: megabytes(statSync(out).size), unpacked_mb, parts_mb };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

async function headOf(root: string): Promise<string> {
  try {
    return (await run("git", ["-C", root, "rev-parse", "HEAD"])).trim();
  } catch {
    throw new UserError(`${root} is no git checkout with a commit; a bundle is made of what is committed.`);
  }
}

/** By way of git's own archive: no ignored file, no history. */
async function checkOut(root: string, work: string, folder: string): Promise<void> {
  const archive = join(work, "head.tar");
  await run("git", ["-C", root, "archive", "--format=tar", `--output=${archive}`, "HEAD"]);
  await run("tar", ["-xf", archive, "-C", folder]);
  rmSync(archive);
}

function copy({ name, from, to, without }: Part, folder: string): void {
  const target = join(folder, to);
  mkdirSync(dirname(target), { recursive: true });
  try {
    cpSync(from, target, {
      recursive: true,
      // Links within node_modules lead from one package to another and must go on doing so.
      verbatimSymlinks: true,
      // Shares the blocks where the disk can.
      mode: constants.COPYFILE_FICLONE,
      filter: (path) => path !== without,
    });
  } catch (error) {
    throw new UserError(`${name} cannot be added to the bundle: ${error instanceof Error ? error.message : error}.`);
  }
}
