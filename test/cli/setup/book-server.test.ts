import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { servePages } from "../../../lib/cli/setup/book-server";

/** Asks for the first page under a name of one's own. */
function ask(address: string, host: string): Promise<number | undefined> {
  const { port } = new URL(address);
  return new Promise((done, failed) => {
    request({ host: "127.0.0.1", port, path: "/index.html", headers: { host }, agent: false }, (answer) => {
      answer.resume().once("end", () => done(answer.statusCode));
    })
      .once("error", failed)
      .end();
  });
}

test("only this machine's own names are answered: a page from elsewhere that was led here asks by another", async () => {
  const folder = mkdtempSync(join(tmpdir(), "workbook-pages-"));
  writeFileSync(join(folder, "index.html"), "a page");
  const { address, stop } = await servePages(folder, 0);
  const { port } = new URL(address);
  try {
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
      assert.equal(await ask(address, host), 200, host);
    const others = ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1:${Number(port) + 1}`];
    for (const host of [...others, `127.0.0.1.evil.example:${port}`, `localhost.:${port}`])
      assert.equal(await ask(address, host), 403, host);
  } finally {
    await stop();
    rmSync(folder, { recursive: true });
  }
});
