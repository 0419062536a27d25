/**
 * The project's own folder data/, and the folders of third-party text beside the checkout: where they lie, said once.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors";
import { readJson } from "../files/json";
import { PROJECT_ROOT } from "../files/places";

/** A file or folder of data/: `dataPath("results", "bench.json")`. */
export function dataPath(...parts: string[]): string {
  return join(PROJECT_ROOT, "data", ...parts);
}

/** What a JSON file of data/ holds, not yet looked at. @throws UserError where it is missing or no JSON */
export function readData(...parts: string[]): unknown {
  return readJson(dataPath(...parts), join("data", ...parts));
}

/** The training corpora are third-party text: they lie beside the checkout, or where WORKBOOK_CORPUS says. */
export function corpusFolder(): string {
  return process.env.WORKBOOK_CORPUS || join(PROJECT_ROOT, "..", "shared", "corpus");
}

/** A file of the corpora; undefined where it is not here. */
export function corpusFile(name: string): string | undefined {
  const path = join(corpusFolder(), name);
  return existsSync(path) ? path : undefined;
}

/** Where public files may lie that serve instead of a download: where WORKBOOK_MIRROR says, else beside the checkout. */
export function mirrorPath(): string {
  return process.env.WORKBOOK_MIRROR || join(PROJECT_ROOT, "..", "shared", "mirror");
}

/**
 * The same for a read that may end in a download.
 * @throws UserError where WORKBOOK_MIRROR names no folder: a typing error must not end in a silent download
 */
export function mirrorFolder(): string {
  const path = mirrorPath();
  if (!process.env.WORKBOOK_MIRROR || (existsSync(path) && statSync(path).isDirectory())) return path;
  throw new UserError(`WORKBOOK_MIRROR names ${path}, which is not a folder; correct it or unset it.`);
}
