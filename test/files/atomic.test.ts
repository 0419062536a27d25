import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { UserError } from "../../lib/errors";
import { AtomicFile, checkWritable, writeAtomically } from "../../lib/files/atomic";
import { ROOT } from "../tiny";

const folder = mkdtempSync(join(tmpdir(), "workbook-atomic-"));
after(() => rmSync(folder, { recursive: true }));

/** One sentence of ours. */
const says = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UserError);
  assert.match(error.message, pattern);
  return true;
};

test("until commit the old file stands, and discard leaves no trace", () => {
  const path = join(folder, "a.txt");
  writeFileSync(path, "old");
  const file = new AtomicFile(path);
  file.write("new ".repeat(1 << 20));
  assert.equal(readFileSync(path, "utf8"), "old");
  file.discard();
  assert.deepEqual([readFileSync(path, "utf8"), readdirSync(folder)], ["old", ["a.txt"]]);
});

test("parts of any size come out in order", () => {
  const path = join(folder, "b.txt");
  const parts = Array.from({ length: 3000 }, (_, i) => `${i} é😀 `.repeat(i % 90));
  const file = new AtomicFile(path);
  for (const part of parts) file.write(part);
  file.commit();
  assert.equal(readFileSync(path, "utf8"), parts.join(""));
  file.discard();
  assert.ok(existsSync(path), "what is committed stays");
});

test("a name in .gz packs, block after block", () => {
  const path = join(folder, "c.jsonl.gz");
  const text = "a line of some length\n".repeat(200_000);
  const file = new AtomicFile(path);
  for (let at = 0; at < text.length; at += 10_000) file.write(text.slice(at, at + 10_000));
  file.commit();
  assert.ok(readFileSync(path).length < text.length / 10);
  assert.equal(gunzipSync(readFileSync(path)).toString("utf8"), text);
});

test("a folder that is not there is one sentence", () => {
  assert.throws(
    () => writeAtomically(join(folder, "none", "x"), "y"),
    says(/^cannot write .*none\/x: ENOENT: no such file or directory\.$/),
  );
  assert.ok(!existsSync(join(folder, "none")));
});

test("through a link, and a link to a link, the target is written; the links stay", () => {
  const target = join(folder, "deep/target.txt");
  mkdirSync(join(folder, "deep"));
  writeFileSync(target, "old");
  symlinkSync("deep/target.txt", join(folder, "one"));
  symlinkSync("one", join(folder, "two"));
  writeAtomically(join(folder, "two"), "new");
  assert.equal(readFileSync(target, "utf8"), "new");
  symlinkSync("deep/not-yet.txt", join(folder, "dangling"));
  writeAtomically(join(folder, "dangling"), "first");
  assert.equal(readFileSync(join(folder, "deep/not-yet.txt"), "utf8"), "first");
  for (const name of ["one", "two", "dangling"]) assert.ok(lstatSync(join(folder, name)).isSymbolicLink(), name);
  assert.deepEqual(readdirSync(join(folder, "deep")).sort(), ["not-yet.txt", "target.txt"]);
});

test("a ring of links, a folder and no name are one sentence each", () => {
  symlinkSync("ring-b", join(folder, "ring-a"));
  symlinkSync("ring-a", join(folder, "ring-b"));
  mkdirSync(join(folder, "a-folder"));
  const cases: [string, RegExp][] = [
    [join(folder, "ring-a"), /ring-a is a link that leads to itself; wanted the name of a file\.$/],
    [join(folder, "a-folder"), /^cannot write .*a-folder: it is a folder; wanted the name of a file\.$/],
    [`${join(folder, "no-folder")}/`, /it is a folder/],
    ["", /^cannot write "": wanted the name of a file\.$/],
  ];
  for (const [path, pattern] of cases)
    for (const write of [() => writeAtomically(path, "x"), () => checkWritable(path)])
      assert.throws(write, says(pattern));
});

const posix = { skip: process.platform === "win32" && "devices and pipes of POSIX" };

test("a device is written through and stays a device", posix, () => {
  assert.throws(() => writeAtomically("/dev/full", "x"), says(/^cannot write \/dev\/full: ENOSPC/));
  symlinkSync("/dev/full", join(folder, "to-full"));
  assert.throws(() => writeAtomically(join(folder, "to-full"), "x"), says(/to-full: ENOSPC/));
  checkWritable("/dev/full");
  assert.ok(statSync("/dev/full").isCharacterDevice() && lstatSync(join(folder, "to-full")).isSymbolicLink());
});

test("a named pipe gets the text and stays a pipe", posix, async () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  // Nothing is opened: a trial would wait for a reader for ever.
  checkWritable(pipe);
  const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "inherit"] });
  let read = "";
  reader.stdout.on("data", (text) => (read += text));
  const text = "a line\n".repeat(100_000);
  const writer = spawn(process.execPath, ["-e", script(pipe, text)], { stdio: "inherit" });
  await Promise.all([once(writer, "exit"), once(reader, "close")]);
  assert.equal(read, text);
  assert.ok(statSync(pipe).isFIFO());
});

const script = (path: string, text: string) =>
  `require(${JSON.stringify(join(ROOT, "dist/lib/files/atomic.js"))}).writeAtomically(${JSON.stringify(path)}, "${text.slice(0, 6)}\\n".repeat(${text.length / 7}))`;

test("/dev/stdout is what the shell has opened: a pipe, and a file that is gone on with", posix, () => {
  const piped = spawnSync(process.execPath, ["-e", script("/dev/stdout", "a line\n")], { encoding: "utf8" });
  assert.deepEqual([piped.stdout, piped.stderr], ["a line\n", ""]);
  const file = join(folder, "redirected");
  writeFileSync(file, "a line before\n");
  const descriptor = openSync(file, "a");
  spawnSync(process.execPath, ["-e", script("/dev/fd/1", "a line\n")], { stdio: ["ignore", descriptor, "inherit"] });
  assert.equal(readFileSync(file, "utf8"), "a line before\na line\n");
  assert.throws(() => writeAtomically("/dev/fd/999", "x"), says(/\/dev\/fd\/999: EBADF/));
});

test("the rights of a file stay as they were; a read-only one is not replaced", posix, () => {
  const secret = join(folder, "secret.json");
  writeFileSync(secret, "old", { mode: 0o600 });
  writeAtomically(secret, "new");
  assert.deepEqual([readFileSync(secret, "utf8"), statSync(secret).mode & 0o777], ["new", 0o600]);
  chmodSync(secret, 0o444);
  // The administrator may write everything.
  if (process.getuid?.() === 0) return;
  assert.throws(() => writeAtomically(secret, "newer"), says(/secret\.json: EACCES/));
  assert.equal(readFileSync(secret, "utf8"), "new");
});

test("a trial leaves what is there and nothing else", () => {
  const path = join(folder, "tried.txt");
  checkWritable(path);
  assert.equal(existsSync(path), false);
  writeFileSync(path, "kept");
  checkWritable(path);
  assert.equal(readFileSync(path, "utf8"), "kept");
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith("tried")),
    ["tried.txt"],
  );
  assert.throws(() => checkWritable(join(folder, "none/x")), says(/ENOENT/));
});
