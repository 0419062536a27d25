import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { crc32, plainCrc32 } from "../../../lib/weights/crc32";
import { TorchFile } from "../../../lib/weights/torch/torch-file";
import { type Member, storedZip } from "../../backend/stored-zip";
import { ROOT } from "../../tiny";
import { refused } from "../refused";
import * as p from "./pickle-writer";

const folder = mkdtempSync(join(tmpdir(), "torch-"));
after(() => rmSync(folder, { recursive: true }));
const PATH = join(folder, "pytorch_model.bin");
const MARKER = join(folder, "was-here");

function put(bytes: Buffer): string {
  writeFileSync(PATH, bytes);
  return PATH;
}

/** Opens a file and reads all of it. */
async function read(bytes: Buffer): Promise<Record<string, number[]>> {
  const file = await TorchFile.open(put(bytes));
  try {
    return Object.fromEntries([...file.entries.keys()].map((name) => [name, [...file.read(name).data]]));
  } finally {
    file.close();
  }
}

const refuses = (bytes: Buffer, reason: RegExp) => refused(() => read(bytes), reason);

const SIX = { "0": p.floats(0, 1, 2, 3, 4, 5) };
const six = (view: p.View, values: number | bigint = 6) =>
  p.archive(p.pickle(p.state({ a: p.tensor(p.storage("0", values), view) })), SIX);

test("the assembler's files are read: whole, a part, transposed", async () => {
  assert.deepEqual(await read(six({ shape: [6], strides: [1] })), { a: [0, 1, 2, 3, 4, 5] });
  assert.deepEqual(await read(six({ offset: 1, shape: [2, 2], strides: [3, 1] })), { a: [1, 2, 4, 5] });
  assert.deepEqual(await read(six({ shape: [3, 2], strides: [1, 3] })), { a: [0, 3, 1, 4, 2, 5] });
});

const system = (module = "os") => p.call(p.global(module, "system"), p.text(`touch ${MARKER}`));
const raw = (code: string) => p.archive(Buffer.from(code, "latin1"));

/** Every way to name a function that pickle has; `touch` would leave a trace. */
const CALLS: [how: string, bytes: Buffer, name: RegExp][] = [
  ["as the whole", p.archive(p.pickle(system())), /names os\.system, and only tensors are built here/],
  ["by another module", p.archive(p.pickle(system("posix"))), /names posix\.system/],
  ["as a value", p.archive(p.pickle(p.state({ a: system() }))), /names os\.system/],
  ["among the attributes of a dictionary", p.archive(p.pickle(p.state({}), system(), Buffer.from("b"))), /os\.system/],
  ["as a persistent id", p.archive(p.pickle(system(), Buffer.from("Q"))), /names os\.system/],
  ["in protocol 0", raw(`cos\nsystem\n(S'touch ${MARKER}'\ntR.`), /names os\.system/],
  ["by INST", raw(`(S'touch ${MARKER}'\nios\nsystem\n.`), /the instruction "S"/],
  ["by INST, without a text", raw("(ios\nsystem\n."), /names os\.system/],
  ["by OBJ", raw("(cos\nsystem\no."), /names os\.system/],
  ["by STACK_GLOBAL", raw("\x80\x04\x8c\x02os\x8c\x06system\x93."), /names os\.system/],
  [
    "by NEWOBJ",
    p.archive(p.pickle(p.global("subprocess", "Popen"), p.tuple(), Buffer.from([0x81]))),
    /subprocess\.Popen/,
  ],
  ["by the extension registry", raw("\x80\x02\x82\x01."), /the instruction 0x82/],
  ["eval", p.archive(p.pickle(p.call(p.global("builtins", "eval"), p.text("1")))), /names builtins\.eval/],
  ["torch's own loader", p.archive(p.pickle(p.global("torch", "load"))), /names torch\.load/],
  ["a name with a line in it", raw("\x80\x04\x8c\x03o\ns\x8c\x06system\x93."), /names o\\ns\.system/],
  ["the arguments of the paper's code", p.archive(p.pickle(p.global("argparse", "Namespace"))), /argparse\.Namespace/],
];

for (const [how, bytes, name] of CALLS)
  test(`a pickle that calls a program is refused by its name: ${how}`, async () => {
    await refuses(bytes, name);
    assert.equal(existsSync(MARKER), false);
  });

test("the legacy form is as careful", async () => {
  await refuses(p.pickle(system()), /names os\.system/);
  assert.equal(existsSync(MARKER), false);
});

const HUGE = 2n ** 52n;
const UNSOUND: [what: string, bytes: Buffer, reason: RegExp][] = [
  [
    "a shape whose product overflows",
    six({ shape: [4194305, 4194305, 211106198978564n], strides: [1, 1, 1] }),
    /shape \[4194305,/,
  ],
  ["a shape beyond whole numbers", six({ shape: [2n ** 60n], strides: [1] }), /no lists of whole numbers/],
  ["a negative size", six({ shape: [-1], strides: [1] }), /no lists of whole numbers/],
  ["a negative stride", six({ offset: 5, shape: [6], strides: [-1] }), /no lists of whole numbers/],
  ["an offset past the end", six({ offset: 1, shape: [6], strides: [1] }), /shape \[6\] on a storage of 6 values/],
  ["a huge offset", six({ offset: HUGE, shape: [1], strides: [1] }), /shape \[1\] on a storage/],
  ["a huge stride", six({ shape: [2], strides: [HUGE] }), /shape \[2\] on a storage/],
  [
    "a tensor that repeats one value a billion times",
    six({ shape: [1e9], strides: [0] }),
    /shape \[1000000000\] on a storage/,
  ],
  ["more strides than sizes", six({ shape: [6], strides: [1, 1] }), /no lists of whole numbers/],
  ["a storage larger than its record", six({ shape: [6], strides: [1] }, 7), /24 bytes of storage "0", wanted 28/],
  ["a storage of 2^60 values", six({ shape: [6], strides: [1] }, 2n ** 60n), /describes a storage/],
  ["a storage of 2^52 values", six({ shape: [6], strides: [1] }, HUGE), /claims 4503599627370496 values/],
  [
    "a storage that is not there",
    p.archive(p.pickle(p.state({ a: p.tensor(p.storage("9", 6), { shape: [6], strides: [1] }) })), SIX),
    /no bytes of storage "9"/,
  ],
  [
    "a storage outside of its folder",
    p.archive(p.pickle(p.state({ a: p.tensor(p.storage("../byteorder", 6), { shape: [6], strides: [1] }) })), SIX),
    /no bytes of storage/,
  ],
  [
    "a storage in two ways",
    p.archive(p.pickle(p.state({ a: p.storage("0", 6), b: p.storage("0", 12, "HalfStorage") })), SIX),
    /in two ways/,
  ],
  ["a quantised storage", p.archive(p.pickle(p.storage("0", 6, "QInt8Storage")), SIX), /names torch\.QInt8Storage/],
  [
    "a name given twice",
    p.archive(
      p.pickle(
        p.dict([
          [p.text("a"), p.none],
          [p.text("a"), p.none],
        ]),
      ),
    ),
    /the key "a" twice/,
  ],
  ["a list of tensors", p.archive(p.pickle(p.list())), /no dictionary of tensors/],
  ["a checkpoint of a trainer", p.archive(p.pickle(p.state({ epoch: p.int(3) }))), /entry "epoch" that is no tensor/],
  ["keys that are numbers", p.archive(p.pickle(p.dict([[p.int(1), p.none]]))), /entry 1 that is no tensor/],
  ["a key that is a tuple", p.archive(p.pickle(p.dict([[p.tuple(), p.none]]))), /neither text nor number/],
  ["an empty stack", raw("."), /a value that is not there/],
  ["values that nobody takes", raw("NN."), /leaves values behind/],
  ["an unkept memory", raw("h\x05."), /recalls value 5/],
  ["a mark that is missing", raw("t."), /a mark that is not there/],
  ["a text longer than the file", raw("X\xff\xff\xff\x7fabc."), /ends too early/],
  ["a text that is no UTF-8", raw("X\x01\x00\x00\x00\xff."), /not utf-8/],
  ["a pickle without an end", raw("NNN"), /ends too early/],
  ["an unknown instruction", raw("\x80\x02\xfe."), /the instruction 0xfe/],
  ["a call of a number", raw("K\x01)R."), /calls what is no function/],
  ["a call without a tuple", raw("ccollections\nOrderedDict\nNR."), /without a tuple/],
  ["an append to a tuple", raw(")Na."), /appends to what is no list/],
  ["an item of a tuple", raw(")NNs."), /what is no dictionary/],
  ["a key without a value", raw("}(Nu."), /a key without a value/],
  ["attributes of a tuple", raw(")Nb."), /gives attributes/],
  ["no file of torch", Buffer.from("version https://git-lfs.github.com/spec/v1\n"), /neither a zip nor a pickle/],
  ["an empty file", Buffer.alloc(0), /neither a zip nor a pickle/],
  ["another program's pickle", p.pickle(p.int(1)), /not torch's/],
  ["a zip that is cut", six({ shape: [6], strides: [1] }).subarray(0, 300), /damaged zip/],
];

for (const [what, bytes, reason] of UNSOUND) test(`refuses ${what} in one sentence`, () => refuses(bytes, reason));

const WHOLE = p.pickle(p.state({ a: p.tensor(p.storage("0", 6), { shape: [6], strides: [1] }) }));
const MEMBERS: Member[] = [
  { name: "model/data.pkl", content: WHOLE },
  { name: "model/data/0", content: SIX["0"] },
];
const LINK = 0o120777 * 2 ** 16;
const zip = (...more: Member[]) => storedZip([...MEMBERS, ...more]);

/** A record whose bytes are a record themselves, to which the directory points as well. */
function sharedBytes(): Buffer {
  const inner: Member = { name: "model/data/1", content: "x" };
  const local = storedZip([inner]).subarray(0, 30 + inner.name.length + 1);
  const before = storedZip([MEMBERS[0]]).indexOf("PK\x01\x02");
  return storedZip([MEMBERS[0], { name: "model/data/0", content: local }, { ...inner, offset: before + 42 }]);
}

const ARCHIVES: [what: string, bytes: Buffer, reason: RegExp][] = [
  ["a record above the folder", zip({ name: "model/../../evil", content: "x" }), /invalid relative path/],
  ["an absolute record", zip({ name: "/etc/passwd", content: "x" }), /absolute path/],
  ["a record with a backslash", zip({ name: "model\\..\\evil", content: "x" }), /invalid characters/],
  [
    "a link",
    zip({ name: "model/data/1", content: "/etc/passwd", attributes: LINK }),
    /makes a link of the record "model\/data\/1"/,
  ],
  ["a second folder", zip({ name: "other/data.pkl", content: "x" }), /the one folder/],
  ["no pickle", storedZip({ "model/version": "3" }), /no data\.pkl/],
  ["no folder", storedZip([{ name: "data.pkl", content: WHOLE }]), /no data\.pkl in the one folder/],
  ["a record twice", zip(MEMBERS[1]), /the record "model\/data\/0" twice/],
  ["a record in another's place", zip({ name: "model/data/1", content: "x", offset: 0 }), /two names/],
  ["records that share bytes", sharedBytes(), /records that share bytes/],
  [
    "a name in the directory only",
    storedZip([{ ...MEMBERS[0], localName: "model/data.pyc" }, MEMBERS[1]]),
    /two names/,
  ],
  ["a compressed record", zip({ name: "model/data/1", content: "x", method: 8 }), /compresses the record/],
  ["an encrypted record", zip({ name: "model/data/1", content: Buffer.alloc(13), flags: 1, size: 13 }), /damaged zip/],
  ["a record longer than the file", zip({ name: "model/data/1", content: "x", size: 1e9 }), /overflows file bounds/],
  ["a pickle of another checksum", storedZip([{ ...MEMBERS[0], crc: 1 }, MEMBERS[1]]), /data\.pkl of another checksum/],
  [
    "a storage of another checksum",
    storedZip([MEMBERS[0], { ...MEMBERS[1], crc: 1 }]),
    /a storage "0" of another checksum/,
  ],
  ["a big-endian machine's", zip({ name: "model/byteorder", content: "big" }), /big-endian/],
];

for (const [what, bytes, reason] of ARCHIVES)
  test(`an archive with ${what} is refused in one sentence`, () => refuses(bytes, reason));

/** A file that PyTorch wrote, with another number at a place from a signature on. */
function altered(signature: string, at: number, bytes: number[]): Buffer {
  const file = readFileSync(join(ROOT, "test/golden/torch/lstm.bin"));
  Buffer.from(bytes).copy(file, file.lastIndexOf(signature) + at);
  return file;
}

test("the ends of the directory must agree, and name places that there are", async () => {
  const [small, large, pointer] = ["PK\x05\x06", "PK\x06\x06", "PK\x06\x07"];
  await refuses(altered(pointer, 8, [0, 0, 0, 0, 0, 0, 0, 0x76]), /place 8502796096475496000 is beyond every file/);
  await refuses(altered(large, 48, [0, 0, 0, 0, 0, 0, 0, 0x76]), /is a zip with two directories/);
  await refuses(altered(small, 16, [1]), /is a zip with two directories/);
  await refuses(altered(small, 10, [1]), /is a zip with two directories/);
  await refuses(altered(large, 32, [0xff, 0xff, 0xff]), /is a zip with two directories/);
  await refuses(Buffer.concat([altered(small, 20, [1]), Buffer.from("x")]), /is a zip with a comment/);
});

test("a directory that claims 60 terabytes is refused before any of them is looked for", async () => {
  const member = { name: "model/data/1", content: "x", size: 2 ** 30 };
  const before = process.memoryUsage().arrayBuffers;
  await refuses(storedZip([...MEMBERS, ...Array.from({ length: 60_000 }, () => member)]), /overflows file bounds/);
  assert.ok(process.memoryUsage().arrayBuffers - before < 100e6);
});

test("the two checksums are one", () => {
  const bytes = Buffer.from("the quick brown fox");
  assert.equal(crc32(bytes), plainCrc32(bytes));
  assert.equal(plainCrc32(bytes.subarray(9), plainCrc32(bytes.subarray(0, 9))), crc32(bytes));
  assert.equal(plainCrc32(Buffer.from("123456789")), 0xcbf43926, "the check value of CRC-32");
});
