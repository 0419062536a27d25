import { readData } from "../data/project";

/** The licence of each source (`src`) of the training corpora: data/corpus-licences.json. */
export function sourceLicences(): Record<string, string> {
  return readData("corpus-licences.json") as Record<string, string>;
}
