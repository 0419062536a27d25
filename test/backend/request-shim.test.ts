import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";

let server: Server;
let origin: string;

before(async () => {
  server = createServer((call, answer) => {
    if (call.url === "/moved.csv") answer.writeHead(302, { location: "/frame.csv" }).end();
    else if (call.url === "/frame.csv") answer.end("name,score\nfirst,0.5\nsecond,0.25\n");
    else if (call.url === "/loop") answer.writeHead(302, { location: "/loop" }).end();
    else answer.writeHead(404).end("nothing here");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await useBackend();
});
after(() => server.close());

test("danfojs-node reads a CSV file from a URL, redirect followed", async () => {
  const dfd: typeof import("danfojs-node") = require("danfojs-node");
  const frame = (await dfd.readCSV(`${origin}/moved.csv`)) as InstanceType<typeof dfd.DataFrame>;
  assert.deepEqual(frame.shape, [2, 2]);
  assert.deepEqual(frame.columns, ["name", "score"]);
});

test("an address that is not there rejects instead of hanging", async () => {
  const dfd: typeof import("danfojs-node") = require("danfojs-node");
  await assert.rejects(Promise.resolve(dfd.readCSV(`${origin}/nothing.csv`)), /404/);
});

test("faults are emitted on the stream: endless redirects, a closed port, no address at all", async () => {
  const request: (url: string) => NodeJS.ReadableStream = require("request");
  for (const [url, reason] of [
    [`${origin}/loop`, /redirects more than 10 times/],
    ["http://127.0.0.1:1/x", /ECONNREFUSED/],
    ["no address", /Invalid URL/],
  ] as const) {
    const [error] = await once(request(url).resume(), "error");
    assert.match(`${error.message} ${error.code}`, reason);
  }
});
