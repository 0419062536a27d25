/** Downloads files of a Hugging Face model or data set into the cache, pinned to one commit. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { offline } from "../../backend";
import { UserError, usageError } from "../../errors";
import { download, type RetryOptions } from "../../files/download";
import { readIndex } from "../sharded";
import { WEIGHT_FORMS } from "../weight-forms";
import { authorization } from "./access";
import { ask, type HubFile, Unreachable } from "./ask";
import { ModelCache } from "./cache";

export interface HubOptions extends RetryOptions {
  /** A branch, a tag or a commit; default "main". */
  revision?: string;
}

/** A file whose size the hub does not say is a small one. */
const MAX_UNANNOUNCED = 100_000_000;

/** "owner/name", or "name" alone as some old models have it. */
export const isHubName = (text: string) => /^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(text) && !text.includes("..");

/**
 * A model of the hub, or a data set by the name "datasets/owner/name", file by file, all of one commit.
 *
 * What the cache has is taken from there without a word to the hub, the commit of a branch included: the same call gives the
 * same weights next month. Another commit is had by naming it as `revision`.
 */
export class HubModel {
  private readonly cache: ModelCache;
  private readonly revision: string;
  private commit: string | undefined;
  /** Why nothing more can be fetched. */
  private cut: string | undefined;

  /** @throws UserError where the revision is no name */
  constructor(
    readonly name: string,
    private readonly options: HubOptions = {},
  ) {
    this.revision = options.revision ?? "main";
    if (!/^\w[\w.+-]*(\/[\w.+-]+)*$/.test(this.revision) || this.revision.includes(".."))
      throw usageError(`revision "${this.revision}" is no branch, tag or commit.`);
    this.cache = new ModelCache(name);
    this.commit = this.cache.commitOf(this.revision);
    if (offline()) this.cut = "WORKBOOK_OFFLINE or HF_HUB_OFFLINE forbids a download";
  }

  /** Where the files lie that were got. */
  get folder(): string {
    return this.cache.snapshot(this.commit ?? this.revision);
  }

  /**
   * Makes sure that a file is in the folder.
   * @returns false where the model has no such file, or it cannot be known now
   * @throws UserError where the hub cannot be reached, refuses, or sends wrong bytes
   */
  async get(file: string): Promise<boolean> {
    if (this.commit && this.cache.has(this.commit, file)) return true;
    if (this.cut || (this.commit && this.cache.isAbsent(this.commit, file))) return false;
    const found = await this.ask(file);
    if (!found) return false;
    await this.fetch(file, found);
    return true;
  }

  /** The folder, where all of these are in it. */
  cached(files: readonly string[]): string | undefined {
    const { commit } = this;
    return commit && files.every((file) => this.cache.has(commit, file)) ? this.folder : undefined;
  }

  /** The first of these that the model has. */
  async getFirst(files: readonly string[]): Promise<string | undefined> {
    for (const file of files) if (await this.get(file)) return file;
    return undefined;
  }

  /** The weights in the first form that the model has, every shard of them. @returns false where it has none */
  async getWeights(): Promise<boolean> {
    const form = await this.getFirst(WEIGHT_FORMS);
    if (form?.endsWith(".index.json"))
      for (const shard of new Set(readIndex(join(this.folder, form)).values()))
        if (!(await this.get(shard))) throw this.lacks(shard);
    return form !== undefined;
  }

  /** The tokenizer's files. @returns false where it has none that can be read here */
  async getTokenizer(): Promise<boolean> {
    for (const file of TOKENIZER_FILES) await this.get(file);
    return (await this.getFirst(["tokenizer.json", "spm.model"])) !== undefined;
  }

  /** The sentence that says what is missing, and why. */
  lacks(what: string): UserError {
    if (this.cut) return new UserError(`"${this.name}" is not in ${this.cache.folder} with ${what}, and ${this.cut}.`);
    return new UserError(`the hub has no model "${this.name}" with ${what}.`);
  }

  private async ask(file: string): Promise<HubFile | undefined> {
    try {
      const found = await ask(this.name, this.commit ?? this.revision, file, this.options);
      if (found.etag !== undefined) return this.ofCommit(found);
      if (found.commit) this.cache.markAbsent(found.commit, file);
      return undefined;
    } catch (error) {
      // The files that are there may be all that there are: a snapshot that Python made does not say which do not exist.
      if (!(error instanceof Unreachable) || !this.commit || !existsSync(this.folder)) throw error;
      this.cut = error.message.replace(/\.$/, "");
      return undefined;
    }
  }

  /** The first file's commit is everyone's. */
  private ofCommit(found: HubFile): HubFile {
    if (this.commit && found.commit !== this.commit)
      throw new UserError(`the hub gave commit ${found.commit} of "${this.name}", wanted ${this.commit}.`);
    this.commit = found.commit;
    this.cache.setCommit(this.revision, found.commit);
    return found;
  }

  private async fetch(file: string, { url, etag, size, commit }: HubFile): Promise<void> {
    const blob = this.cache.blob(etag);
    const isNew = !existsSync(blob);
    if (isNew) {
      const check = etag.length === 64 ? { sha256: etag } : { gitSha1: etag };
      if (size === undefined || size > 1e5) this.options.log?.(`downloading ${file} of ${this.name}${megabytes(size)}`);
      await download(url, blob, { ...this.options, ...check, size, limit: MAX_UNANNOUNCED, headers: authorization() });
    }
    this.cache.link(commit, file, etag, isNew);
  }
}

const TOKENIZER_FILES = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt"];

const megabytes = (bytes?: number) => (bytes === undefined ? "" : ` (${(bytes / 1e6).toFixed(1)} MB)`);
