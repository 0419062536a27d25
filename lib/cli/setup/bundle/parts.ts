/** What a class bundle holds, and where on this machine each part lies. */
import { existsSync, realpathSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { readRecord } from "../../../backend/record";
import { UserError } from "../../../errors";
import { BINDING_PATH, cacheFolder, PROJECT_ROOT } from "../../../files/places";
import { cachedEncoder } from "../../../weights/encoders";

/** The folder below the project's root that holds what is no part of the repository; class.sh names it too. */
export const BUNDLE_FOLDER = join(".workbook", "bundle");

/** A file or folder that is copied into the bundle. */
export interface Part {
  /** For the table of sizes. */
  name: string;
  from: string;
  /** Below the root of the bundle. */
  to: string;
  /** Path on this machine that stays out. */
  without?: string;
}

/**
 * What a laptop of this machine's kind needs beside the repository: the packages, the build, TensorFlow with its compiled binding and
 * native ops, the encoder, and Node.
 * @throws UserError where set-up has not made one of them
 */
export function bundleParts(): Part[] {
  return [
    // The binding in it is a link into this machine's cache: the first start on the laptop makes its own.
    { name: "packages", ...fromRoot("node_modules"), without: BINDING_PATH },
    { name: "build", ...fromRoot("dist") },
    ...libraryParts(),
    cached("encoder", encoder()),
    { name: "Node", from: realpathSync(process.execPath), to: join(BUNDLE_FOLDER, "bin", basename(process.execPath)) },
    { name: "class.sh", from: join(PROJECT_ROOT, "lib/cli/setup/bundle/class.sh"), to: "class.sh" },
  ];
}

const fromRoot = (name: string) => ({ from: join(PROJECT_ROOT, name), to: name });

/** Both folders of the cache, or none: WebAssembly is one of the packages. */
function libraryParts(): Part[] {
  const record = readRecord();
  if (!record) throw new UserError("this checkout has not been set up; run `npm start -- --check` first.");
  const { folder, kernels } = record;
  return [
    ...(folder === null ? [] : [cached("TensorFlow", folder)]),
    ...(kernels?.folder ? [cached("native ops", kernels.folder)] : []),
  ];
}

function encoder(): string {
  const folder = cachedEncoder();
  if (folder !== undefined) return folder;
  throw new UserError("the encoder is not in the cache; run `npm start -- --check` with a network first.");
}

/** The same place in the cache of the bundle. @throws UserError where the folder is not in this machine's cache */
function cached(name: string, from: string): Part {
  const below = relative(cacheFolder(), from);
  if (!existsSync(from) || below.startsWith(`..${sep}`))
    throw new UserError(`${name}: ${from} is not in the cache ${cacheFolder()}; run \`npm start -- --check\` first.`);
  return { name, from, to: join(BUNDLE_FOLDER, "cache", below) };
}
