import { join } from "node:path";
import { download } from "../backend/install/download";
import { UserError } from "../errors";

/** Files of a model on the Hugging Face hub, or on the mirror that HF_ENDPOINT names; HF_TOKEN opens private ones. */

interface HubFile {
  url: string;
  /** Known for large files only: the hub gives their sha256 as the entity tag. */
  sha256?: string;
  size?: number;
}

const endpoint = () => (process.env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");

function headers(): Record<string, string> {
  const token = process.env.HF_TOKEN;
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/**
 * Downloads one file of a hub model into `folder`.
 * @returns false where the model has no such file
 * @throws UserError where the hub cannot be reached, refuses, or sends wrong bytes
 */
export async function downloadFromHub(
  model: string,
  file: string,
  folder: string,
  log: (line: string) => void,
): Promise<boolean> {
  const found = await ask(`${endpoint()}/${model}/resolve/main/${file}`, model);
  if (!found) return false;
  const { url, ...expected } = found;
  await download(url, join(folder, file), { ...expected, headers: headers(), log });
  return true;
}

/** Asks for a file's headers without following the way to its storage, where the hub's own tags are no longer given. */
async function ask(url: string, model: string, hops = 0): Promise<HubFile | undefined> {
  const response = await head(url);
  if (response.status === 404) return undefined;
  if (response.status === 401 || response.status === 403)
    throw new UserError(`the hub refuses "${model}" (${response.status}): a private or misspelt model; set HF_TOKEN.`);
  if (response.status >= 400) throw new UserError(`${url} answered ${response.status} ${response.statusText}.`);
  const location = response.headers.get("location");
  // A renamed model answers with a path on the same host; the way to storage is a full address and is left to fetch.
  if (location?.startsWith("/") && hops < 5) return ask(new URL(location, url).href, model, hops + 1);
  const tag = (response.headers.get("x-linked-etag") ?? "").replace(/^W\/|"/g, "");
  const size = Number(response.headers.get("x-linked-size"));
  return { url, sha256: /^[0-9a-f]{64}$/.test(tag) ? tag : undefined, size: size > 0 ? size : undefined };
}

async function head(url: string): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(15_000);
    return await fetch(url, { method: "HEAD", redirect: "manual", headers: headers(), signal });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new UserError(
      `the hub at ${endpoint()} cannot be reached (${cause instanceof Error ? cause.message : cause}); ` +
        "give a local folder, or set HF_ENDPOINT to a mirror.",
    );
  }
}
