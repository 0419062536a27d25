/** What the Hugging Face hub, or the mirror that HF_ENDPOINT names, says of a file before it is downloaded. */
import { UserError } from "../../errors";
import { Passing, type RetryOptions, tryAgain } from "../../files/download";
import { quote } from "../../files/json-object";
import { authorization, endpoint } from "./access";
import { isCommit } from "./cache";

export interface HubFile {
  url: string;
  /** sha256 of the bytes, or git's sha1 of the file: its name in the cache, and what the download is checked by. */
  etag: string;
  /** Bytes, where the hub says it. */
  size?: number;
  commit: string;
}

/** The model has no such file. */
export interface Absent {
  etag: undefined;
  /** The commit that lacks it, where the hub says so. */
  commit?: string;
}

/** The hub is not there; what the cache has may still do. */
export class Unreachable extends UserError {}

/**
 * Asks for a file of a model.
 * @throws UserError where the hub refuses, does not know the model or the revision, or gives nothing to check the bytes by
 */
export async function ask(
  model: string,
  revision: string,
  file: string,
  options: RetryOptions,
): Promise<HubFile | Absent> {
  const url = (at: string) => `${endpoint()}/${model}/resolve/${encodeURIComponent(at)}/${file}`;
  const { headers, status, commit } = await followHead(url(revision), options);
  if (status === 404) {
    refuseUnknown(model, revision, headers.get("x-error-code"));
    return { etag: undefined, commit };
  }
  if (status === 401 || status === 403)
    throw new UserError(`the hub refuses "${model}" (${status}): a private or misspelt model; set HF_TOKEN.`);
  if (status >= 400) throw new UserError(`${url(revision)} answered ${status}.`);
  if (!commit)
    throw new UserError(`${endpoint()} names no commit of "${model}": it is not a hub, or HF_ENDPOINT is wrong.`);
  const etag = (headers.get("x-linked-etag") ?? headers.get("etag") ?? "").replace(/^W\/|"/g, "");
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag))
    throw new UserError(`${url(revision)} has the tag ${quote(etag)}, which is no hash to check its bytes by.`);
  const size = headers.get("x-linked-size") ?? (status < 300 ? headers.get("content-length") : null);
  return { url: url(commit), etag, commit, size: size !== null && /^\d+$/.test(size) ? Number(size) : undefined };
}

function refuseUnknown(model: string, revision: string, code: string | null): void {
  if (code === "RepoNotFound") throw new UserError(`the hub has no model "${model}".`);
  if (code === "RevisionNotFound") throw new UserError(`the hub's model "${model}" has no revision "${revision}".`);
}

interface Head {
  status: number;
  headers: Headers;
  /** Named by the last answer that names one. */
  commit?: string;
}

/** Follows the hub's own redirects (a renamed model), not the one to its storage, where its tags are no longer given. */
async function followHead(url: string, options: RetryOptions, before?: string, hops = 0): Promise<Head> {
  const { status, headers } = await tryAgain(url, options, () => head(url, options)).catch((error) => {
    throw error instanceof Passing ? unreachable(error) : error;
  });
  const named = headers.get("x-repo-commit");
  const commit = isCommit(named) ? named : before;
  const location = headers.get("location");
  const next = location && URL.canParse(location, url) ? new URL(location, url) : undefined;
  const isOurs = next?.origin === new URL(url).origin && !headers.has("x-linked-etag");
  if (status < 300 || status >= 400 || !next || !isOurs) return { status, headers, commit };
  if (hops >= 5) throw new UserError(`${url} leads from one address to the next without an end.`);
  return followHead(next.href, options, commit, hops + 1);
}

async function head(url: string, { stall = 15_000 }: RetryOptions): Promise<Response> {
  // Compressed, the length would be another.
  const headers = { ...authorization(), "Accept-Encoding": "identity" };
  let response: Response;
  try {
    response = await fetch(url, { method: "HEAD", redirect: "manual", headers, signal: AbortSignal.timeout(stall) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Passing(cause instanceof Error ? cause.message : String(cause));
  }
  if (response.status >= 500 || response.status === 429) throw new Passing(`it answered ${response.status}`);
  return response;
}

function unreachable({ message }: Passing): Unreachable {
  return new Unreachable(
    `the hub at ${endpoint()} cannot be reached (${message}); give a local folder, or set HF_ENDPOINT to a mirror.`,
  );
}
