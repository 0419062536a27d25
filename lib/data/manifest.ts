/**
 * data/manifest.json, read and checked: which public file at which commit, with which bytes, under which licence, in which
 * form, and what its tags are called in natural language.
 */
import { UserError } from "../errors";
import { isObject } from "../files/json-object";
import { parseColumns } from "./formats/columns";
import { FORMATS, type FormatName, isFormatName } from "./formats/names";
import { SCHEMES, type Scheme } from "./formats/schemes";
import { parseLabelMap } from "./labels";

/** How a source is written: a format and its options. */
export interface SourceFormat {
  name: FormatName;
  columns?: string;
  scheme?: Scheme;
  separator?: "tab" | "space";
  comments?: string;
}

/** What a source is here for. */
export const ROLES = ["test", "leak check", "evaluation copy", "train"] as const;
export type Role = (typeof ROLES)[number];

interface AnySource {
  id: string;
  /** Inside the repository. */
  path: string;
  licence: string;
  role: Role;
  format: SourceFormat;
  /** Raw tag -> name of the type, null = left out; in the order of GLiNER's list for a test. Empty: as they are. */
  labels: Record<string, string | null>;
  /** True where only the types that are marked were looked for: others may be there unmarked, and are no negatives. */
  partial: boolean;
}

/** A file of a GitHub repository, at a fixed commit. */
export interface GitHubSource extends AnySource {
  /** `owner/name`. */
  repository: string;
  /** 40 hexadecimal digits. */
  commit: string;
  /** 64 hexadecimal digits. */
  sha256: string;
  bytes: number;
}

/** A file of a data set on the Hugging Face hub, checked by the sha256 that the hub states. */
export interface HubSource extends AnySource {
  /** `owner/name`. */
  hub: string;
}

/** One third-party file. */
export type Source = GitHubSource | HubSource;

/**
 * Reads the text of a manifest: `{"label_sets": {NAME: {tag: name}}, "sources": [...]}`.
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
  const sets = isObject(value.label_sets) ? value.label_sets : {};
  const sources = value.sources.map((entry: unknown, i) => parseSource(entry, sets, `${where}, source ${i + 1}`));
  const seen = new Set<string>();
  for (const { id } of sources) {
    if (seen.has(id)) throw new UserError(`${where}: the source "${id}" is there twice.`);
    seen.add(id);
  }
  return sources;
}

function parseSource(entry: unknown, sets: Record<string, unknown>, at: string): Source {
  if (!isObject(entry)) throw new UserError(`${at} is ${JSON.stringify(entry)}, wanted an object.`);
  const where = typeof entry.id === "string" ? `${at} ("${entry.id}")` : at;
  const text = (key: string, form: RegExp, wanted: string): string => {
    const value = entry[key];
    if (typeof value === "string" && form.test(value)) return value;
    throw new UserError(`${where}: "${key}" is ${JSON.stringify(value)}, wanted ${wanted}.`);
  };
  const common: AnySource = {
    id: text("id", /^[a-z0-9_]+$/, "small letters, digits and _"),
    // The path is joined to folders of ours: it must not lead out of them.
    path: text("path", /^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\\]+$/, "a path inside the repository, without . or .."),
    licence: text("licence", /\S/, "the licence, or that none is stated"),
    role: text("role", new RegExp(`^(${ROLES.join("|")})$`), `one of ${ROLES.join(", ")}`) as Role,
    format: parseFormat(entry.format, where),
    labels: parseLabels(entry.labels, sets, where),
    partial: entry.partial === true,
  };
  if (entry.hub !== undefined) return { ...common, hub: text("hub", NAME, "the hub's owner/name") };
  return {
    ...common,
    repository: text("repository", NAME, "GitHub's owner/name"),
    commit: text("commit", /^[0-9a-f]{40}$/, "a commit of 40 hexadecimal digits"),
    sha256: text("sha256", /^[0-9a-f]{64}$/, "64 hexadecimal digits"),
    bytes: parseBytes(entry.bytes, where),
  };
}
const NAME = /^[\w-]+\/(?!\.)[\w.-]+$/;

function parseFormat(value: unknown, where: string): SourceFormat {
  const fault = (what: string, got: unknown, wanted: string) =>
    new UserError(`${where}: "${what}" is ${JSON.stringify(got)}, wanted ${wanted}.`);
  if (!isObject(value) || !isFormatName(value.name))
    throw fault("format", value, `an object with a "name" of ${Object.keys(FORMATS).join(", ")}`);
  const { name, columns, scheme, separator, comments } = value;
  if (columns !== undefined && typeof columns !== "string") throw fault("columns", columns, "a text");
  if (columns !== undefined) parseColumns(columns);
  const known = SCHEMES.find((one) => one === scheme);
  if (scheme !== undefined && known === undefined) throw fault("scheme", scheme, `one of ${SCHEMES.join(", ")}`);
  if (separator !== undefined && separator !== "tab" && separator !== "space")
    throw fault("separator", separator, "tab or space");
  if (comments !== undefined && typeof comments !== "string") throw fault("comments", comments, "a text");
  return { name, columns, scheme: known, separator, comments };
}

function parseBytes(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  throw new UserError(`${where}: "bytes" is ${JSON.stringify(value)}, wanted a positive whole number.`);
}

/** An object of tag: name, or the name of one in label_sets. */
function parseLabels(value: unknown, sets: Record<string, unknown>, where: string): Record<string, string | null> {
  if (value === undefined) return {};
  if (typeof value !== "string") return { ...parseLabelMap(value, `${where}, labels`).names };
  if (!Object.hasOwn(sets, value))
    throw new UserError(`${where}: "labels" is "${value}", wanted one of ${Object.keys(sets).join(", ")}.`);
  return { ...parseLabelMap(sets[value], `${where}, labels "${value}"`).names };
}
