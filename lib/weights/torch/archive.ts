/** The zip that torch.save writes: uncompressed records in one folder, `data.pkl` and the storages `data/0`, `data/1`, ... */
import { readSync } from "node:fs";
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from "yauzl";
import { readBytes } from "../../files/bytes";
import { quote } from "../../files/json-object";
import { PickleError } from "./values";

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
export async function records(descriptor: number, size: number): Promise<Map<string, Place>> {
  const options = { lazyEntries: true, autoClose: false, strictFileNames: true };
  const zip = await fromRandomAccessReaderPromise(new OpenFile(descriptor), size, options).catch(reject);
  try {
    checkEnd(zip, descriptor, size);
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

/** yauzl's own reader lets a place beyond whole numbers, which a zip can name, end the process. */
class OpenFile extends RandomAccessReader {
  constructor(private readonly descriptor: number) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null, bytes?: number) => void,
  ): void {
    if (Number.isSafeInteger(position)) done(null, readSync(this.descriptor, buffer, offset, length, position));
    else done(new Error(`place ${position} is beyond every file`));
  }

  /** The file stays open: its storages are read later. */
  override close(done: (error: Error | null) => void): void {
    done(null);
  }
}

/**
 * torch.save writes the end of the directory in two forms, for small archives and for large ones; where they disagree, or a
 * comment follows that could hold a third, one program would see other records than the next.
 */
function checkEnd(zip: ZipFile, descriptor: number, size: number): void {
  const end = new DataView(readBytes(descriptor, size - 22, 22));
  const [signature, records, start] = [end.getUint32(0, true), end.getUint16(10, true), end.getUint32(16, true)];
  if (signature !== 0x06054b50) throw new PickleError("is a zip with a comment");
  // All bits set: the number stands in the larger form alone.
  const isLarge = [records === 0xffff, start === 0xffffffff];
  if ((!isLarge[0] && records !== zip.entryCount) || (!isLarge[1] && start !== Number(zip.readEntryCursor)))
    throw new PickleError("is a zip with two directories");
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
