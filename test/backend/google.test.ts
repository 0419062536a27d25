/** What is downloaded and run as native code is known byte for byte, or refused. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CUDA_WHEELS } from "../../lib/backend/install/cuda-wheels";
import { putLibrary } from "../../lib/backend/install/google";
import { googleLibrary } from "../../lib/backend/install/google-library";
import { withEnvironment } from "../hub-server";

test("every wheel of the CUDA build and every library of Google's has its own sha256; what has none is refused", () => {
  const systems: [boolean, string][] = [
    [false, "linux-x64"],
    [true, "linux-x64"],
    [false, "linux-arm64"],
    [false, "darwin-x64"],
    [false, "darwin-arm64"],
  ];
  const hashes = [
    ...CUDA_WHEELS.map(([, , sha256]) => sha256),
    ...systems.map(([gpu, system]) => googleLibrary(gpu, system).sha256),
  ];
  for (const sha256 of hashes) assert.match(sha256, /^[0-9a-f]{64}$/);
  assert.equal(new Set(hashes).size, hashes.length);
  assert.throws(() => googleLibrary(false, "win32-x64"), /no sha256 of Google's CPU library for win32-x64 is known/);
  assert.throws(() => googleLibrary(true, "darwin-x64"), /no sha256 of Google's GPU library/);
});

test("a library with other bytes than the pinned ones is refused before anything of it is unpacked", async () => {
  const folder = mkdtempSync(join(tmpdir(), "workbook-google-"));
  mkdirSync(join(folder, "lib"));
  writeFileSync(join(folder, "lib/libtensorflow.so.2.9.1"), "native code");
  execFileSync("tar", ["-czf", join(folder, "whole.tar.gz"), "-C", folder, "lib"]);
  const archive = readFileSync(join(folder, "whole.tar.gz"));
  const sha256 = createHash("sha256").update(archive).digest("hex");
  const asked: string[] = [];
  const server = createServer((call, answer) => {
    asked.push(call.url ?? "");
    answer.end(archive);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const storage = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxies = { HTTPS_PROXY: "", https_proxy: "", HTTP_PROXY: "", http_proxy: "" };
  try {
    await withEnvironment({ TFJS_NODE_CDN_STORAGE: storage, ...proxies }, async () => {
      const path = "tensorflow/whole.tar.gz";
      const put = (wanted: string, name: string) =>
        putLibrary({ path, sha256: wanted }, join(folder, name), () => undefined);
      await put(sha256, "good");
      assert.equal(readFileSync(join(folder, "good/lib/libtensorflow.so.2.9.1"), "utf8"), "native code");
      assert.deepEqual(readdirSync(join(folder, "good")), ["lib"]);
      await assert.rejects(put("0".repeat(64), "bad"), /has sha256 [0-9a-f]{64}, wanted 0{64}: it was refused/);
      assert.equal(existsSync(join(folder, "bad/lib")), false);
      assert.deepEqual(asked, [`/${path}`, `/${path}`]);
    });
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});
