import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { encoderFolder } from "../../../lib/weights/encoders";
import { hubCache } from "../../../lib/weights/hub/cache";
import { HubModel, type HubOptions } from "../../../lib/weights/hub/model";
import { gitSha1, HubServer, type Repository, serve, sha256, withEnvironment } from "../../hub-server";
import { refused } from "../refused";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const LARGE = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));
const CONFIG = Buffer.from('{"a":1}');
/** A host that is heard of: however busy the machine is, it is waited for. */
const QUICK: HubOptions = { pause: 5, stall: 600_000, retries: 2 };
/** One that is not: it is given up soon, but not so soon that three questions in a row to the other host go unheard. */
const SILENT: HubOptions = { pause: 5, stall: 1000, retries: 2 };

let hub: HubServer;
let folder: string;
let environment: Record<string, string>;

before(async () => {
  hub = await HubServer.start();
});
after(() => hub.stop());
beforeEach(() => {
  hub.calls.length = 0;
  hub.models.clear();
  hub.interfere = () => false;
  folder = mkdtempSync(join(tmpdir(), "hub-"));
  environment = { HF_ENDPOINT: hub.endpoint, HF_HOME: join(folder, "home"), HF_TOKEN: "secret", HF_HUB_CACHE: "" };
});
afterEach(() => rmSync(folder, { recursive: true }));

const publish = (name: string, more: Partial<Repository> = {}) =>
  hub.models.set(name, {
    commit: COMMIT,
    files: { "config.json": CONFIG, "model.safetensors": LARGE },
    large: ["model.safetensors"],
    ...more,
  });

/** Runs with the hub's address and a cache of the test's own. */
const here = (work: () => Promise<void>) => withEnvironment(environment, work);
const cache = (...parts: string[]) => join(folder, "home/hub/models--owner--model", ...parts);
const get = (file: string, options = {}) => new HubModel("owner/model", { ...QUICK, ...options }).get(file);

test("a file arrives in the layout of Python's cache, checked by its hash, and is not asked for again", () =>
  here(async () => {
    publish("owner/model");
    const model = new HubModel("owner/model", QUICK);
    assert.equal(await model.get("config.json"), true);
    assert.equal(await model.get("model.safetensors"), true);
    assert.equal(await model.get("absent.json"), false);
    assert.equal(model.folder, cache("snapshots", COMMIT));
    assert.ok(readFileSync(join(model.folder, "model.safetensors")).equals(LARGE));
    assert.equal(readFileSync(cache("refs/main"), "utf8"), COMMIT);
    assert.deepEqual(readdirSync(cache("blobs")).sort(), [gitSha1(CONFIG), sha256(LARGE)].sort());
    assert.equal(readlinkSync(join(model.folder, "config.json")), `../../blobs/${gitSha1(CONFIG)}`);
    assert.ok(existsSync(cache(".no_exist", COMMIT, "absent.json")));
    const before = hub.calls.length;
    assert.deepEqual([await get("model.safetensors"), await get("absent.json")], [true, false]);
    assert.equal(hub.calls.length, before);
  }));

test("the token goes to the hub and not to the other host", () =>
  here(async () => {
    publish("owner/model");
    await get("model.safetensors");
    const tokens = hub.calls.map(({ host, token }) => [host, token]);
    assert.deepEqual(tokens, [
      ["hub", "Bearer secret"],
      ["hub", "Bearer secret"],
      ["storage", undefined],
    ]);
  }));

test("all files are of one commit, though the branch moves on; a revision is a branch, a tag or a commit", () =>
  here(async () => {
    publish("owner/model");
    await get("config.json");
    const later = "f".repeat(40);
    publish("owner/model", { commit: later, files: { "config.json": Buffer.from("{}"), "new.json": CONFIG } });
    await refused(() => get("new.json"), /has no revision "0123456789abcdef/);
    assert.equal(await get("new.json", { revision: later }), true);
    publish("owner/model", { commit: later, revision: "refs/pr/1", files: { "config.json": Buffer.from("{}") } });
    assert.equal(await get("config.json", { revision: "refs/pr/1" }), true);
    assert.equal(readFileSync(cache("refs/refs/pr/1"), "utf8"), later);
    for (const revision of ["../main", "", "a//b", "-x"])
      await refused(() => get("config.json", { revision }), /is no branch, tag or commit/);
  }));

/** Sends a part of a file and cuts the connection when it has arrived. */
function cut(response: ServerResponse, content: Buffer): void {
  response.writeHead(200, { "content-length": content.length });
  response.write(content.subarray(0, 100_000), () => whenOnDisk(() => response.destroy()));
}

function whenOnDisk(then: () => void): void {
  const parts = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".part"));
  if (parts.some((name) => statSync(join(folder, name)).size > 0)) then();
  else setTimeout(() => whenOnDisk(then), 5);
}

test("a cut download goes on where it stopped, also in the next call", () =>
  here(async () => {
    publish("owner/model");
    let cuts = 0;
    hub.interfere = (_call, response, host) => {
      if (host !== "storage" || cuts++ > 1) return false;
      cut(response, LARGE);
      return true;
    };
    await refused(() => get("model.safetensors", { retries: 0 }), /failed 1 times: it was cut/);
    assert.equal(await get("model.safetensors"), true);
    const ranges = hub.calls.filter(({ host }) => host === "storage").map(({ range }) => range ?? "");
    assert.match(ranges[1], /^bytes=[1-9]\d*-$/);
    assert.ok(readFileSync(join(cache("snapshots", COMMIT), "model.safetensors")).equals(LARGE));
    assert.deepEqual(readdirSync(cache("blobs")), [sha256(LARGE)]);
  }));

test("another part than the one asked for is not taken", () =>
  here(async () => {
    publish("owner/model");
    mkdirSync(cache("blobs"), { recursive: true });
    writeFileSync(cache("blobs", `${sha256(LARGE)}.part`), LARGE.subarray(0, 1000));
    let wrong = 0;
    hub.interfere = (call, response, host) => {
      if (host !== "storage" || wrong++ > 0) return false;
      response.writeHead(206, { "content-range": `bytes 0-${LARGE.length - 1}/${LARGE.length}` }).end(LARGE);
      assert.equal(call.headers.range, "bytes=1000-");
      return true;
    };
    assert.equal(await get("model.safetensors"), true);
  }));

test("wrong bytes are refused: another hash, too many, of a small and of a large file", () =>
  here(async () => {
    publish("owner/model");
    const sends = (content: Buffer) => {
      hub.interfere = (call, response) => {
        if (call.method === "HEAD") return false;
        serve(call, response, content);
        return true;
      };
    };
    sends(Buffer.alloc(LARGE.length));
    await refused(() => get("model.safetensors"), /has sha256 [0-9a-f]{64}, wanted [0-9a-f]{64}: it was refused/);
    sends(Buffer.alloc(CONFIG.length));
    await refused(() => get("config.json"), /has git sha1 [0-9a-f]{40}, wanted [0-9a-f]{40}: it was refused/);
    sends(Buffer.concat([CONFIG, CONFIG]));
    await refused(() => get("config.json"), /has 14 bytes, wanted 7: it was refused/);
    assert.deepEqual(readdirSync(cache("blobs")), []);
    assert.equal(existsSync(cache("snapshots")), false);
  }));

/** Writes for ever, as fast as the reader takes it. */
function pour(response: ServerResponse, chunk: Buffer): void {
  while (response.write(chunk) && !response.destroyed);
  response.once("drain", () => pour(response, chunk));
}

test("an answer without an end is cut off, also where no length is announced", () =>
  here(async () => {
    publish("owner/model");
    hub.interfere = (call, response) => {
      if (call.method === "HEAD") return false;
      response.writeHead(200);
      pour(response, Buffer.alloc(65_536));
      return true;
    };
    await refused(() => get("config.json"), /has no end, wanted 7: it was refused/);
    hub.interfere = (call, response) => {
      if (call.method === "HEAD")
        response.writeHead(200, {
          etag: `"${"a".repeat(40)}"`,
          "x-repo-commit": COMMIT,
          "transfer-encoding": "chunked",
        });
      else {
        response.writeHead(200);
        pour(response, Buffer.alloc(1 << 20));
      }
      if (call.method === "HEAD") response.end();
      return true;
    };
    await refused(() => get("config.json"), /has no end, wanted 100000000: it was refused/);
    assert.deepEqual(readdirSync(cache("blobs")), []);
  }));

test("a silent host and one that drips are given up", () =>
  here(async () => {
    publish("owner/model");
    hub.interfere = (_call, response, host) => {
      if (host === "storage") response.flushHeaders();
      return host === "storage";
    };
    await refused(() => get("model.safetensors", SILENT), /failed 3 times: no byte for 1 s/);
    hub.interfere = (_call, response, host) => {
      if (host !== "storage") return false;
      const timer = setInterval(() => response.write("x"), 50);
      response.once("close", () => clearInterval(timer));
      return true;
    };
    await refused(() => get("model.safetensors", SILENT), /failed 3 times: (only \d+ bytes|no byte) for 1 s/);
    hub.interfere = () => true;
    await refused(() => get("config.json", SILENT), /the hub at http.* cannot be reached \(3 times: /);
  }));

test("faults of the host are tried again, refusals are not", () =>
  here(async () => {
    publish("owner/model");
    const answers = (...codes: number[]) => {
      hub.calls.length = 0;
      hub.interfere = (_call, response) => {
        const code = codes.shift();
        if (code) response.writeHead(code).end();
        return code !== undefined;
      };
    };
    answers(503, 429);
    assert.equal(await get("config.json"), true);
    assert.deepEqual(
      hub.calls.map(({ method }) => method),
      ["HEAD", "HEAD", "HEAD", "GET"],
    );
    answers(500, 500, 500);
    await refused(
      () => new HubModel("owner/down", QUICK).get("a.json"),
      /cannot be reached \(3 times: it answered 500\)/,
    );
    for (const code of [401, 403]) {
      answers(code);
      await refused(() => get("other.json"), new RegExp(`the hub refuses "owner/model" \\(${code}\\).*set HF_TOKEN`));
      assert.equal(hub.calls.length, 1);
    }
    answers(410);
    await refused(() => get("other.json"), /answered 410/);
    hub.interfere = () => false;
    await refused(() => new HubModel("owner/nothing", QUICK).get("config.json"), /has no model "owner\/nothing"/);
  }));

test("a renamed model is followed, a ring of addresses is not", () =>
  here(async () => {
    publish("owner/model");
    hub.interfere = (call, response) => {
      const moved = call.url?.startsWith("/old/name/");
      if (moved) response.writeHead(307, { location: call.url?.replace("old/name", "owner/model") }).end();
      return moved === true;
    };
    const model = new HubModel("old/name", QUICK);
    assert.equal(await model.get("config.json"), true);
    assert.match(model.folder, /models--old--name/);
    hub.interfere = (call, response) => {
      response.writeHead(307, { location: call.url }).end();
      return true;
    };
    await refused(() => get("config.json"), /leads from one address to the next without an end/);
  }));

test("what is no hub is said: no commit, a tag that is no hash, a tag that is a path", () =>
  here(async () => {
    const headers = (values: Record<string, string>) => {
      hub.interfere = (_call, response) => {
        response.writeHead(200, values).end();
        return true;
      };
    };
    headers({ etag: '"abc"' });
    await refused(() => get("config.json"), /names no commit of "owner\/model": it is not a hub/);
    headers({ etag: '"abc"', "x-repo-commit": "../../evil" });
    await refused(() => get("config.json"), /names no commit/);
    for (const etag of ["abc", '"../../../evil"', '"5d41402abc4b2a76b9719d911017c592"']) {
      headers({ etag, "x-repo-commit": COMMIT });
      await refused(() => get("config.json"), /which is no hash to check its bytes by/);
    }
    assert.deepEqual(readdirSync(folder), []);
  }));

test("offline, and where the hub is gone, what the cache has will do", () =>
  here(async () => {
    publish("owner/model");
    const never = new HubModel("owner/never", QUICK);
    await get("config.json");
    await withEnvironment({ HF_HUB_OFFLINE: "YES" }, async () => {
      hub.calls.length = 0;
      assert.deepEqual([await get("config.json"), await get("model.safetensors")], [true, false]);
      const none = new HubModel("owner/none", QUICK);
      assert.equal(await none.get("config.json"), false);
      assert.match(
        none.lacks("a config.json").message,
        /is not in .*models--owner--none with a config\.json, and WORKBOOK_OFFLINE or HF_HUB_OFFLINE forbids/,
      );
      assert.equal(hub.calls.length, 0);
    });
    await withEnvironment({ HF_ENDPOINT: "http://127.0.0.1:9" }, async () => {
      const model = new HubModel("owner/model", QUICK);
      assert.deepEqual([await model.get("model.safetensors"), await model.get("config.json")], [false, true]);
      assert.match(model.lacks("weights").message, /and the hub at http:\/\/127\.0\.0\.1:9 cannot be reached/);
      await refused(() => never.get("config.json"), /cannot be reached/);
    });
  }));

test("a damaged reference is refused; a damaged link is fetched anew", () =>
  here(async () => {
    publish("owner/model");
    await get("config.json");
    rmSync(realpathSync(join(cache("snapshots", COMMIT), "config.json")));
    assert.equal(await get("config.json"), true);
    assert.ok(lstatSync(join(cache("snapshots", COMMIT), "config.json")).isSymbolicLink());
    writeFileSync(cache("refs/main"), "../../..");
    await refused(() => get("config.json"), /refs\/main holds no commit/);
  }));

test("two that fetch the same at once do not write into one file", () =>
  here(async () => {
    publish("owner/model");
    const both = await Promise.all([get("model.safetensors"), get("model.safetensors")]);
    assert.deepEqual(both, [true, true]);
    assert.deepEqual(readdirSync(cache("blobs")), [sha256(LARGE)]);
    assert.ok(readFileSync(join(cache("snapshots", COMMIT), "model.safetensors")).equals(LARGE));
  }));

test("the cache's folder: HF_HUB_CACHE, HF_HOME, the user's", () =>
  here(async () => {
    assert.equal(hubCache(), join(folder, "home/hub"));
    await withEnvironment({ HF_HUB_CACHE: join(folder, "other") }, async () => {
      assert.equal(hubCache(), join(folder, "other"));
    });
    await withEnvironment({ HF_HOME: "", XDG_CACHE_HOME: join(folder, "xdg") }, async () => {
      assert.equal(hubCache(), join(folder, "xdg/huggingface/hub"));
    });
  }));

test("weights in pieces come with every piece, and a piece elsewhere is not asked for", () =>
  here(async () => {
    const shards = { "a-1.safetensors": CONFIG, "a-2.safetensors": LARGE };
    const index = (...files: string[]) =>
      Buffer.from(JSON.stringify({ weight_map: Object.fromEntries(files.map((file, i) => [`t${i}`, file])) }));
    const files = { "model.safetensors.index.json": index("a-1.safetensors", "a-2.safetensors"), ...shards };
    publish("owner/model", { files });
    const model = new HubModel("owner/model", QUICK);
    assert.equal(await model.getWeights(), true);
    assert.deepEqual(readdirSync(model.folder).sort(), Object.keys(files).sort());
    publish("owner/hostile", { files: { "model.safetensors.index.json": index("../../owner/model/x.safetensors") } });
    await refused(
      () => new HubModel("owner/hostile", QUICK).getWeights(),
      /wanted the name of a file in the same folder/,
    );
    publish("owner/torn", { files: { "model.safetensors.index.json": index("b.bin") } });
    await refused(() => new HubModel("owner/torn", QUICK).getWeights(), /no model "owner\/torn" with b\.bin/);
  }));

const quiet = () => undefined;

test("an encoder: with its weights, or without; what it lacks is named", () =>
  here(async () => {
    const files = { "config.json": CONFIG, "spm.model": LARGE, "pytorch_model.bin": LARGE };
    publish("owner/model", { files });
    const bare = await encoderFolder("owner/model", quiet, "without weights");
    assert.deepEqual(readdirSync(bare).sort(), ["config.json", "spm.model"]);
    assert.equal(await encoderFolder("owner/model", quiet), bare);
    assert.deepEqual(readdirSync(bare).sort(), Object.keys(files).sort());
    publish("owner/bare", { files: { "config.json": CONFIG, "tokenizer.json": CONFIG } });
    await refused(
      () => encoderFolder("owner/bare", quiet),
      /no model "owner\/bare" with a model\.safetensors or pytorch/,
    );
    publish("owner/mute", { files: { "config.json": CONFIG } });
    await refused(() => encoderFolder("owner/mute", quiet), /with a tokenizer\.json or spm\.model/);
    await refused(() => encoderFolder("owner/nothing", quiet), /the hub has no model "owner\/nothing"/);
    await withEnvironment({ WORKBOOK_OFFLINE: "1" }, () =>
      refused(() => encoderFolder("owner/offline", quiet), /WORKBOOK_OFFLINE or HF_HUB_OFFLINE forbids a download/),
    );
  }));

test("names: a folder, a folder that is no encoder, a name that leads elsewhere", () =>
  here(async () => {
    await refused(() => encoderFolder(folder), /has no config\.json/);
    writeFileSync(join(folder, "config.json"), "{}");
    assert.equal(await encoderFolder(folder), folder);
    await refused(() => encoderFolder("../no/such"), /wanted a folder or "owner\/name"/);
  }));
