/** The hub's cache, shared: what huggingface_hub downloads is found here, and what is downloaded here it finds. */
import assert from "node:assert/strict";
import { cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { GLiNER } from "../../lib/gliner/gliner";
import { HubModel } from "../../lib/weights/hub/model";
import { HubServer, withEnvironment } from "../hub-server";
import { ROOT } from "../tiny";
import { assertSame, type Found, predict, python } from "./exchange";

const COMMIT = "cd".repeat(20);
const NAME = "owner/tiny";
const scratch = mkdtempSync(join(tmpdir(), "hub-"));
let hub: HubServer;
let names: string[];

before(async () => {
  await useBackend();
  hub = await HubServer.start();
  // A model that finds something, as the hub has it.
  const folder = join(scratch, "published");
  const model = await GLiNER.fromPretrained(join(ROOT, "test/golden/tiny_bert"));
  await model.savePretrained(folder);
  model.dispose();
  names = readdirSync(folder).sort();
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))]));
  hub.models.set(NAME, { commit: COMMIT, files, large: ["model.safetensors"] });
});
after(() => {
  hub.stop();
  rmSync(scratch, { recursive: true });
});

const environment = (home: string) => ({ HF_ENDPOINT: hub.endpoint, HF_HOME: home, HF_HUB_CACHE: "", HF_TOKEN: "x" });

/** A cache's files and links, without what only one side keeps: locks and tags. */
function tree(home: string): string[] {
  const root = join(home, "hub/models--owner--tiny");
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => !lstatSync(join(root, name)).isDirectory())
    .map((name) =>
      lstatSync(join(root, name)).isSymbolicLink() ? `${name} -> ${readlinkSync(join(root, name))}` : name,
    )
    .sort();
}

test("Python finds what was downloaded here, and loads the model without a network", async () => {
  const home = join(scratch, "ours");
  await withEnvironment(environment(home), async () => {
    const ours = await predict(NAME);
    const found = await python<{
      files: Record<string, string>;
      folder: string;
      warnings: string[];
      repositories: string[];
      predictions: Found[][];
    }>(["cached", NAME, ...names, "absent.json", "vocab.txt"], {
      HF_HUB_OFFLINE: "1",
      HF_HUB_CACHE: join(home, "hub"),
    });
    const snapshot = join(home, "hub/models--owner--tiny/snapshots", COMMIT);
    assert.equal(found.folder, snapshot);
    for (const name of names) assert.equal(found.files[name], join(snapshot, name));
    assert.equal(found.files["absent.json"], "None");
    assert.match(found.files["vocab.txt"], /^<object object/, "known not to exist");
    assert.deepEqual([found.warnings, found.repositories], [[], [NAME]]);
    assertSame(ours, found.predictions, "predictions");
  });
});

test("what Python downloaded is found here without a network, and the two caches are alike", async () => {
  const [home, other] = [join(scratch, "python"), join(scratch, "alike")];
  const paths = await python<Record<string, string>>(["download", NAME, ...names], {
    ...environment(home),
    HF_HUB_CACHE: join(home, "hub"),
  });
  assert.equal(
    relative(home, paths["model.safetensors"]),
    `hub/models--owner--tiny/snapshots/${COMMIT}/model.safetensors`,
  );
  const before = hub.calls.length;
  await withEnvironment({ ...environment(home), HF_HUB_OFFLINE: "1" }, async () => {
    assert.ok((await predict(NAME)).flat().length > 0);
  });
  assert.equal(hub.calls.length, before, "no call");
  await withEnvironment(environment(other), async () => {
    const model = new HubModel(NAME);
    for (const name of names) await model.get(name);
  });
  assert.deepEqual(tree(other), tree(home));
});

test("a cache of both: each goes on where the other stopped", async () => {
  const home = join(scratch, "both");
  await python(["download", NAME, "gliner_config.json", "model.safetensors"], {
    ...environment(home),
    HF_HUB_CACHE: join(home, "hub"),
  });
  hub.calls.length = 0;
  await withEnvironment(environment(home), async () => {
    await predict(NAME);
  });
  assert.equal(
    hub.calls.some(({ url }) => url.includes("model.safetensors")),
    false,
    "the weights are not fetched again",
  );
  const copy = join(scratch, "copy");
  cpSync(home, copy, { recursive: true, verbatimSymlinks: true });
  hub.calls.length = 0;
  const paths = await python<Record<string, string>>(["download", NAME, ...names], {
    ...environment(copy),
    HF_HUB_CACHE: join(copy, "hub"),
  });
  assert.equal(Object.keys(paths).length, names.length);
  assert.deepEqual(
    hub.calls.filter(({ method, url }) => method === "GET" && url.includes("/resolve/")),
    [],
    "Python asks, and fetches nothing",
  );
});
