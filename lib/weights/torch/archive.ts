import { type Entry, openPromise, type ZipFile } from "yauzl";
import { quote } from "../json";
import { PickleError } from "./values";

/** The zip that torch.save writes: uncompressed records in one folder, `data.pkl` and the storages `data/0`, `data/1`, ... */

/** Where a record's bytes lie in the file. */
export interface Place {
  position: number;
  bytes: number;
  /** The checksum that the archive gives, where there is one. */
  crc?: number;
}

/** More than any model has tensors. */
const MAX_RECORDS = 100_000;
const STORED = 0;

/**
 * The records by their names below the folder.
 *
 * Nothing is unpacked, so a `..` or a link could lead nowhere; they are refused all the same, with compression (torch uses none,
 * a zip bomb does), records that share bytes, and a local header that contradicts the directory.
 * @throws PickleError with the end of a sentence
 */
export async function records(path: string): Promise<Map<string, Place>> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true }).catch(reject);
  try {
    if (zip.entryCount > MAX_RECORDS) throw new PickleError(`holds ${zip.entryCount} records`);
    const found = new Map<string, Place>();
    const taken: [begin: number, end: number][] = [];
    for await (const entry of zip.eachEntry()) {
      const { name, place } = await record(zip, entry);
      if (found.has(name)) throw new PickleError(`holds the record ${quote(name)} twice`);
      found.set(name, place);
      taken.push([entry.relativeOffsetOfLocalHeader, place.position + place.bytes]);
    }
    taken.sort(([a], [b]) => a - b);
    if (taken.some(([begin], i) => i > 0 && begin < taken[i - 1][1]))
      throw new PickleError("holds records that share bytes");
    return belowFolder(found);
  } catch (error) {
    return reject(error);
  } finally {
    zip.close();
  }
}

async function record(zip: ZipFile, entry: Entry): Promise<{ name: string; place: Place }> {
  const name = entry.fileName;
  const { fileDataStart, fileName } = await zip.readLocalFileHeaderPromise(entry);
  if (!fileName.equals(entry.fileNameRaw)) throw new PickleError(`gives the record ${quote(name)} two names`);
  if (entry.compressionMethod !== STORED) throw new PickleError(`compresses the record ${quote(name)}`);
  if (entry.isEncrypted()) throw new PickleError(`encrypts the record ${quote(name)}`);
  if (isLink(entry)) throw new PickleError(`makes a link of the record ${quote(name)}`);
  return { name, place: { position: fileDataStart, bytes: entry.uncompressedSize, crc: entry.crc32 } };
}

/** The file type that Unix programs put into the upper half of the attributes. */
const isLink = ({ externalFileAttributes }: Entry) => ((externalFileAttributes >>> 16) & 0o170000) === 0o120000;

/** All records lie in one folder, named as the file was when it was saved. */
function belowFolder(found: Map<string, Place>): Map<string, Place> {
  const folders = new Set([...found.keys()].map((name) => name.slice(0, name.indexOf("/") + 1)));
  const [folder] = folders;
  if (folders.size !== 1 || folder === "" || !found.has(`${folder}data.pkl`))
    throw new PickleError("has no data.pkl in the one folder that torch.save makes");
  return new Map([...found].map(([name, place]) => [name.slice(folder.length), place]));
}

/** yauzl speaks of the zip as our own sentences do, without a full stop. */
function reject(error: unknown): never {
  if (error instanceof PickleError) throw error;
  throw new PickleError(`is a damaged zip (${quote(error instanceof Error ? error.message : error).slice(1, -1)})`);
}
