import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, offline, PROJECT_ROOT } from "../backend";
import { type DownloadOptions, download } from "../backend/install/download";
import { UserError, usageError, warnOnce } from "../errors";
import { parseManifest, type Source } from "./manifest";

/**
 * Third-party files, which are never committed: their bytes come from a mirror beside the checkout, from the cache, or
 * from GitHub at a fixed commit, and are only handed out when size and sha256 are those of data/manifest.json. A test
 * set that changed under our feet would be one more unexplained difference between two runs.
 */

/** Where GitHub serves a file of a commit. */
const RAW_URL = "https://raw.githubusercontent.com";

export const MANIFEST_PATH = join(PROJECT_ROOT, "data/manifest.json");

/** What a download may be told, and another manifest than the project's own. */
export interface SourceOptions extends Pick<DownloadOptions, "log" | "retries" | "stall" | "pause"> {
  sources?: readonly Source[];
}

/** All sources of data/manifest.json. @throws UserError naming the source and its wrong entry */
export function readSources(path = MANIFEST_PATH): Source[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`the manifest ${path} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
  return parseManifest(text, path);
}

/** The entry of one source. @throws UserError (usage) for an id that is not in the manifest */
export function findSource(id: string, sources: readonly Source[] = readSources()): Source {
  const source = sources.find((candidate) => candidate.id === id);
  if (source) return source;
  const known = sources.map((candidate) => candidate.id).join(", ");
  throw usageError(`there is no source "${id}" in the manifest; wanted one of ${known}.`);
}

/**
 * The verified bytes of a source.
 *
 * Looked for in WORKBOOK_MIRROR (default ../shared/mirror) as `owner/repository/commit/path`, then in the cache, then
 * under WORKBOOK_RAW_URL (default GitHub's raw files), from where they go to the cache.
 * @throws UserError for an unknown id, other bytes than the manifest's, offline, or when the download fails
 */
export async function openSource(id: string, options: SourceOptions = {}): Promise<Buffer> {
  const source = findSource(id, options.sources);
  const address = addressOf(source);
  const mirrored = join(mirrorFolder(), address);
  if (existsSync(mirrored)) return verified(source, mirrored);
  const cached = cacheFolder("sources", address);
  if (!isCached(source, cached)) await fetchSource(source, cached, options);
  return verified(source, cached);
}

/** `owner/repository/commit/path`: below the mirror, the cache and GitHub's raw files alike. */
export function addressOf({ repository, commit, path }: Source): string {
  return `${repository}/${commit}/${path}`;
}

/** @throws UserError where WORKBOOK_MIRROR names no folder: a typing error must not end in a silent download */
function mirrorFolder(): string {
  const named = process.env.WORKBOOK_MIRROR;
  if (!named) return join(PROJECT_ROOT, "..", "shared", "mirror");
  if (existsSync(named) && statSync(named).isDirectory()) return named;
  throw new UserError(`WORKBOOK_MIRROR names ${named}, which is not a folder; correct it or unset it.`);
}

/** A damaged file of the cache is ours to replace: it is removed, and said. */
function isCached(source: Source, path: string): boolean {
  if (!existsSync(path)) return false;
  const fault = faultOf(source, readFileSync(path));
  if (fault === undefined) return true;
  warnOnce(`${path} in the cache ${fault}; it is fetched again.`);
  rmSync(path);
  return false;
}

async function fetchSource(source: Source, target: string, options: SourceOptions): Promise<void> {
  const { sources: _, ...rest } = options;
  const address = addressOf(source);
  const remedy = `WORKBOOK_MIRROR can name a folder that holds ${address} instead`;
  if (offline())
    throw new UserError(
      `${source.id} is neither in the mirror nor in the cache, and WORKBOOK_OFFLINE (or HF_HUB_OFFLINE) forbids a download; ${remedy}.`,
    );
  const url = `${(process.env.WORKBOOK_RAW_URL || RAW_URL).replace(/\/+$/, "")}/${encodeURI(address)}`;
  try {
    await download(url, target, { ...rest, size: source.bytes, sha256: source.sha256 });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${source.id} cannot be fetched: ${error.message.replace(/\.$/, "")}; ${remedy}.`);
  }
}

function verified(source: Source, path: string): Buffer {
  const bytes = readFileSync(path);
  const fault = faultOf(source, bytes);
  if (fault === undefined) return bytes;
  throw new UserError(`${source.id} was refused: ${path} ${fault}; replace that file or remove it.`);
}

/** What is wrong with these bytes, as the end of a sentence. */
function faultOf({ bytes, sha256 }: Source, found: Buffer): string | undefined {
  if (found.length !== bytes) return `has ${found.length} bytes, wanted ${bytes}`;
  const hash = createHash("sha256").update(found).digest("hex");
  return hash === sha256 ? undefined : `has sha256 ${hash}, wanted ${sha256}`;
}
