/**
 * Third-party files, which are never committed: their bytes come from a mirror beside the checkout, from the cache, or from
 * where they are published, and are only handed out when size and sha256 are those of data/manifest.json. A test set that
 * changed under our feet would be one more unexplained difference between two runs.
 */
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError, usageError, warnOnce } from "../errors";
import { type DownloadOptions, download } from "../files/download";
import { sha256OfFile } from "../files/hash";
import { cacheFolder, offline } from "../files/places";
import { HubModel } from "../weights/hub/model";
import { type GitHubSource, type HubSource, parseManifest, type Source } from "./manifest";
import { dataPath, mirrorFolder, mirrorPath } from "./project";

/** Where GitHub serves a file of a commit. */
const RAW_URL = "https://raw.githubusercontent.com";

export const MANIFEST_PATH = dataPath("manifest.json");

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
 * The path of a source's verified file.
 *
 * Looked for in WORKBOOK_MIRROR (default ../shared/mirror) under `addressOf`, then in the cache, then under WORKBOOK_RAW_URL
 * (default GitHub's raw files), from where it goes to the cache; a file of the hub in the hub's own cache and under HF_ENDPOINT.
 * @throws UserError for an unknown id, other bytes than the manifest's, offline, or when the download fails
 */
export async function sourceFile(id: string, options: SourceOptions = {}): Promise<string> {
  const source = findSource(id, options.sources);
  const mirrored = join(mirrorFolder(), addressOf(source));
  if ("hub" in source) return existsSync(mirrored) ? mirrored : hubFile(source, options);
  const path = existsSync(mirrored) ? mirrored : cacheFolder("sources", addressOf(source));
  if (path !== mirrored && !(await isCached(source, path))) await fetchSource(source, path, options);
  const fault = await faultOf(source, path);
  if (fault === undefined) return path;
  throw new UserError(`${source.id} was refused: ${path} ${fault}; replace that file or remove it.`);
}

/** The bytes of a source. @throws UserError like `sourceFile` */
export async function openSource(id: string, options: SourceOptions = {}): Promise<Buffer> {
  return readFileSync(await sourceFile(id, options));
}

/** Below the mirror and the cache: `owner/repository/commit/path` as at GitHub, `datasets/owner/name/path` as at the hub. */
export function addressOf(source: Source): string {
  if ("hub" in source) return `datasets/${source.hub}/${source.path}`;
  return `${source.repository}/${source.commit}/${source.path}`;
}

/** True where the mirror or the cache has the file, whatever its bytes: nothing would be fetched. */
export function isHere(source: Source): boolean {
  if (existsSync(join(mirrorPath(), addressOf(source)))) return true;
  if ("hub" in source) return repositoryOf(source).cached([source.path]) !== undefined;
  return existsSync(cacheFolder("sources", addressOf(source)));
}

/** A damaged file of the cache is ours to replace: it is removed, and said. */
async function isCached(source: GitHubSource, path: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  const fault = await faultOf(source, path);
  if (fault === undefined) return true;
  warnOnce(`${path} in the cache ${fault}; it is fetched again.`);
  rmSync(path);
  return false;
}

async function fetchSource(source: GitHubSource, target: string, options: SourceOptions): Promise<void> {
  if (offline())
    throw new UserError(
      `${source.id} is neither in the mirror nor in the cache, and WORKBOOK_OFFLINE (or HF_HUB_OFFLINE) forbids a download; ${remedy(source)}.`,
    );
  const { sources: _, ...rest } = options;
  const url = `${(process.env.WORKBOOK_RAW_URL || RAW_URL).replace(/\/+$/, "")}/${encodeURI(addressOf(source))}`;
  try {
    await download(url, target, { ...rest, size: source.bytes, sha256: source.sha256 });
  } catch (error) {
    throw cannotFetch(source, error);
  }
}

/** A file of a data set of the hub, in the cache that is shared with Python; the hub itself states its hash. */
async function hubFile(source: HubSource, options: SourceOptions): Promise<string> {
  const repository = repositoryOf(source, options);
  try {
    if (await repository.get(source.path)) return join(repository.folder, source.path);
    throw repository.lacks(source.path);
  } catch (error) {
    throw cannotFetch(source, error);
  }
}

function repositoryOf({ hub }: HubSource, { sources: _, ...options }: SourceOptions = {}): HubModel {
  return new HubModel(`datasets/${hub}`, options);
}

const remedy = (source: Source) => `WORKBOOK_MIRROR can name a folder that holds ${addressOf(source)} instead`;

function cannotFetch(source: Source, error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  return new UserError(`${source.id} cannot be fetched: ${error.message.replace(/\.$/, "")}; ${remedy(source)}.`);
}

/** What is wrong with these bytes, as the end of a sentence. */
async function faultOf(source: GitHubSource, path: string): Promise<string | undefined> {
  const size = statSync(path).size;
  if (size !== source.bytes) return `has ${size} bytes, wanted ${source.bytes}`;
  const hash = await sha256OfFile(path);
  return hash === source.sha256 ? undefined : `has sha256 ${hash}, wanted ${source.sha256}`;
}
