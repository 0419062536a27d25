/** Where a verb's output goes: readers who leave, devices that are full, results that must not be lost. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ROOT, TINY_BERT, TINY_RECORDS } from "../tiny";
import { verb } from "./verb";

const scratch = mkdtempSync(join(tmpdir(), "output-"));
after(() => rmSync(scratch, { recursive: true }));
const data = join(scratch, "data.jsonl");
writeFileSync(data, TINY_RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(""));

const script = (name: string) => join(ROOT, "dist/lib/cli", `${name}.js`);
const PREDICT = [script("predict"), "--model", TINY_BERT, "--labels", "person,city", "--threshold", ".01", "--lines"];
const LINES = "Ada met Bo in Paris.\n".repeat(300);

/** Starts a verb, reads one piece of its output and leaves. */
async function head(
  words: readonly string[],
  input: string,
): Promise<{ code: number | null; err: string; first: string }> {
  const child = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "pipe"] });
  let err = "";
  child.stderr.on("data", (text) => (err += text));
  // It may leave before it has read everything.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [first] = await once(child.stdout, "data");
  child.stdout.destroy();
  const [code] = await once(child, "close");
  return { code, err, first: String(first) };
}

const noStack = (err: string) => assert.doesNotMatch(err, /^\s+at |Error:/m);

test("a reader who leaves (| head -1) ends the verb at once, cleanly", async () => {
  const { code, err, first } = await head(PREDICT, LINES);
  assert.equal(code, 0, err);
  assert.match(first, /^\{"line":1,"text"/);
  noStack(err);
});

test("with --json the work goes on and its result is written", async () => {
  const json = join(scratch, "left.json");
  const { code, err } = await head([...PREDICT, "--json", json], LINES);
  assert.equal(code, 0, err);
  noStack(err);
  assert.ok(existsSync(json));
});

test("a closed standard error is nothing to stop for", async () => {
  const child = spawn(process.execPath, PREDICT, { stdio: ["pipe", "pipe", "pipe"] });
  child.stderr.destroy();
  child.stdin.end("Ada met Bo in Paris.\n");
  let out = "";
  child.stdout.on("data", (text) => (out += text));
  const [code] = await once(child, "close");
  assert.equal(code, 0);
  assert.match(out, /"label"/);
});

const posix = { skip: !existsSync("/dev/full") && "no /dev/full on this machine" };

test("a full output device is one sentence and exit code 1", posix, () => {
  for (const words of [["doctor"], ["predict", "--help"], ["doctor", "--data", data]]) {
    const [name, ...rest] = words;
    const { status, stderr } = spawnSync(process.execPath, [script(name), ...rest], {
      stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
      encoding: "utf8",
    });
    assert.equal(status, 1, words.join(" "));
    assert.match(stderr, /standard output cannot be written: ENOSPC/);
    noStack(stderr);
  }
});

test("a --json that cannot be written is refused before the work", () => {
  mkdirSync(join(scratch, "a-folder"));
  const cases: [string, RegExp][] = [
    ["", /--json: cannot write "": wanted the name of a file\./],
    [join(scratch, "a-folder"), /--json: cannot write .*a-folder: it is a folder/],
    [join(scratch, "none/x.json"), /--json: cannot write .*none\/x\.json: ENOENT/],
    [join(data, "x.json"), /--json: cannot write .*x\.json: ENOTDIR/],
  ];
  for (const [json, pattern] of cases) {
    const ended = verb("doctor", ["--data", data, `--json=${json}`]);
    assert.equal(ended.code, 2, ended.err);
    assert.match(ended.err, pattern);
    assert.equal(ended.out, "", "the work was done first");
    noStack(ended.err);
  }
});

test("where the write fails after the work, the result is printed", posix, () => {
  const ended = verb("doctor", ["--data", data, "--json", "/dev/full"]);
  assert.equal(ended.code, 1);
  assert.match(
    ended.err,
    /--json: cannot write \/dev\/full: ENOSPC.* The result stands on standard output instead\.$/m,
  );
  const result = JSON.parse(ended.out.slice(ended.out.indexOf("\n{") + 1));
  assert.ok(Object.keys(result).length > 0);
});

const inNamespace = (command: string) =>
  spawnSync("unshare", ["--user", "--map-root-user", "--mount", "bash", "-c", command], { encoding: "utf8" });
const mounts = inNamespace(`mount -t tmpfs tmpfs ${scratch}`).status === 0;

test("a full disk is noticed before the work, and leaves nothing half-written", {
  skip: !mounts && "no mount namespace on this machine",
}, () => {
  const disk = join(scratch, "disk");
  mkdirSync(disk);
  const { stdout, stderr } = inNamespace(
    `mount -t tmpfs -o size=64k tmpfs ${disk} && head -c 60000 /dev/zero > ${disk}/fill; ${process.execPath} ${script("doctor")} --data ${data} --json ${disk}/x.json; echo "code $?"; ls ${disk}`,
  );
  assert.match(stderr, /^doctor: --json: cannot write .*x\.json: ENOSPC/m);
  assert.equal(stdout, "code 2\nfill\n");
});

test("--json /dev/stdout goes behind what the verb prints, and replaces nothing", () => {
  const ended = verb("doctor", ["--data", data, "--json", "/dev/stdout"]);
  assert.equal(ended.code, 0, ended.err);
  JSON.parse(ended.out.slice(ended.out.indexOf("\n{") + 1));
});

test("a notebook's folder that is a file is refused before a cell runs", () => {
  const { code, err } = verb("workbook", ["00", "--out", join(data, "book")]);
  assert.equal(code, 1);
  assert.match(err, /^workbook: cannot make the folder of --out .*book: .*(is a file|ENOTDIR)/);
  noStack(err);
  assert.deepEqual(readdirSync(scratch).includes("book"), false);
  assert.equal(readFileSync(data, "utf8").split("\n").length, TINY_RECORDS.length + 1);
});
