import type { RandomStream } from "../../../lib/random";

/** Damages a file in one to three places, in the ways that real damage and attackers have. */
export function mutate(bytes: Buffer, random: RandomStream, others: readonly Buffer[]): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  for (let times = random.integer(1, 3); times > 0 && changed.length > 0; times--)
    changed = MUTATIONS[random.integer(0, MUTATIONS.length - 1)](changed, random, others);
  return changed;
}

type Mutation = (bytes: Buffer, random: RandomStream, others: readonly Buffer[]) => Buffer;

/** Values at which programs break. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
const NUMBERS = [
  "-1",
  "0",
  "1.5",
  "1e3",
  "1e999",
  "4294967296",
  "9007199254740993",
  "18446744073709551615",
  "null",
  '""',
  "[]",
  "{}",
  "true",
];
const WORDS = [
  "__proto__",
  "constructor",
  "toString",
  "../../x",
  "/etc/passwd",
  "os\nsystem\n",
  "F16",
  "I64",
  "\\u0061",
  "\ufeff",
];

/** A place in a file, near its ends as often as anywhere: headers and directories lie there. */
function place(bytes: Buffer, random: RandomStream): number {
  const near = Math.min(bytes.length, 600) - 1;
  const kind = random.integer(0, 2);
  if (kind === 0) return random.integer(0, bytes.length - 1);
  return kind === 1 ? random.integer(0, near) : bytes.length - 1 - random.integer(0, near);
}

function splice(bytes: Buffer, at: number, remove: number, insert: Buffer | string): Buffer {
  return Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from(insert),
    bytes.subarray(Math.min(bytes.length, at + remove)),
  ]);
}

const pick = <T>(list: readonly T[], random: RandomStream): T => list[random.integer(0, list.length - 1)];

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => {
    bytes[place(bytes, random)] ^= 1 << random.integer(0, 7);
    return bytes;
  },
  (bytes, random) => {
    bytes[place(bytes, random)] = random.integer(0, 255);
    return bytes;
  },
  (bytes, random) => {
    const number = Buffer.alloc(8);
    number.writeUInt32LE(pick(EDGES, random), 0);
    const width = pick([1, 2, 4, 8], random);
    return splice(bytes, place(bytes, random), width, number.subarray(0, width));
  },
  (bytes, random) => bytes.subarray(0, place(bytes, random)),
  (bytes, random) => splice(bytes, bytes.length, 0, Buffer.alloc(random.integer(1, 64), random.integer(0, 255))),
  (bytes, random) => splice(bytes, place(bytes, random), random.integer(1, 32), ""),
  // A piece of the file, or of another, once more.
  (bytes, random, others) => {
    const from = random.integer(0, 1) ? bytes : pick(others, random);
    const start = place(from, random);
    const piece = from.subarray(start, start + random.integer(1, 64));
    return splice(bytes, place(bytes, random), random.integer(0, 1) * piece.length, piece);
  },
  // Another number in place of one that is written in digits.
  (bytes, random) => {
    const text = bytes.toString("latin1");
    const found = [...text.matchAll(/\d+/g)];
    if (found.length === 0) return bytes;
    const match = pick(found, random);
    return splice(bytes, match.index ?? 0, match[0].length, pick(NUMBERS, random));
  },
  // Another word in place of one in quotes, or of a name that ends a line.
  (bytes, random) => {
    const found = [...bytes.toString("latin1").matchAll(/(?<=")[^"\n]{1,60}(?=")|[\w.]+\n/g)];
    if (found.length === 0) return bytes;
    const match = pick(found, random);
    const word = random.integer(0, 1) ? pick(found, random)[0] : pick(WORDS, random);
    return splice(
      bytes,
      match.index ?? 0,
      match[0].length,
      Buffer.from(word, random.integer(0, 1) ? "latin1" : "utf8"),
    );
  },
];
