import { UserError } from "../errors";

/**
 * data/manifest.json, read and checked: which public file at which commit, with which bytes, under which licence, and
 * what its tags are called in natural language. A zero-shot model reads the names of the types, so the names are part of
 * the benchmark: `musicalartist` and `musical artist` are two different questions.
 */

/** How a source's lines are written: the order of the two columns, which a tab separates. */
export type BioColumns = "token tag" | "tag token";

/** One third-party file. */
export interface Source {
  id: string;
  /** GitHub's `owner/name`. */
  repository: string;
  /** 40 hexadecimal digits. */
  commit: string;
  /** Inside the repository. */
  path: string;
  /** 64 hexadecimal digits. */
  sha256: string;
  bytes: number;
  licence: string;
  columns: BioColumns;
  /** Raw tag -> name of the type, in the order of GLiNER's own list of types for this set. */
  labels: Record<string, string>;
}

/**
 * Reads the text of a manifest: `{"sources": [...]}`.
 * @param where the manifest's path, named in every error
 * @throws UserError naming the source, the entry, what it is and what was wanted
 */
export function parseManifest(text: string, where: string): Source[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${where}: not JSON (${error instanceof Error ? error.message : error}).`);
  }
  if (!isObject(value) || !Array.isArray(value.sources))
    throw new UserError(`${where}: wanted an object with a list "sources".`);
  const sources = value.sources.map((entry: unknown, i) => parseSource(entry, `${where}, source ${i + 1}`));
  const seen = new Set<string>();
  for (const { id } of sources) {
    if (seen.has(id)) throw new UserError(`${where}: the source "${id}" is there twice.`);
    seen.add(id);
  }
  return sources;
}

function parseSource(entry: unknown, at: string): Source {
  if (!isObject(entry)) throw new UserError(`${at} is ${JSON.stringify(entry)}, wanted an object.`);
  const where = typeof entry.id === "string" ? `${at} ("${entry.id}")` : at;
  const text = (key: string, form: RegExp, wanted: string): string => {
    const value = entry[key];
    if (typeof value === "string" && form.test(value)) return value;
    throw new UserError(`${where}: "${key}" is ${JSON.stringify(value)}, wanted ${wanted}.`);
  };
  const format = text("format", /^bio: (token tag|tag token)$/, '"bio: token tag" or "bio: tag token"');
  return {
    id: text("id", /^[a-z0-9_]+$/, "small letters, digits and _"),
    repository: text("repository", /^[\w-]+\/(?!\.)[\w.-]+$/, "GitHub's owner/name"),
    commit: text("commit", /^[0-9a-f]{40}$/, "a commit of 40 hexadecimal digits"),
    // The path is joined to folders of ours: it must not lead out of them.
    path: text("path", /^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\\]+$/, "a path inside the repository, without . or .."),
    sha256: text("sha256", /^[0-9a-f]{64}$/, "64 hexadecimal digits"),
    bytes: parseBytes(entry.bytes, where),
    licence: text("licence", /\S/, "the licence, or that none is stated"),
    columns: format === "bio: tag token" ? "tag token" : "token tag",
    labels: parseLabels(entry.labels, where),
  };
}

function parseBytes(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  throw new UserError(`${where}: "bytes" is ${JSON.stringify(value)}, wanted a positive whole number.`);
}

function parseLabels(value: unknown, where: string): Record<string, string> {
  if (!isObject(value) || Object.keys(value).length === 0)
    throw new UserError(`${where}: "labels" is ${JSON.stringify(value)}, wanted an object of tag: name.`);
  const labels: Record<string, string> = {};
  for (const [tag, name] of Object.entries(value)) {
    if (typeof name !== "string" || name.trim() === "")
      throw new UserError(`${where}: the tag "${tag}" is named ${JSON.stringify(name)}, wanted a name.`);
    labels[tag] = name;
  }
  return labels;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
