import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { type GitHubSource, type HubSource, parseManifest } from "../../lib/data/manifest";
import { addressOf, findSource, isHere, MANIFEST_PATH, openSource, readSources } from "../../lib/data/sources";
import { UserError } from "../../lib/errors";

/** Made-up bytes behind a local server that stands in for GitHub's raw files. */
const CONTENT = Buffer.from("Ada\tB-person\n");
const SOURCE: GitHubSource = {
  id: "made_up",
  repository: "owner/name",
  commit: "0123456789abcdef0123456789abcdef01234567",
  path: "ner data/test.txt",
  sha256: createHash("sha256").update(CONTENT).digest("hex"),
  bytes: CONTENT.length,
  licence: "ours",
  role: "test",
  format: { name: "bio" },
  labels: { person: "person" },
  partial: false,
};
/** The same bytes as a file of a data set on the hub, which states their sha256 itself. */
const { repository: _, commit: __, sha256: ___, bytes: ____, ...common } = SOURCE;
const HUB: HubSource = { ...common, hub: "owner/name", path: "data/train.json" };
const ENVIRONMENT = [
  "HF_ENDPOINT",
  "HF_HUB_CACHE",
  "WORKBOOK_MIRROR",
  "WORKBOOK_RAW_URL",
  "WORKBOOK_CACHE",
  "WORKBOOK_OFFLINE",
  "HF_HUB_OFFLINE",
];
const outside = ENVIRONMENT.map((name) => process.env[name]);

let server: Server;
let origin: string;
let folder: string;
let calls: string[];
let answer: { status: number; content: Buffer; etag?: string };

before(async () => {
  server = createServer((call, response) => {
    calls.push(call.url ?? "");
    const linked = answer.etag ? { "x-linked-etag": `"${answer.etag}"`, "x-linked-size": answer.content.length } : {};
    const repository = call.url?.startsWith("/hub/") ? { "x-repo-commit": SOURCE.commit } : {};
    response.writeHead(answer.status, { "content-length": answer.content.length, ...linked, ...repository });
    response.end(call.method === "HEAD" ? "" : answer.content);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "workbook-sources-"));
  calls = [];
  answer = { status: 200, content: CONTENT };
  for (const name of ENVIRONMENT) delete process.env[name];
  process.env.WORKBOOK_MIRROR = join(folder, "mirror");
  process.env.WORKBOOK_CACHE = join(folder, "cache");
  process.env.WORKBOOK_RAW_URL = `${origin}/raw/`;
  process.env.HF_ENDPOINT = `${origin}/hub/`;
  process.env.HF_HUB_CACHE = join(folder, "hub");
  mkdirSync(process.env.WORKBOOK_MIRROR);
});
afterEach(() => {
  for (const [i, name] of ENVIRONMENT.entries()) {
    if (outside[i] === undefined) delete process.env[name];
    else process.env[name] = outside[i];
  }
  rmSync(folder, { recursive: true });
});

const open = (source = SOURCE) => openSource(source.id, { sources: [source], retries: 0 });
const cached = () => join(folder, "cache/sources", addressOf(SOURCE));
const says =
  (...parts: RegExp[]) =>
  (error: unknown) => {
    assert.ok(error instanceof UserError);
    for (const part of parts) assert.match(error.message, part);
    assert.match(error.message, /^[^\n]+\.$/);
    return true;
  };

function put(path: string, content: Buffer | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

test("a source is fetched once, from owner/repository/commit/path, and then read from the cache", async () => {
  assert.ok((await open()).equals(CONTENT));
  assert.deepEqual(calls, [`/raw/owner/name/${SOURCE.commit}/ner%20data/test.txt`]);
  process.env.WORKBOOK_OFFLINE = "1";
  assert.ok((await open()).equals(CONTENT));
  assert.equal(calls.length, 1);
});

test("the mirror comes first and needs no network", async () => {
  put(join(folder, "mirror", addressOf(SOURCE)), CONTENT);
  process.env.WORKBOOK_OFFLINE = "1";
  assert.ok((await open()).equals(CONTENT));
  assert.deepEqual(calls, []);
});

test("other bytes are refused, wherever they come from", async () => {
  const other = Buffer.from("Eve\tB-person\n");
  answer.content = other;
  await assert.rejects(open(), says(/^made_up cannot be fetched/, /sha256 [0-9a-f]{64}, wanted [0-9a-f]{64}/));
  assert.ok(!existsSync(cached()));
  answer.content = Buffer.concat([CONTENT, other]);
  await assert.rejects(open(), says(/26 bytes, wanted 13/));
  put(join(folder, "mirror", addressOf(SOURCE)), other);
  await assert.rejects(open(), says(/^made_up was refused/, /mirror/, /wanted [0-9a-f]{64}/));
});

test("a damaged file of the cache is fetched again", async () => {
  put(cached(), "Ada");
  assert.ok((await open()).equals(CONTENT));
  assert.ok(readFileSync(cached()).equals(CONTENT));
});

test("a missing file, no network and the offline switch are one sentence each", async () => {
  answer.status = 404;
  await assert.rejects(open(), says(/answered 404/, /WORKBOOK_MIRROR/));
  process.env.WORKBOOK_RAW_URL = "http://127.0.0.1:9";
  await assert.rejects(open(), says(/^made_up cannot be fetched/, /WORKBOOK_MIRROR can name a folder/));
  process.env.WORKBOOK_OFFLINE = "1";
  await assert.rejects(open(), says(/neither in the mirror nor in the cache/, /WORKBOOK_OFFLINE/));
  assert.equal(calls.length, 1);
});

test("a file of the hub is checked by the sha256 that the hub states, and kept in the hub's own cache", async () => {
  const fetched = (source = HUB) => openSource(source.id, { sources: [source], retries: 0 });
  const kept = join(folder, `hub/datasets--owner--name/snapshots/${SOURCE.commit}/data/train.json`);
  answer.etag = "0".repeat(64);
  await assert.rejects(fetched(), says(/^made_up cannot be fetched/, /wanted 0{64}/));
  assert.ok(!existsSync(kept));
  answer.etag = SOURCE.sha256;
  assert.ok((await fetched()).equals(CONTENT));
  assert.ok(readFileSync(kept).equals(CONTENT));
  const ours = /^\/hub\/datasets\/owner\/name\/resolve\/(main|[0-9a-f]{40})\/data\/train\.json$/;
  assert.ok(
    calls.every((call) => ours.test(call)),
    calls.join(),
  );
  const before = calls.length;
  process.env.WORKBOOK_OFFLINE = "1";
  assert.ok((await fetched()).equals(CONTENT));
  assert.equal(calls.length, before);
  const other = { ...HUB, path: "data/other.json" };
  await assert.rejects(
    fetched(other),
    says(/WORKBOOK_OFFLINE/, /WORKBOOK_MIRROR can name a folder that holds datasets\/owner\/name/),
  );
  delete process.env.WORKBOOK_OFFLINE;
  answer.status = 404;
  await assert.rejects(fetched(other), says(/the hub has no .*"datasets\/owner\/name" with data\/other\.json/));
  process.env.HF_ENDPOINT = "http://127.0.0.1:9";
  await assert.rejects(
    fetched({ ...HUB, path: "data/third.json" }),
    says(/^made_up cannot be fetched: .*the hub at http:\/\/127\.0\.0\.1:9 cannot be reached/),
  );
});

test("a mirror that is no folder, and an id that is not in the manifest", async () => {
  await assert.rejects(openSource("crossner"), says(/no source "crossner"/, /crossner_ai, crossner_literature/));
  process.env.WORKBOOK_MIRROR = join(folder, "nothing");
  await assert.rejects(open(), says(/WORKBOOK_MIRROR names .*nothing, which is not a folder/));
  assert.equal(isHere(SOURCE), false);
});

test("the project's manifest is sound, and every broken entry is named", () => {
  assert.ok(readSources().length >= 57);
  const text = readFileSync(MANIFEST_PATH, "utf8");
  const broken: [from: string, to: string, error: RegExp][] = [
    ['"id": "mit_movie"', '"id": "crossner_ai"', /"crossner_ai" is there twice/],
    ['"path": "ner_data/ai', '"path": "../ner_data/ai', /source 1 \("crossner_ai"\): "path" is "\.\.\/ner_data/],
    ['"path": "ner_data/ai', '"path": "/ner_data/ai', /"path" is "\/ner_data/],
    ['"commit": "2e7b', '"commit": "main', /"commit" is .*40 hexadecimal digits/],
    ['"bytes": 134455', '"bytes": -1', /"bytes" is -1, wanted a positive whole number/],
    ['"name": "bio"', '"name": "xlsx"', /"format" is \{"name":"xlsx".*, wanted an object with a "name" of pile-ner/],
    ['"columns": "token,tag"', '"columns": "word,tag"', /--columns got "word,tag"/],
    ['"scheme": "iob2"', '"scheme": "iob3"', /"scheme" is "iob3", wanted one of iob1/],
    ['"role": "test"', '"role": "best"', /"role" is "best", wanted one of test, leak check/],
    ['"labels": "crossner_ai"', '"labels": "crossner"', /"labels" is "crossner", wanted one of crossner_ai/],
    ['"misc": "else"', '"misc": ""', /the tag "misc" is named "", wanted a name/],
    ['"licence": "MIT"', '"licence": null', /"licence" is null/],
    ['"sources": [', '"files": [', /wanted an object with a list "sources"/],
    ["{", "", /manifest.json: not JSON/],
  ];
  for (const [from, to, error] of broken) {
    assert.ok(text.includes(from), from);
    assert.throws(() => parseManifest(text.replace(from, to), "manifest.json"), says(error));
  }
  assert.throws(() => readSources(join(folder, "none.json")), says(/none\.json cannot be read/));
  assert.equal(findSource("mit_restaurant").labels.Restaurant_Name, "restaurant name");
});
