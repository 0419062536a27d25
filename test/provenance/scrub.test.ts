import assert from "node:assert/strict";
import { homedir, hostname, userInfo } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../../lib/backend";
import { scrubbed } from "../../lib/provenance/scrub";

test("an absolute path becomes the path inside the project, or its last name", () => {
  assert.equal(scrubbed(join(PROJECT_ROOT, "data", "results", "bench.json")), "data/results/bench.json");
  assert.equal(scrubbed("/home/someone/secret/my data.jsonl"), "my data.jsonl");
  assert.equal(scrubbed("C:\\Users\\Someone\\data.jsonl"), "data.jsonl");
  assert.equal(scrubbed("~/runs/one"), "one");
  assert.equal(scrubbed(PROJECT_ROOT), ".");
});

test("inside a sentence too, and nothing else is touched", () => {
  assert.equal(
    scrubbed("cannot write the checkpoint /tmp/x/last: ENOSPC, open '/tmp/x/last.writing/model.safetensors'."),
    "cannot write the checkpoint last: ENOSPC, open 'model.safetensors'.",
  );
  for (const text of [
    "sentence-transformers/all-MiniLM-L6-v2",
    "https://github.com/urchade/GLiNER/blob/main/train.py",
    "runs/quick",
    "loss/train",
    "1/2",
    "F1 at .5 / .3",
    "sentences:train",
    "zero-shot:crossner_ai",
  ])
    assert.equal(scrubbed(text), text);
});

test("who and where are nowhere, at any depth, in keys as in values", () => {
  const words = [homedir(), hostname(), userInfo().username];
  const value = {
    a: [`${homedir()}/x`, { [`${homedir()}/key`]: `run by ${userInfo().username} on ${hostname()}` }],
    n: 3,
    t: true,
    z: null,
  };
  const text = JSON.stringify(scrubbed(value));
  for (const word of words.filter((word) => word.length > 2)) assert.ok(!text.includes(word), `${word} in ${text}`);
  assert.deepEqual(scrubbed({ n: 3, t: true, z: null }), { n: 3, t: true, z: null });
});
