/**
 * The cache that Python's huggingface_hub keeps, read and written here in the same layout, so that neither language downloads
 * what the other has:
 *
 *     models--owner--name/blobs/<etag>               the bytes, named by their hash
 *     models--owner--name/snapshots/<commit>/<file>  links to them: the repository as it was at a commit
 *     models--owner--name/refs/<revision>            the commit of a branch or tag when it was last asked for
 *     models--owner--name/.no_exist/<commit>/<file>  an empty file: the repository has none of this name
 *
 * @see huggingface_hub, file_download.py
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { UserError } from "../../errors";
import { writeAtomically } from "../../files/atomic";

/** HF_HUB_CACHE, else `hub` below HF_HOME, else below the user's cache folder. */
export function hubCache(): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface");
  const named = HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(home, "hub");
  return resolve(named.replace(/^~(?=\/|$)/, homedir()));
}

const COMMIT = /^[0-9a-f]{40}$/;

/** A hash as it comes from a hub or a file: it becomes a part of a path here. */
export const isCommit = (text: unknown): text is string => typeof text === "string" && COMMIT.test(text);

/** One repository's part of the cache. */
export class ModelCache {
  readonly folder: string;

  /** @param name "owner/name" or "name" of a model, "datasets/owner/name" of a data set */
  constructor(name: string) {
    const full = name.startsWith("datasets/") ? name : `models/${name}`;
    this.folder = join(hubCache(), full.replaceAll("/", "--"));
  }

  snapshot(commit: string): string {
    return join(this.folder, "snapshots", commit);
  }

  blob(etag: string): string {
    return join(this.folder, "blobs", etag);
  }

  has(commit: string, file: string): boolean {
    return existsSync(join(this.snapshot(commit), file));
  }

  /** Whether the hub is known to have no such file at this commit. */
  isAbsent(commit: string, file: string): boolean {
    return existsSync(this.absence(commit, file));
  }

  markAbsent(commit: string, file: string): void {
    const path = this.absence(commit, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
  }

  /** The commit of a revision, where the cache knows it. @throws UserError where the reference is damaged */
  commitOf(revision: string): string | undefined {
    if (isCommit(revision)) return revision;
    const path = this.ref(revision);
    if (!existsSync(path)) return undefined;
    const commit = readFileSync(path, "utf8").trim();
    if (isCommit(commit)) return commit;
    throw new UserError(`${path} holds no commit; remove it, and it is asked for again.`);
  }

  setCommit(revision: string, commit: string): void {
    if (revision === commit) return;
    mkdirSync(dirname(this.ref(revision)), { recursive: true });
    writeAtomically(this.ref(revision), commit);
  }

  /** Puts a blob into a snapshot: a link, or where the file system has none the file itself, as Python does. */
  link(commit: string, file: string, etag: string, isNew: boolean): void {
    const [blob, place] = [this.blob(etag), join(this.snapshot(commit), file)];
    mkdirSync(dirname(place), { recursive: true });
    try {
      symlinkSync(relative(dirname(place), blob), place);
    } catch (error) {
      // Another process was faster.
      if (existsSync(place)) return;
      if (!(error instanceof Error && "code" in error && ["EPERM", "ENOSYS", "ENOTSUP"].includes(String(error.code))))
        throw error;
      if (isNew) renameSync(blob, place);
      else copyFileSync(blob, place);
    }
  }

  private absence(commit: string, file: string): string {
    return join(this.folder, ".no_exist", commit, file);
  }

  private ref(revision: string): string {
    return join(this.folder, "refs", revision);
  }
}
