/**
 * Downloads that survive a bad network: resumed by range, tried again, checked by size and hash, and renamed into
 * place only when whole, so that a file that is there is a file that is right.
 *
 * Node's own fetch does not read HTTPS_PROXY: behind a proxy that is the only way out, set HF_ENDPOINT to a mirror.
 */
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors";
import { claim } from "./claim";
import { ensureFolder } from "./folders";
import { gitSha1OfFile, sha256OfFile } from "./hash";
import { offline } from "./places";

export interface RetryOptions {
  /** One line of progress about every five seconds. */
  log?: (line: string) => void;
  /** Attempts after the first; default 4. */
  retries?: number;
  /** Milliseconds in which something must arrive; an attempt without is given up. Default 30,000. */
  stall?: number;
  /** Milliseconds before the first new attempt, doubled each time; default 500. */
  pause?: number;
}

export interface DownloadOptions extends RetryOptions {
  /** Hex; another content is refused and removed. */
  sha256?: string;
  /** Hex; the hash by which git names a file: its length counts too. */
  gitSha1?: string;
  /** Bytes; fewer count as a cut, and more are refused as soon as they arrive. */
  size?: number;
  /** The most bytes that are taken where no size is given; default 4 GB. */
  limit?: number;
  /** Bytes a second, the mean of `stall`: what is slower counts as a cut. Default 1,000. */
  slowest?: number;
  headers?: Record<string, string>;
}

/** A failure that another attempt may cure. */
export class Passing extends Error {}

/**
 * Downloads `url` to `target`. What an earlier call left in `target.part` is continued.
 * @throws UserError offline, on a refusal (404, 401, ...), a wrong hash, or when every attempt failed
 */
export async function download(url: string, target: string, options: DownloadOptions = {}): Promise<void> {
  if (offline()) throw new UserError(`${url} is not in the cache and WORKBOOK_OFFLINE forbids a download.`);
  ensureFolder(dirname(target), "the folder of a download");
  const { path: part, release } = claim(`${target}.part`);
  try {
    await tryAgain(url, options, async () => {
      await fetchPart(url, part, options);
      await check(url, part, options);
    });
    renameSync(part, target);
  } catch (error) {
    throw error instanceof Passing ? new UserError(`${url} failed ${error.message}.`) : error;
  } finally {
    release();
  }
}

/**
 * Does something that a bad network may break, and does it again after a pause where it breaks.
 * @throws Passing "5 times: the last reason" when every attempt failed; any other error at once
 */
export async function tryAgain<T>(url: string, options: RetryOptions, work: () => Promise<T>): Promise<T> {
  const { retries = 4, pause = 500, log } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      if (attempt >= retries) throw new Passing(`${attempt + 1} times: ${error.message}`);
      log?.(`  ${url}: ${error.message}; trying again`);
      await sleep(pause * 2 ** attempt);
    }
  }
}

async function fetchPart(url: string, part: string, options: DownloadOptions): Promise<void> {
  const have = existsSync(part) ? statSync(part).size : 0;
  if (options.size !== undefined && have === options.size) return;
  const abort = new AbortController();
  const watch = new Watch(abort, options);
  const most = options.size ?? options.limit ?? 4e9;
  let tooMuch: UserError | undefined;
  const refuseMore = (bytes: string) => {
    tooMuch = new UserError(`${url} ${bytes}, wanted ${most}: it was refused.`);
    return tooMuch;
  };
  try {
    // Compressed on the way, a file could not be continued, and its size would not be the announced one.
    const headers: Record<string, string> = { ...options.headers, "Accept-Encoding": "identity" };
    if (have > 0) headers.Range = `bytes=${have}-`;
    const response = await fetch(url, { headers, signal: abort.signal });
    if (response.status === 416) rmSync(part);
    refuse(url, response);
    if (!response.body) throw new Passing("no content came");
    const resumed = response.status === 206;
    if (resumed && !startsAt(response, have)) throw new Passing("another part came than the one asked for");
    const total = (resumed ? have : 0) + Number(response.headers.get("content-length"));
    if (total > most) throw refuseMore(`has ${total} bytes`);
    const counted = count(url, resumed ? have : 0, total, options, (chunk, bytes) => {
      watch.saw(chunk);
      return bytes > most ? refuseMore("has no end") : null;
    });
    // Opened here and not by the stream, which might make the file after it was removed for being too long.
    const file = await open(part, resumed ? "a" : "w");
    await pipeline(Readable.fromWeb(response.body), counted, file.createWriteStream());
  } catch (error) {
    if (error === tooMuch) rmSync(part, { force: true });
    if (error instanceof UserError || error instanceof Passing) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Passing(`it was cut: ${cause instanceof Error ? cause.message : cause}`);
  } finally {
    watch.end();
    abort.abort();
  }
}

function startsAt(response: Response, have: number): boolean {
  const start = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  return start === null || Number(start[1]) === have;
}

function refuse(url: string, { ok, status, statusText }: Response): void {
  if (ok) return;
  const text = `answered ${status} ${statusText}`.trim();
  if (status >= 500 || status === 429 || status === 408 || status === 416) throw new Passing(`it ${text}`);
  throw new UserError(`${url} ${text}${status === 401 || status === 403 ? "; a private model needs HF_TOKEN" : ""}.`);
}

/** Gives an attempt up in which too little arrives: a host that is silent, or drips. */
class Watch {
  private bytes = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(abort: AbortController, { stall = 30_000, slowest = 1000 }: DownloadOptions) {
    const seconds = stall / 1000;
    this.timer = setInterval(() => {
      if (this.bytes < slowest * seconds)
        abort.abort(new Passing(`${this.bytes === 0 ? "no byte" : `only ${this.bytes} bytes`} for ${seconds} s`));
      this.bytes = 0;
    }, stall);
  }

  saw(bytes: number): void {
    this.bytes += bytes;
  }

  end(): void {
    clearInterval(this.timer);
  }
}

/** Passes bytes on and says now and then how many there were. @param saw may refuse them by an error */
function count(
  url: string,
  start: number,
  announced: number,
  { size = announced, log }: DownloadOptions,
  saw: (chunk: number, bytes: number) => Error | null,
): Transform {
  const name = new URL(url).pathname.split("/").at(-1);
  let bytes = start;
  let spoken = Date.now();
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (Date.now() - spoken > 5000) {
        spoken = Date.now();
        log?.(`  ${name}: ${Math.round(bytes / 1e6)}${size > 0 ? ` of ${Math.round(size / 1e6)}` : ""} MB`);
      }
      done(saw(chunk.length, bytes), chunk);
    },
  });
}

async function check(url: string, part: string, { size, sha256, gitSha1 }: DownloadOptions): Promise<void> {
  const have = statSync(part).size;
  if (size !== undefined && have < size) throw new Passing(`it was cut at ${have} of ${size} bytes`);
  const faults = [
    size !== undefined && have !== size && `has ${have} bytes, wanted ${size}`,
    await wrongHash("sha256", sha256, () => sha256OfFile(part)),
    await wrongHash("git sha1", gitSha1, () => gitSha1OfFile(part)),
  ].filter((fault) => typeof fault === "string");
  if (faults.length === 0) return;
  // Kept, the wrong bytes would be continued by the next call and be wrong again.
  rmSync(part);
  throw new UserError(`${url} ${faults[0]}: it was refused.`);
}

async function wrongHash(kind: string, wanted: string | undefined, hash: () => Promise<string>) {
  const found = wanted === undefined ? undefined : await hash();
  return found !== wanted && `has ${kind} ${found}, wanted ${wanted}`;
}
