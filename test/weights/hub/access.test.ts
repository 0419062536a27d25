/** What opens the hub is sent to the hub, and is in no message. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { UserError } from "../../../lib/errors";
import { authorization, endpoint } from "../../../lib/weights/hub/access";
import { HubModel } from "../../../lib/weights/hub/model";
import { HubServer, withEnvironment } from "../../hub-server";

let hub: HubServer;
const folder = mkdtempSync(join(tmpdir(), "hub-access-"));
before(async () => {
  hub = await HubServer.start();
  hub.models.set("owner/model", { commit: "a".repeat(40), files: { "config.json": Buffer.from("{}") } });
});
after(() => {
  hub.stop();
  rmSync(folder, { recursive: true });
});

const here = (environment: Record<string, string>, work: () => Promise<void>) =>
  withEnvironment({ HF_HUB_CACHE: folder, HF_TOKEN: "", HF_ENDPOINT: hub.endpoint, ...environment }, work);

/** The sentence of a failure; it must not hold the secret. */
async function sentence(work: () => unknown, secret: RegExp): Promise<string> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof UserError, `${error}`);
    assert.doesNotMatch(`${error.message} ${error.stack}`, secret);
    return error.message;
  }
  throw new Error("nothing was refused");
}

test("a line break at the end of HF_TOKEN goes; what cannot be a token is refused unseen", async () => {
  await here({ HF_TOKEN: "hf_secret\n" }, async () => {
    hub.calls.length = 0;
    assert.equal(await new HubModel("owner/model").get("config.json"), true);
    assert.deepEqual(new Set(hub.calls.map(({ token }) => token)), new Set(["Bearer hf_secret"]));
  });
  for (const token of ["hf secret", "hf_sécret", "hf_\u0000secret"])
    await here({ HF_TOKEN: token.replace("\u0000", "\u0001") }, async () => {
      assert.match(await sentence(authorization, /s.cret/), /^HF_TOKEN holds a space or a character/);
      assert.match(await sentence(() => new HubModel("owner/other").get("a.json"), /s.cret/), /^HF_TOKEN/);
    });
});

test("a login in HF_ENDPOINT becomes a header, and is in no sentence", async () => {
  const address = hub.endpoint.replace("://", "://me:pa%20ss@");
  await here({ HF_ENDPOINT: `${address}/`, HF_TOKEN: "hf_secret" }, async () => {
    assert.equal(endpoint(), hub.endpoint);
    hub.calls.length = 0;
    assert.equal(await new HubModel("owner/model", { revision: "main" }).get("absent.json"), false);
    assert.deepEqual(hub.calls[0].token, `Basic ${Buffer.from("me:pa ss").toString("base64")}`);
    const unknown = await sentence(() => new HubModel("owner/nothing").get("a.json"), /pa.{0,3}ss/);
    assert.match(unknown, /has no model/);
  });
  await here({ HF_ENDPOINT: "http://me:100%@127.0.0.1:9" }, async () => {
    const away = await sentence(() => new HubModel("owner/away", { pause: 1, retries: 0 }).get("a.json"), /me:|100%/);
    assert.match(away, /the hub at http:\/\/127\.0\.0\.1:9 cannot be reached/);
  });
  for (const text of ["me:secret@hub", "https://me:secret@", "ftp://me:secret@hub/"])
    await here({ HF_ENDPOINT: text }, async () => {
      assert.match(await sentence(endpoint, /secret/), /^HF_ENDPOINT is no address/);
    });
});
