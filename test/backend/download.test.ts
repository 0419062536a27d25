import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { download } from "../../lib/backend/install/download";
import { encoderFolder } from "../../lib/weights/encoders";

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
const QUICK = { pause: 5, stall: 300 };

let server: Server;
let origin: string;
let folder: string;
let calls: { url: string; range?: string; token?: string }[];
let answer: (call: IncomingMessage, response: ServerResponse) => void;

before(async () => {
  server = createServer((call, response) => {
    const { range, authorization } = call.headers;
    calls.push({ url: `${call.method} ${call.url}`, range, token: authorization });
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
    await withHub(() => assert.rejects(encoderFolder("owner/offline"), /WORKBOOK_OFFLINE forbids a download\./));
    assert.equal(calls.length, 0);
  } finally {
    delete process.env.WORKBOOK_OFFLINE;
  }
});

/** An address where nothing listens any more. */
async function closedPort(): Promise<string> {
  const gone = createServer().listen(0, "127.0.0.1");
  await once(gone, "listening");
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, "close");
  return `http://127.0.0.1:${port}`;
}

/** A hub of our own and a cache of our own, and what was set before afterwards. */
async function withHub(work: () => Promise<void>): Promise<void> {
  const ours = { HF_ENDPOINT: `${origin}/`, HF_TOKEN: "secret", WORKBOOK_CACHE: join(folder, "cache") };
  const before = Object.keys(ours).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, ours);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** A hub with one model, whose weights it keeps elsewhere, tagged with their hash as the real one does. */
function hub(files: Record<string, Buffer>, tag = SHA256): typeof answer {
  return (call, response) => {
    const name = (call.url ?? "").replace(/^\/(renamed|owner)\/model\/resolve\/main\/|^\/storage\//, "");
    if (call.url?.startsWith("/old/")) response.writeHead(307, { location: call.url.replace("old", "renamed") }).end();
    else if (!files[name]) response.writeHead(404).end();
    else if (name === "model.safetensors" && !call.url?.startsWith("/storage/")) {
      const linked = { "x-linked-etag": `"${tag}"`, "x-linked-size": String(files[name].length) };
      response.writeHead(302, { location: `${origin}/storage/${name}`, ...linked }).end();
    } else serve(call, response, files[name]);
  };
}

const FILES = {
  "config.json": Buffer.from("{}"),
  "tokenizer.json": Buffer.from("{}"),
  "model.safetensors": CONTENT,
};

test("a model of the hub arrives once, with the token, and then needs no network", async () => {
  answer = hub(FILES);
  await withHub(async () => {
    const found = await encoderFolder("owner/model", () => undefined);
    assert.ok(readFileSync(join(found, "model.safetensors")).equals(CONTENT));
    assert.equal(calls[0].token, "Bearer secret");
    const before = calls.length;
    assert.equal(await encoderFolder("owner/model"), found);
    assert.equal(calls.length, before);
  });
});

test("a renamed model of the hub is followed", async () => {
  answer = hub(FILES);
  await withHub(async () => {
    assert.match(await encoderFolder("old/model", () => undefined), /old--model$/);
  });
});

test("hub: wrong bytes, a missing model, missing weights: one sentence, no folder", async () => {
  await withHub(async () => {
    const quiet = () => undefined;
    answer = hub(FILES, "0".repeat(64));
    await assert.rejects(
      encoderFolder("owner/model", quiet),
      /has sha256 [0-9a-f]{64}, wanted 0{64}: it was refused\./,
    );
    answer = hub({});
    await assert.rejects(encoderFolder("owner/nothing", quiet), /the hub has no model "owner\/nothing"/);
    answer = hub({ "config.json": FILES["config.json"], "tokenizer.json": FILES["tokenizer.json"] });
    await assert.rejects(encoderFolder("owner/model", quiet), /neither model\.safetensors nor pytorch_model\.bin/);
    answer = (_call, response) => response.writeHead(401).end();
    await assert.rejects(encoderFolder("owner/private", quiet), /the hub refuses "owner\/private" \(401\)/);
    assert.equal(existsSync(join(folder, "cache/encoders/owner--model")), false);
  });
});

test("names: a folder, a folder that is no encoder, a name that leads elsewhere, a hub that is not there", async () => {
  await assert.rejects(encoderFolder(folder), /has no config\.json/);
  writeFileSync(join(folder, "config.json"), "{}");
  assert.equal(await encoderFolder(folder), folder);
  await assert.rejects(encoderFolder("../no/such"), /wanted a folder or "owner\/name"/);
  await withHub(async () => {
    process.env.HF_ENDPOINT = await closedPort();
    await assert.rejects(
      encoderFolder("owner/model", () => undefined),
      /cannot be reached .*ECONNREFUSED/,
    );
  });
});
