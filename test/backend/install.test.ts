import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { buildInCache } from "../../lib/backend/install/build";
import { compiler, run, which } from "../../lib/backend/install/run";
import { verify } from "../../lib/backend/install/verify";
import { downloadWheel, folderBytes, safeJoin, unzip } from "../../lib/backend/install/wheel";
import { storedZip } from "./stored-zip";

let folder: string;
const path = process.env.PATH;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "workbook-install-"));
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

test("a folder of the cache is whole or not there", async () => {
  const target = join(folder, "library");
  const failing = buildInCache(target, async (temporary) => {
    writeFileSync(join(temporary, "half"), "");
    throw new Error("cut");
  });
  await assert.rejects(failing, /cut/);
  assert.deepEqual(readdirSync(folder), []);
  await buildInCache(target, async (temporary) => writeFileSync(join(temporary, "whole"), ""));
  assert.deepEqual(readdirSync(target), ["whole"]);
});

test("what a killed set-up left is cleared, what a living one writes is not", async () => {
  const dead = spawn(process.execPath, ["-e", ""]);
  await once(dead, "exit");
  mkdirSync(join(folder, `library.${dead.pid}.part`));
  mkdirSync(join(folder, `library.${process.ppid}.part`));
  await buildInCache(join(folder, "library"), async () => undefined);
  assert.deepEqual(readdirSync(folder).sort(), ["library", `library.${process.ppid}.part`].sort());
});

test("of a zip only the wanted members are unpacked", async () => {
  const zip = join(folder, "a.whl");
  writeFileSync(zip, storedZip({ "a/model/x.json": "{}", "a/code.py": "no", "a/model/deep/y.txt": "why" }));
  assert.equal(await unzip(zip, join(folder, "out"), (name) => name.split("a/model/")[1]), 2);
  assert.equal(readFileSync(join(folder, "out/deep/y.txt"), "utf8"), "why");
  assert.equal(existsSync(join(folder, "out/code.py")), false);
});

test("a member that leads out of its folder is refused", async () => {
  const zip = join(folder, "b.whl");
  for (const name of ["../evil", "a/../../evil", "/tmp/evil", "a\\..\\..\\evil"]) {
    writeFileSync(zip, storedZip({ [name]: "evil" }));
    await assert.rejects(
      unzip(zip, join(folder, "out"), (member) => member),
      /refused|invalid|absolute/i,
      name,
    );
  }
  for (const name of ["../evil", "/evil", "C:/evil", ".."])
    assert.throws(() => safeJoin(folder, name, "b.whl"), /leads out of its folder: it was refused/);
  assert.equal(safeJoin(folder, "a/..b", "b.whl"), join(folder, "a/..b"));
});

/** A Python whose pip puts a file of our choice where a download would be. */
function fakePython(lines: string): void {
  writeFileSync(join(folder, "python3"), `#!/bin/sh\n[ "$3" = --version ] && exit\n${lines}\n`);
  chmodSync(join(folder, "python3"), 0o755);
  process.env.PATH = `${folder}:${path}`;
}

test("a wheel with another content than the pinned one is refused", async () => {
  fakePython(`while [ "$1" != -d ]; do shift; done; echo forged > "$2/some_wheel-1.0-py3-none-any.whl"`);
  const wheel = { requirement: "some-wheel==1.0", sha256: "0".repeat(64) };
  const quiet = () => undefined;
  await assert.rejects(
    downloadWheel(wheel, join(folder, "w"), quiet),
    /sha256 [0-9a-f]{64}, wanted 0{64}: it was refused/,
  );
  const sha256 = createHash("sha256").update("forged\n").digest("hex");
  const found = await downloadWheel({ requirement: "some-wheel==1.0", sha256 }, join(folder, "w"), quiet);
  assert.equal(readFileSync(found, "utf8"), "forged\n");
});

test("pip's own words about a failure are kept, short", async () => {
  fakePython(`echo "much talk"; echo "ERROR: No matching distribution found for some-wheel" >&2; exit 1`);
  await assert.rejects(
    downloadWheel({ requirement: "some-wheel==1.0", sha256: "" }, join(folder, "w"), () => undefined),
    /ended with code 1: ERROR: No matching distribution found for some-wheel$/,
  );
});

test("no Python, no compiler, no network: each is said", async () => {
  process.env.PATH = folder;
  assert.equal(which("python3"), undefined);
  assert.equal(compiler(), undefined);
  await assert.rejects(
    downloadWheel({ requirement: "x==1", sha256: "" }, folder, () => undefined),
    /no Python on the PATH/,
  );
  process.env.WORKBOOK_OFFLINE = "1";
  try {
    await assert.rejects(
      downloadWheel({ requirement: "x==1", sha256: "" }, folder, () => undefined),
      /WORKBOOK_OFFLINE forbids/,
    );
  } finally {
    delete process.env.WORKBOOK_OFFLINE;
  }
});

test("a tool that is not there, and one that hangs", async () => {
  await assert.rejects(run("no-such-tool", []), /no-such-tool does not run/);
  await assert.rejects(run(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { timeout: 200 }), /SIGTERM/);
});

test("the size of a folder that is not there is 0", () => assert.equal(folderBytes(join(folder, "nothing")), 0));

test("wasm really loads and multiplies in a process of its own", async () => {
  assert.match((await verify("wasm")).version, /^4\./);
});
