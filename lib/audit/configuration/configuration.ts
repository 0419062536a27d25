/** A configuration as the code of its version sees it: what is read, what is not, and what the version fills in. */
import { eraSettings } from "../../gliner/recipe/settings";
import { isRead, keyOf, PYTHON_KEYS, readBy, resembling } from "./keys";
import { overriddenBy } from "./overrides";
import { asksFor, neededBy, type Release, releaseOf } from "./releases";

export type ConfigurationKind =
  | "official recipe"
  | "recipe of its day"
  | "recipe"
  | "Python yaml"
  | "gliner_config.json"
  | "run";

/** A configuration of any form, in the keys of today. */
export interface Configuration {
  /** A name of a recipe, or the path that was given. */
  name: string;
  kind: ConfigurationKind;
  /** The version of GLiNER whose code reads it; null = not known. */
  era: string | null;
  /** What the file says, sections flattened. */
  given: ReadonlyMap<string, unknown>;
  /** Keys of the file that nothing reads, and why. */
  unread: ReadonlyMap<string, string>;
  /** Keys of the file that no version has, and the known key that each resembles. */
  misspelt: ReadonlyMap<string, string | undefined>;
  /** Keys of the file whose value the code of the version replaces by another one, and why. */
  overridden: ReadonlyMap<string, string>;
  /** Why the version cannot take the file at all, in words; null = nothing speaks against it. */
  refused: string | null;
  /** What holds: keys that are read, and what the version does where the file is silent. */
  effective: ReadonlyMap<string, unknown>;
}

/** Whether it is known which code read it: a run or recipe of this project's, or a version. */
export const isCertain = ({ era, kind }: Pick<Configuration, "era" | "kind">): boolean =>
  era !== null || kind === "run" || kind === "recipe";

/** The version of transformers that wrote the file; "" where it does not say. */
export const transformersOf = (configuration: Pick<Configuration, "given"> | null): string =>
  String(configuration?.given.get("transformers_version") ?? "");

/** Keys that no score hangs on. */
export const isAside = (key: string): boolean => keyOf(key)?.aside === true;

/** A file of Python's, read as the code of a version reads it. @throws UserError where the era is no version */
export function pythonConfiguration(
  name: string,
  kind: ConfigurationKind,
  given: ReadonlyMap<string, unknown>,
  era: string | null,
): Configuration {
  const release = era === null ? undefined : releaseOf(era);
  const biEncoder = Boolean(given.get("labels_encoder"));
  const unread = new Map<string, string>();
  const misspelt = new Map<string, string | undefined>();
  for (const key of given.keys()) {
    const known = keyOf(key);
    const asked = release && asksFor(release, key, biEncoder);
    if (!known) misspelt.set(key, resembling(key));
    else if (!known.aside && !asked && (known.read.length === 0 || (era !== null && !isRead(known, era))))
      unread.set(key, whyUnread(key, era, release, asked));
  }
  const overrides = era === null ? [] : overriddenBy(given, era);
  const overridden = new Map(overrides.map(({ key, why }) => [key, why]));
  const effective = effectiveOf(given, unread, misspelt, era);
  for (const { key, done } of overrides) effective.set(key, done);
  const refused = kind === "Python yaml" ? refusalOf(given, release) : null;
  return { name, kind, era, given, unread, misspelt, overridden, refused, effective };
}

/** What was seen by running a release comes before what was read in the repository. */
function whyUnread(key: string, era: string | null, release: Release | undefined, asked: boolean | undefined): string {
  const known = keyOf(key);
  const by = known ? readBy(known) : "no version";
  const watched =
    release && asked === false ? `; the package of ${release.version} was run with it and never asks for it` : "";
  return `read by ${by}${era === null || by === "no version" ? "" : `, not by ${era}`}${watched}`;
}

/** A release whose configurations have no class takes nothing for a key that is missing: it stops. */
function refusalOf(given: ReadonlyMap<string, unknown>, release: Release | undefined): string | null {
  const missing = release ? neededBy(release).filter((key) => !given.has(key)) : [];
  if (!release || missing.length === 0) return null;
  return `version ${release.version} was run with a file that lacks ${missing.join(" and ")}, as this one does, and stopped with an AttributeError`;
}

function effectiveOf(
  given: ReadonlyMap<string, unknown>,
  unread: ReadonlyMap<string, string>,
  misspelt: ReadonlyMap<string, unknown>,
  era: string | null,
): Map<string, unknown> {
  const effective = new Map<string, unknown>(era === null ? [] : [...classDefaults(era), ...withoutBeingTold()]);
  for (const [key, value] of Object.entries(eraSettings(era, "--era", 2))) effective.set(key, value);
  for (const [key, value] of given) if (!unread.has(key) && !misspelt.has(key)) effective.set(key, value);
  for (const key of unread.keys()) if (!effective.has(key)) effective.set(key, keyOf(key)?.otherwise);
  return effective;
}

/** What the release's own class of configurations takes for a key that is not given. */
function classDefaults(era: string): [string, unknown][] {
  return Object.entries(releaseOf(era)?.defaults ?? {}).filter(([key]) => !isAside(key));
}

/** What every version does where its file is silent; what differs by version comes from `eraSettings`. */
function withoutBeingTold(): [string, unknown][] {
  return PYTHON_KEYS.filter((key) => "otherwise" in key).map(({ key, otherwise }) => [key, otherwise]);
}

/** Dead keys whose value differs from what happens without them: somebody believes in them. */
export function deadKeys({ given, unread, effective }: Configuration): { key: string; said: unknown; done: unknown }[] {
  return [...unread.keys()]
    .map((key) => ({ key, said: given.get(key), done: effective.get(key) }))
    .filter(({ said, done }) => JSON.stringify(said ?? null) !== JSON.stringify(done ?? null));
}
