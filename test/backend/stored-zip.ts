/** Writes zips without compression: enough for a test, and what real tools refuse to write is possible. */

export interface Member {
  name: string;
  content: string | Buffer;
  /** Lies, where they are not what the member is. */
  method?: number;
  flags?: number;
  crc?: number;
  size?: number;
  /** Unix mode and the like; a link has 0o120777 << 16. */
  attributes?: number;
  /** The name that stands in front of the bytes, where the directory has another. */
  localName?: string;
  /** Where the directory says that the member begins. */
  offset?: number;
}

export function storedZip(members: Readonly<Record<string, string>> | readonly Member[]): Buffer {
  const list = Array.isArray(members)
    ? (members as readonly Member[])
    : Object.entries(members as Record<string, string>).map(([name, content]): Member => ({ name, content }));
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const member of list) {
    const { name, content, localName = name, attributes = 0, offset = at } = member;
    const local = [
      Buffer.from("PK\x03\x04"),
      fieldsOf(member, localName),
      Buffer.from(localName),
      Buffer.from(content),
    ];
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(attributes, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), fieldsOf(member, name), tail, Buffer.from(name)]));
    locals.push(Buffer.concat(local));
    at += locals[locals.length - 1].length;
  }
  return Buffer.concat([...locals, ...central, endRecord(central, at)]);
}

function fieldsOf({ content, method = 0, flags = 0, crc, size }: Member, name: string): Buffer {
  const bytes = Buffer.from(content);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(flags, 2);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt32LE(crc ?? crc32(bytes), 10);
  fields.writeUInt32LE(method === 0 ? (size ?? bytes.length) : bytes.length, 14);
  fields.writeUInt32LE(size ?? bytes.length, 18);
  fields.writeUInt16LE(Buffer.byteLength(name), 22);
  return fields;
}

function endRecord(central: Buffer[], offset: number): Buffer {
  const end = Buffer.alloc(18);
  end.writeUInt16LE(central.length, 4);
  end.writeUInt16LE(central.length, 6);
  end.writeUInt32LE(Buffer.concat(central).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([Buffer.from("PK\x05\x06"), end]);
}

/** The checksum of zip (polynomial 0xEDB88320), bit by bit. */
function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
