/**
 * What releases of GLiNER were seen to do with a configuration, by running them (data/versions): which keys their package asks for,
 * without which key it stops, and what it takes for a key that is not given. train.py, which is in no release, was not watched.
 */
import { readdirSync } from "node:fs";
import { dataPath } from "../../data/project";
import { entryOf, versionOf } from "../../era";
import { readJson } from "../../files/json";
import { officialNames, readOfficial } from "../../provenance/official";

export interface Release {
  /** The release that was run. */
  version: string;
  /** By official file: the keys that its package asked for, or "fails: " and Python's message. */
  read: Readonly<Record<string, readonly string[] | string>>;
  /** What the class of a span model's configuration takes for a key that is not given; {} = there is no such class. */
  defaults: Readonly<Record<string, unknown>>;
}

let releases: readonly (Release & { since: string })[] | undefined;

/** The release that was run and that a version is nearest after; undefined for the paper's code, which is in no release. */
export function releaseOf(era: string): Release | undefined {
  releases ??= readdirSync(dataPath("versions"))
    .map((name) => readJson(dataPath("versions", name)) as Release)
    .sort((a, b) => order(a.version) - order(b.version))
    .map((release) => ({ ...release, since: release.version }));
  return order(era) < order(releases[0].version) ? undefined : entryOf(releases, era);
}

const order = (version: string) => versionOf(version).reduce((sum, part) => sum * 1000 + part, 0);

/** The one official file of a model with an encoder of its own for the types: such a model asks for other keys. */
const BI_ENCODER = "config-2024-08-18.yaml";

/** Whether the package asks for a key; undefined where no file that it was given has the key. */
export function asksFor({ read }: Release, key: string, biEncoder: boolean): boolean | undefined {
  const files = Object.entries(read).filter(([name]) => (name === BI_ENCODER) === biEncoder);
  const seen = files.flatMap(([, keys]) => (typeof keys === "string" ? [] : [keys]));
  if (seen.some((keys) => keys.includes(key))) return true;
  return seen.length > 0 && given(key, biEncoder) ? false : undefined;
}

/** Keys of the official files, those of the bi-encoder's apart: what a package that asks for none of them was shown. */
function given(key: string, biEncoder: boolean): boolean {
  shown ??= [true, false].map((bi) => new Set(namesIn(bi)));
  return shown[biEncoder ? 0 : 1].has(key);
}
let shown: readonly ReadonlySet<string>[] | undefined;

function namesIn(biEncoder: boolean): string[] {
  return officialNames()
    .filter((name) => (`${name}.yaml` === BI_ENCODER) === biEncoder)
    .flatMap((name) => {
      const { model, training, unread, elsewhere } = readOfficial(name);
      return Object.keys({ ...model, ...training, ...unread, ...elsewhere });
    });
}

/** Keys without which the package stops with an AttributeError, as far as that was seen. */
export function neededBy({ read }: Release): string[] {
  const lost = Object.values(read).flatMap((keys) =>
    typeof keys === "string" ? (/has no attribute '(\w+)'/.exec(keys)?.[1] ?? []) : [],
  );
  return [...new Set(lost)];
}
