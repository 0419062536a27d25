import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parse } from "yaml";
import { PROJECT_ROOT, useBackend } from "../../lib/backend";
import { GLiNER } from "../../lib/gliner/gliner";
import type { TrainOptions } from "../../lib/gliner/training/options";
import { train } from "../../lib/gliner/training/train";
import { type Manifest, readManifest } from "../../lib/provenance/manifest";
import { TINY_BERT, TINY_RECORDS } from "../tiny";

before(() => useBackend());
const scratch = mkdtempSync(join(tmpdir(), `manifest-${userInfo().username}-`));
after(() => rmSync(scratch, { recursive: true }));

const OPTIONS: TrainOptions = {
  num_steps: 5,
  train_batch_size: 3,
  lr_encoder: 1e-3,
  lr_others: 1e-3,
  dev: TINY_RECORDS,
  eval_every: 5,
};

async function run(out: string, options: TrainOptions = {}): Promise<Manifest> {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  try {
    await train(model, TINY_RECORDS, { ...OPTIONS, prev_path: TINY_BERT, out, ...options });
  } finally {
    model.dispose();
  }
  return readManifest(join(out, "manifest.json"));
}

test("it is there before the first step, and closed with what came of the run", async () => {
  const out = join(scratch, "whole");
  let early: Manifest | undefined;
  const onStep = ({ step }: { step: number }) => {
    if (step === 1) early = readManifest(join(out, "manifest.json"));
  };
  const manifest = await run(out, { onStep });
  assert.deepEqual([early?.sessions[0].status, early?.sessions[0].ended], ["running", null]);
  assert.equal(early?.weights.sha256, manifest.weights.sha256);
  const [session] = manifest.sessions;
  assert.deepEqual([session.status, session.first_step, session.last_step], ["finished", 0, 5]);
  assert.ok((session.peak_rss_mb ?? 0) > 50 && session.tensors.start > 0);
  assert.deepEqual(Object.keys(manifest.result.losses), ["1", "2", "5"]);
  assert.deepEqual([manifest.result.steps, manifest.data.train_data.records], [5, TINY_RECORDS.length]);
  assert.match(manifest.tokenizer.sha256, /^[0-9a-f]{64}$/);
  assert.ok(Object.keys(manifest.tokenizer.added_tokens).includes("<<ENT>>"));
  assert.ok(manifest.official.differences.some(({ key }) => key === "model.hidden_size"));
  assert.equal(manifest.streams.names.dropout?.length > 0, true);
});

test("a run made again has the same identity, fingerprints and first losses; another seed has others", async () => {
  const early: Manifest[] = [];
  const onStep = ({ step }: { step: number }) => {
    if (step === 1) early.push(readManifest(join(scratch, "same", "manifest.json")));
  };
  const same = await run(join(scratch, "same"), { onStep });
  assert.deepEqual(
    [early[0].result.last_evaluation, Object.keys(early[0].result.losses)],
    [null, ["1"]],
    "nothing of the run before it",
  );
  const first = readManifest(join(scratch, "whole", "manifest.json"));
  assert.deepEqual([same.id, same.first_batch, same.weights], [first.id, first.first_batch, first.weights]);
  for (const [step, loss] of Object.entries(first.result.losses))
    assert.ok(Math.abs(same.result.losses[step] - loss) <= 1e-4 * loss, `step ${step}`);
  const other = await run(join(scratch, "other"), { seed: 9 });
  assert.notEqual(other.id, first.id);
  assert.notEqual(other.first_batch.sha256, first.first_batch.sha256);
});

test("no user name, host name or absolute path is in the manifest, the card or the record of a failure", async () => {
  const out = join(scratch, "private");
  const command = ["train", "--out", out, "--config", join(homedir(), "recipes", "mine.yaml")];
  const provenance = { command, files: { train_data: { name: join(scratch, "data", "mine.jsonl") } } };
  const failing = { lr_others: 1e30, lr_encoder: 1e30, warmup_ratio: 0, max_grad_norm: 0 };
  await assert.rejects(run(out, { provenance, ...failing }), /step \d: the loss is/);
  const manifest = readManifest(join(out, "manifest.json"));
  assert.equal(manifest.sessions[0].status, "failed");
  assert.match(manifest.sessions[0].failure ?? "", /saved in step-\d+\.json/);
  assert.equal(manifest.data.train_data.name, "mine.jsonl");
  for (const file of ["manifest.json", "README.md"]) {
    const text = readFileSync(join(out, file), "utf8");
    for (const word of [scratch, PROJECT_ROOT, homedir(), tmpdir()])
      assert.ok(!text.includes(word), `${word} in ${file}`);
    for (const name of [userInfo().username, hostname()])
      if (name.length > 2) assert.doesNotMatch(text, new RegExp(`(?<![\\w-])${name}(?![\\w-])`, "i"), file);
    assert.doesNotMatch(text, /(^|[\s"'(=])\/(home|root|tmp|usr|var|work|Users)\b/m, file);
  }
});

test("an interrupted run is closed as one, and each session is listed", async () => {
  const out = join(scratch, "sessions");
  const stop = new AbortController();
  const onStep = ({ step }: { step: number }) => step === 2 && stop.abort();
  const first = await run(out, { signal: stop.signal, onStep: (report) => void onStep(report) });
  assert.deepEqual([first.sessions[0].status, first.sessions[0].last_step], ["interrupted", 2]);
  const second = await run(out, { resume: true });
  assert.deepEqual(
    second.sessions.map(({ status, first_step, last_step }) => [status, first_step, last_step]),
    [
      ["interrupted", 0, 2],
      ["finished", 2, 5],
    ],
  );
  assert.deepEqual(second.sessions[1].environment_changes, []);
  assert.equal(second.weights.sha256, first.weights.sha256, "of the start, not of the checkpoint");
});

test("a session under other flags says what changed", async () => {
  const out = join(scratch, "flags");
  const stop = new AbortController();
  await run(out, { signal: stop.signal, onStep: () => stop.abort() });
  process.env.OMP_NUM_THREADS = "7";
  const { sessions } = await run(out, { resume: true });
  process.env.OMP_NUM_THREADS = undefined;
  delete process.env.OMP_NUM_THREADS;
  assert.deepEqual(
    sessions[1].environment_changes.map(({ key, ours }) => [key, ours]),
    [["environment.flags.OMP_NUM_THREADS", "7"]],
  );
});

test("the card is made from it: front matter that YAML reads, the recipe, the differences, into the model folders too", async () => {
  const out = join(scratch, "whole");
  const card = readFileSync(join(out, "README.md"), "utf8");
  const [, front] = /^---\n([\s\S]*?)\n---\n/.exec(card) ?? [];
  assert.equal((parse(front) as { library_name: string }).library_name, "gliner");
  for (const part of [
    "## Evaluation",
    "## Training data",
    "## Recipe",
    "## Difference from the official configuration",
    "## Where it ran",
    "loss of the development records",
  ])
    assert.ok(card.includes(part), part);
  for (const folder of ["last", "best"]) assert.equal(readFileSync(join(out, folder, "README.md"), "utf8"), card);
  assert.ok(existsSync(join(out, "best", "best.json")));
});

test("a manifest that is none is refused in one sentence", () => {
  const path = join(scratch, "broken.json");
  for (const text of ["{", "[]", '{"format": 9, "sessions": []}', "null"]) {
    writeFileSync(path, text);
    assert.throws(() => readManifest(path), { name: "UserError", message: /the manifest/ });
  }
});

test("a manifest that was cut is refused, with what it lacks", () => {
  const whole = JSON.parse(readFileSync(join(scratch, "whole", "manifest.json"), "utf8"));
  const path = join(scratch, "cut.json");
  const { weights: _, ...cut } = whole;
  writeFileSync(path, JSON.stringify({ ...cut, result: null }));
  assert.throws(
    () => readManifest(path),
    /cut\.json is not whole: it has no weights, result; wanted one as `train` writes it/,
  );
  writeFileSync(path, JSON.stringify({ format: whole.format, sessions: [] }));
  assert.throws(() => readManifest(path), /has no id, config, data/);
});
