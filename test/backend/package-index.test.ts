/** A wheel without pip: pip's settings as pip reads them, and a package index of our own that serves it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { downloadFromIndex, type Wheel } from "../../lib/backend/install/package-index";
import { pipSettings } from "../../lib/backend/install/pip-settings";
import { downloadWheel } from "../../lib/backend/install/wheel";

const CONTENT = Buffer.from("the wheel's bytes");
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
const PURE: Wheel = { requirement: "some-wheel==1.0", sha256: SHA256 };
const BUILT: Wheel = { ...PURE, built: { platforms: ["manylinux_2_17_x86_64"], python: "311" } };
const NAMES = [
  "some_wheel-1.0.tar.gz",
  "some_wheel-0.9-py3-none-any.whl",
  "some_wheel-1.0-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
  "some_wheel-1.0-cp311-cp311-win_amd64.whl",
  "some_wheel-1.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
  "some_wheel-1.0-py2.py3-none-any.whl",
];

let server: Server;
let index: string;
let folder: string;
let calls: string[];
let answer: (call: IncomingMessage, response: ServerResponse) => void;
const quiet = () => undefined;

before(async () => {
  server = createServer((call, response) => {
    calls.push(`${call.url} ${call.headers.authorization ?? ""}`.trim());
    answer(call, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`;
});
beforeEach(() => {
  calls = [];
  answer = html;
  folder = mkdtempSync(join(tmpdir(), "workbook-index-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
after(() => {
  server.closeAllConnections();
  server.close();
});

/** PEP 503: relative links, the hash in the fragment, attributes that pip reads and we need not. */
function html(call: IncomingMessage, response: ServerResponse): void {
  if (call.url?.startsWith("/files/")) return void response.end(CONTENT);
  const links = NAMES.map(
    (name) => `<a data-requires-python="&gt;=3.9" href="../../files/${name}#sha256=${SHA256}">${name}</a><br/>`,
  );
  response
    .writeHead(200, { "content-type": "text/html" })
    .end(`<!DOCTYPE html><html><body>${links.join("\n")}</body></html>`);
}

/** PEP 691. */
function json(call: IncomingMessage, response: ServerResponse): void {
  if (call.url?.startsWith("/files/")) return void response.end(CONTENT);
  const files = NAMES.map((filename) => ({ filename, url: `/files/${filename}`, hashes: { sha256: SHA256 } }));
  const type = { "content-type": "application/vnd.pypi.simple.v1+json" };
  response.writeHead(200, type).end(JSON.stringify({ meta: { "api-version": "1.0" }, name: "some-wheel", files }));
}

for (const [kind, page] of [
  ["HTML", html],
  ["JSON", json],
] as const) {
  test(`the wheel that fits is taken from an index of ${kind}`, async () => {
    answer = page;
    await downloadFromIndex(PURE, { indexes: [index], folders: [] }, folder, quiet);
    await downloadFromIndex(BUILT, { indexes: [index], folders: [] }, folder, quiet);
    assert.deepEqual(readdirSync(folder).sort(), [NAMES[4], NAMES[5]].sort());
    assert.deepEqual(readFileSync(join(folder, NAMES[5])), CONTENT);
    assert.ok(calls.includes("/simple/some-wheel/"), calls.join());
  });
}

test("a name and password of the address become a header for that host", async () => {
  await downloadFromIndex(PURE, { indexes: [index.replace("//", "//me:p%40ss@")], folders: [] }, folder, quiet);
  const basic = `Basic ${Buffer.from("me:p@ss").toString("base64")}`;
  assert.deepEqual(calls, [`/simple/some-wheel/ ${basic}`, `/files/${NAMES[5]} ${basic}`]);
});

test("a second index is asked where the first has it not; what each said is in the error", async () => {
  const missing = index.replace("simple", "none");
  answer = (call, response) => (call.url?.startsWith("/none/") ? response.writeHead(404).end() : html(call, response));
  await downloadFromIndex(PURE, { indexes: [missing, index], folders: [] }, folder, quiet);
  assert.ok(existsSync(join(folder, NAMES[5])));
  const nowhere = { indexes: [missing, "http://127.0.0.1:1/", "no address"], folders: [] };
  await assert.rejects(
    downloadFromIndex(PURE, nowhere, folder, quiet),
    /some-wheel==1\.0 cannot be downloaded without pip: .*\/none\/some-wheel\/ answered 404 Not Found\. .*cannot be reached.* the index "no address", which is no address/,
  );
  await assert.rejects(
    downloadFromIndex({ requirement: "some-wheel==2.0" }, { indexes: [index], folders: [] }, folder, quiet),
    /offers no wheel of some-wheel==2\.0 for this machine \(6 files there\)/,
  );
  answer = (_call, response) => response.writeHead(200, { "content-type": "application/json" }).end("{");
  await assert.rejects(
    downloadFromIndex(PURE, { indexes: [index], folders: [] }, folder, quiet),
    /some-wheel\/ sent a page that is no JSON/,
  );
});

test("another content than the pinned one is refused and not kept", async () => {
  answer = (call, response) => (call.url?.startsWith("/files/") ? response.end("forged") : html(call, response));
  await assert.rejects(downloadFromIndex(PURE, { indexes: [index], folders: [] }, folder, quiet), /it was refused/);
  assert.deepEqual(readdirSync(folder), []);
});

test("without Python the settings' index is asked; without an index the way out is said", async () => {
  const before = { ...process.env };
  process.env.PATH = folder;
  process.env.PIP_CONFIG_FILE = "/dev/null";
  try {
    process.env.PIP_INDEX_URL = index;
    const lines: string[] = [];
    const path = await downloadWheel(PURE, join(folder, "w"), (line) => lines.push(line));
    assert.deepEqual(readFileSync(path), CONTENT);
    assert.deepEqual(lines, ["there is no Python on the PATH: asking the package index that pip's settings name"]);
    delete process.env.PIP_INDEX_URL;
    await assert.rejects(
      downloadWheel(PURE, join(folder, "v"), quiet),
      /there is no Python on the PATH, and pip's settings \(PIP_INDEX_URL, pip\.conf\) name no package index/,
    );
  } finally {
    process.env = before;
  }
});

/** A machine's files by their place below a home folder, and its environment. */
function settings(files: Record<string, string>, env: NodeJS.ProcessEnv = {}) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return pipSettings({ HOME: folder, XDG_CONFIG_DIRS: join(folder, "etc"), ...env });
}

test("pip.conf: sections, comments, lists over lines, and which file wins", () => {
  const shared =
    "[global]\nindex-url = http://a/simple\n# a note\nextra-index-url =\n    http://b/simple/\n    http://c/\n";
  const user = "[install]\nindex-url = http://wrong/\n[global]\ntimeout = 5\n[download]\nindex_url: http://d/x\n";
  assert.deepEqual(settings({ "etc/pip/pip.conf": shared }), {
    indexes: ["http://a/simple", "http://b/simple/", "http://c/"],
    folders: [],
  });
  assert.deepEqual(settings({ ".config/pip/pip.conf": user }).indexes, ["http://d/x", "http://b/simple/", "http://c/"]);
  const env = { PIP_INDEX_URL: "http://e", PIP_EXTRA_INDEX_URL: "", PIP_FIND_LINKS: `${folder} https://f/list` };
  assert.deepEqual(settings({}, env), { indexes: ["http://e", "http://b/simple/", "http://c/"], folders: [folder] });
  const named = { "own.conf": "[global]\nno-index = true\n" };
  assert.deepEqual(settings(named, { PIP_CONFIG_FILE: join(folder, "own.conf") }).indexes, []);
  assert.deepEqual(settings({}, { PIP_CONFIG_FILE: "/dev/null" }), { indexes: [], folders: [] });
});

test("a folder of wheels is looked into first", async () => {
  writeFileSync(join(folder, NAMES[5]), CONTENT);
  const to = join(folder, "to");
  mkdirSync(to);
  await downloadFromIndex(PURE, { indexes: [], folders: [join(folder, "none"), folder] }, to, quiet);
  assert.deepEqual(readdirSync(to), [NAMES[5]]);
});
