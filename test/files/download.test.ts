import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { download } from "../../lib/files/download";

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
const QUICK = { pause: 5, stall: 300 };

let server: Server;
let origin: string;
let folder: string;
let calls: { range?: string }[];
let answer: (call: IncomingMessage, response: ServerResponse) => void;

before(async () => {
  server = createServer((call, response) => {
    calls.push({ range: call.headers.range });
    answer(call, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  calls = [];
  folder = mkdtempSync(join(tmpdir(), "workbook-fetch-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
after(() => {
  server.closeAllConnections();
  server.close();
});

/** Answers ranges as a storage host does. */
function serve(
  call: IncomingMessage,
  response: ServerResponse,
  content: Buffer = CONTENT,
  cutAt = content.length,
): void {
  const start = Number(/bytes=(\d+)-/.exec(call.headers.range ?? "")?.[1] ?? 0);
  response.writeHead(start > 0 ? 206 : 200, { "content-length": content.length - start });
  if (cutAt >= content.length) response.end(content.subarray(start));
  else response.write(content.subarray(start, cutAt), () => cutWhenArrived(response));
}

/** A connection cut before the reader has taken anything has nothing to continue: waits until some of it is on disk. */
function cutWhenArrived(response: ServerResponse): void {
  const arrived = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".part"))
    .some((name) => statSync(join(folder, name)).size > 0);
  if (arrived) response.destroy();
  else setTimeout(() => cutWhenArrived(response), 5);
}

test("a cut download is continued where it stopped", async () => {
  answer = (call, response) => serve(call, response, CONTENT, calls.length === 1 ? 100_000 : CONTENT.length);
  const target = join(folder, "deep/file.bin");
  await download(`${origin}/file.bin`, target, { ...QUICK, sha256: SHA256, size: CONTENT.length });
  assert.ok(readFileSync(target).equals(CONTENT));
  assert.equal(calls.length, 2);
  assert.match(calls[1].range ?? "", /^bytes=[1-9]\d*-$/);
  assert.equal(existsSync(`${target}.part`), false);
});

test("what an earlier process left is continued", async () => {
  answer = (call, response) => serve(call, response);
  const target = join(folder, "file.bin");
  writeFileSync(`${target}.part`, CONTENT.subarray(0, 1234));
  await download(`${origin}/file.bin`, target, { ...QUICK, sha256: SHA256 });
  assert.deepEqual(
    calls.map(({ range }) => range),
    ["bytes=1234-"],
  );
});

test("a host that knows no ranges starts from the beginning", async () => {
  answer = (_call, response) => response.end(CONTENT);
  const target = join(folder, "file.bin");
  writeFileSync(`${target}.part`, "other bytes");
  await download(`${origin}/file.bin`, target, { ...QUICK, sha256: SHA256 });
  assert.ok(readFileSync(target).equals(CONTENT));
});

test("a wrong hash is refused and nothing stays", async () => {
  answer = (call, response) => serve(call, response, Buffer.from("something else"));
  const target = join(folder, "file.bin");
  await assert.rejects(download(`${origin}/file.bin`, target, { ...QUICK, sha256: SHA256 }), {
    name: "UserError",
    message: /file\.bin has sha256 [0-9a-f]{64}, wanted [0-9a-f]{64}: it was refused\./,
  });
  assert.equal(existsSync(target) || existsSync(`${target}.part`), false);
  assert.equal(calls.length, 1);
});

test("a refusal is said at once, a fault of the host is tried again, a silent host is given up", async () => {
  const target = join(folder, "file.bin");
  answer = (_call, response) => response.writeHead(404).end();
  await assert.rejects(download(`${origin}/x`, target, QUICK), /answered 404 Not Found\./);
  assert.equal(calls.length, 1);
  answer = (call, response) => (calls.length < 4 ? response.writeHead(503).end() : serve(call, response));
  await download(`${origin}/x`, target, { ...QUICK, sha256: SHA256 });
  assert.equal(calls.length, 4);
  answer = (_call, response) => response.flushHeaders();
  await assert.rejects(
    download(`${origin}/y`, target, { ...QUICK, retries: 1 }),
    /failed 2 times: .*no byte for 0\.3 s/,
  );
});

test("offline: no call is made", async () => {
  process.env.WORKBOOK_OFFLINE = "1";
  try {
    await assert.rejects(download(`${origin}/x`, join(folder, "x")), /WORKBOOK_OFFLINE forbids a download\./);
    assert.equal(calls.length, 0);
  } finally {
    delete process.env.WORKBOOK_OFFLINE;
  }
});
