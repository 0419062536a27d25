import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../backend";

/** The licence of each source (`src`) of the training corpora: data/corpus-licences.json. */
export function sourceLicences(): Record<string, string> {
  return JSON.parse(readFileSync(join(PROJECT_ROOT, "data", "corpus-licences.json"), "utf8")) as Record<string, string>;
}
