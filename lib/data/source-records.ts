/** From a source's id in data/manifest.json to its records: fetched, checked, read, renamed. */
import { UserError } from "../errors";
import { type FormatOptions, readPlaced } from "./formats/read";
import { Tally } from "./formats/tally";
import type { PlacedRecord } from "./records";
import { findSource, readSources, type SourceOptions, sourceFile } from "./sources";

/**
 * The records of a source of data/manifest.json: its verified file, read as the manifest says it is written, under the names
 * that the manifest gives its tags.
 * @throws UserError like `sourceFile`, and naming file and line where the file is not what the manifest says
 */
export async function* sourceRecords(
  id: string,
  tally: Tally = new Tally(),
  options: SourceOptions & FormatOptions = {},
): AsyncGenerator<PlacedRecord> {
  const sources = options.sources ?? readSources();
  const { format, labels, partial } = findSource(id, sources);
  const { name, ...columns } = format;
  if (name === "labels") throw new UserError(`${id} is a list of type names, wanted a source with records.`);
  const path = await sourceFile(id, { ...options, sources });
  const named = Object.keys(labels).length > 0 ? { name: id, names: labels, closed: true } : undefined;
  for await (const { record, where } of readPlaced(name, path, { labels: named, ...columns, ...options }, tally)) {
    // Only the types of a closed list were looked for: others may be there unmarked, and must not be drawn as negatives.
    const known = partial && !record.labels ? { labels: partialLabels(labels) } : {};
    yield { record: { ...record, ...known }, where };
  }
}

const partialLabels = (labels: Record<string, string | null>): string[] => [
  ...new Set(Object.values(labels).filter((name) => name !== null)),
];
