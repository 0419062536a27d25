import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../errors";
import { offline } from "../places";
import { sha256OfFile } from "./sha256";

/**
 * Downloads that survive a bad network: resumed by range, tried again, checked by size and sha256, and renamed into
 * place only when whole, so that a file that is there is a file that is right.
 *
 * Node's own fetch does not read HTTPS_PROXY: behind a proxy that is the only way out, set HF_ENDPOINT to a mirror.
 */

export interface DownloadOptions {
  /** Hex; another content is refused and removed. */
  sha256?: string;
  /** Bytes; another size counts as a cut and is fetched again. */
  size?: number;
  headers?: Record<string, string>;
  /** One line of progress about every five seconds. */
  log?: (line: string) => void;
  /** Attempts after the first; default 4. */
  retries?: number;
  /** Milliseconds without a byte until an attempt is given up; default 30,000. */
  stall?: number;
  /** Milliseconds before the first new attempt, doubled each time; default 500. */
  pause?: number;
}

/** A failure that another attempt may cure. */
class Passing extends Error {}

/**
 * Downloads `url` to `target`. What an earlier call left in `target.part` is continued.
 * @throws UserError offline, on a refusal (404, 401, ...), a wrong hash, or when every attempt failed
 */
export async function download(url: string, target: string, options: DownloadOptions = {}): Promise<void> {
  if (offline()) throw new UserError(`${url} is not in the cache and WORKBOOK_OFFLINE forbids a download.`);
  const part = `${target}.part`;
  mkdirSync(dirname(target), { recursive: true });
  const retries = options.retries ?? 4;
  for (let attempt = 0; ; attempt++) {
    try {
      await fetchPart(url, part, options);
      await check(url, part, options);
      break;
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      if (attempt >= retries) throw new UserError(`${url} failed ${attempt + 1} times: ${error.message}.`);
      options.log?.(`  ${error.message}; trying again`);
      await sleep((options.pause ?? 500) * 2 ** attempt);
    }
  }
  renameSync(part, target);
}

async function fetchPart(url: string, part: string, options: DownloadOptions): Promise<void> {
  const have = existsSync(part) ? statSync(part).size : 0;
  if (options.size !== undefined && have === options.size) return;
  const abort = new AbortController();
  const stalled = new Passing(`no byte for ${(options.stall ?? 30_000) / 1000} s`);
  const timer = setTimeout(() => abort.abort(stalled), options.stall ?? 30_000);
  try {
    const headers = have > 0 ? { ...options.headers, Range: `bytes=${have}-` } : options.headers;
    const response = await fetch(url, { headers, signal: abort.signal });
    if (response.status === 416) rmSync(part);
    refuse(url, response);
    if (!response.body) throw new Passing(`${url} sent no content`);
    const resumed = response.status === 206;
    const watch = progress(url, resumed ? have : 0, response, options, timer);
    await pipeline(Readable.fromWeb(response.body), watch, createWriteStream(part, { flags: resumed ? "a" : "w" }));
  } catch (error) {
    if (error instanceof UserError || error instanceof Passing) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Passing(`${url} was cut: ${cause instanceof Error ? cause.message : cause}`);
  } finally {
    clearTimeout(timer);
  }
}

function refuse(url: string, { ok, status, statusText }: Response): void {
  if (ok) return;
  const text = `${url} answered ${status} ${statusText}`.trim();
  if (status >= 500 || status === 429 || status === 408 || status === 416) throw new Passing(text);
  throw new UserError(`${text}${status === 401 || status === 403 ? "; a private model needs HF_TOKEN" : ""}.`);
}

/** Counts what passes through, says so now and then, and pushes the time-out back at every byte. */
function progress(url: string, start: number, response: Response, options: DownloadOptions, timer: NodeJS.Timeout) {
  const length = Number(response.headers.get("content-length"));
  const total = options.size ?? (length > 0 ? start + length : 0);
  const name = new URL(url).pathname.split("/").at(-1);
  let bytes = start;
  let spoken = Date.now();
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      timer.refresh();
      if (Date.now() - spoken > 5000) {
        spoken = Date.now();
        options.log?.(`  ${name}: ${Math.round(bytes / 1e6)}${total > 0 ? ` of ${Math.round(total / 1e6)}` : ""} MB`);
      }
      done(null, chunk);
    },
  });
}

async function check(url: string, part: string, { size, sha256 }: DownloadOptions): Promise<void> {
  const have = statSync(part).size;
  if (size !== undefined && have < size) throw new Passing(`${url} was cut at ${have} of ${size} bytes`);
  const found = sha256 === undefined ? undefined : await sha256OfFile(part);
  if ((size === undefined || have === size) && found === sha256) return;
  // Kept, the wrong bytes would be continued by the next call and be wrong again.
  rmSync(part);
  if (size !== undefined && have !== size) throw new UserError(`${url} has ${have} bytes, wanted ${size}.`);
  throw new UserError(`${url} has sha256 ${found}, wanted ${sha256}: it was refused.`);
}
