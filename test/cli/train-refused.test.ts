/** What goes wrong around a run: one sentence each, exit code 1, and what was there stays. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Manifest } from "../../lib/provenance/manifest";
import { ROOT, TINY_RECORDS } from "../tiny";
import { tinyRecipe, traceOf, trainVerb } from "./killed";

const scratch = mkdtempSync(join(tmpdir(), "train-refused-"));
after(() => rmSync(scratch, { recursive: true }));
const recipe = ["--config", tinyRecipe(scratch, { num_steps: 16, eval_every: 8 })];
/** A run that was stopped at step 8, to be spoilt in copies. */
const stopped = join(scratch, "stopped");
const whole = join(scratch, "whole");

before(async () => {
  const first = await trainVerb(recipe, whole);
  assert.equal(first.code, 0, first.err);
  const interrupt = async (steps: () => number): Promise<NodeJS.Signals> => {
    while (steps() < 8) await new Promise((resolve) => setTimeout(resolve, 2));
    return "SIGTERM";
  };
  assert.equal((await trainVerb(recipe, stopped, { interrupt })).code, 0);
});

/** A copy of the stopped run. */
function copy(name: string): string {
  const out = join(scratch, name);
  cpSync(stopped, out, { recursive: true });
  return out;
}

/** The sentence a verb ended with. */
function sentence(err: string): string {
  const lines = err.trim().split("\n");
  assert.ok(!/^\s+at /m.test(err), `a stack: ${err}`);
  return lines[lines.length - 1];
}

async function refused(out: string, words: readonly string[], message: RegExp): Promise<void> {
  const before = traceOf(out);
  const { code, err } = await trainVerb(words, out);
  assert.equal(code, 1, err);
  assert.match(sentence(err), message);
  assert.deepEqual(traceOf(out), before, "what was there stays");
}

test("a configuration that changed is named by its key", async () => {
  const out = copy("config");
  await refused(
    out,
    [...recipe, "--set", "lr_others=5e-4"],
    /another configuration: "lr_others" was 0\.001 and is 0\.0005 now/,
  );
  await refused(out, [...recipe, "--set", "num_steps=20"], /"num_steps" was 16 and is 20 now/);
  // How often something is written may change.
  const { code, err } = await trainVerb([...recipe, "--set", "save_every=5"], out);
  assert.equal(code, 0, err);
  assert.deepEqual(traceOf(out), traceOf(whole));
});

test("a data file that changed is named", async () => {
  const out = copy("data");
  const folder = join(scratch, "other");
  mkdirSync(folder);
  const other = ["--config", tinyRecipe(folder, { num_steps: 16, eval_every: 8 })];
  const [first, ...rest] = TINY_RECORDS;
  const changed = [{ ...first, tokens: ["Anna", "Jones", ...first.tokens.slice(2)] }, ...rest];
  writeFileSync(join(folder, "data.jsonl"), changed.map((record) => `${JSON.stringify(record)}\n`).join(""));
  await refused(out, other, /a run with other data: train_data was \S*data\.jsonl and is \S*data\.jsonl now/);
});

test("a checkpoint that was cut off is refused before anything is taken up", async () => {
  for (const file of [
    "model.safetensors",
    "optimizer.safetensors",
    "gliner_config.json",
    "tokenizer.json",
    "trainer_state.json",
  ]) {
    const out = copy(`cut-${file}`);
    truncateSync(join(out, "last", file), 300);
    await refused(
      out,
      recipe,
      file === "trainer_state.json"
        ? /trainer_state\.json cannot be read/
        : /is damaged: its bytes are not those that were saved/,
    );
  }
});

const inNamespace = (script: string) =>
  spawnSync("unshare", ["--user", "--map-root-user", "--mount", "bash", "-c", script], { encoding: "utf8" });
const mounts = inNamespace(`mount -t tmpfs tmpfs ${scratch}`).status === 0;
const small = join(scratch, "small");
const verb = `TF_NUM_INTRAOP_THREADS=1 ${process.execPath} ${join(ROOT, "dist/lib/cli/train.js")} --config ${recipe[1]}`;

test("a disk that is full in the middle: the checkpoint before it is whole, and the run goes on from it", {
  skip: !mounts && "no mount namespace on this machine",
}, async () => {
  const out = join(scratch, "full");
  mkdirSync(small, { recursive: true });
  // Room for one checkpoint and what is written beside it, not for two.
  const { stdout, stderr } = inNamespace(
    `mount -t tmpfs -o size=1700k tmpfs ${small} && { ${verb} --set eval_every=0 --out ${small}/run; echo "code $?"; cp -r ${small}/run ${out}; }`,
  );
  assert.match(stdout, /code 1/, stderr);
  assert.match(sentence(stderr), /^train: cannot write the checkpoint .*ENOSPC.*; the one before it is kept\.$/);
  assert.ok(existsSync(join(out, "last")) && !existsSync(join(out, "last.writing")));
  const manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")) as Manifest;
  assert.equal(manifest.sessions[0].status, "failed");
  const rest = await trainVerb([...recipe, "--set", "eval_every=0"], out);
  assert.equal(rest.code, 0, rest.err);
  assert.equal(traceOfWeights(out), traceOfWeights(whole));
});

test("a read-only folder is refused before the first step", {
  skip: !mounts && "no mount namespace on this machine",
}, () => {
  mkdirSync(small, { recursive: true });
  const { stdout, stderr } = inNamespace(
    `mount -t tmpfs -o ro tmpfs ${small} && { ${verb} --out ${small}/run; echo "code $?"; }`,
  );
  assert.match(stdout, /code 1/, stderr);
  assert.match(sentence(stderr), /^train: cannot make the run folder .*EROFS/);
  assert.doesNotMatch(stderr, /1\/16/);
});

test("a folder that becomes read-only on the way ends the run with one sentence", {
  skip: !mounts && "no mount namespace on this machine",
}, () => {
  mkdirSync(small, { recursive: true });
  const { stdout, stderr } = inNamespace(
    `mount -t tmpfs tmpfs ${small} && { ${verb} --set num_steps=100000 --set save_every=100000 --out ${small}/run & while [ ! -s ${small}/run/metrics.jsonl ]; do sleep 0.05; done; until mount -o remount,ro ${small} 2>/dev/null; do sleep 0.05; done; wait $!; echo "code $?"; }`,
  );
  assert.match(stdout, /code 1/, stderr);
  // Which of the files that a step writes is the first to fail hangs on the moment of the remount; it is said once.
  assert.match(
    sentence(stderr),
    /^train: cannot write \S+\/run\/(metrics\.jsonl|manifest\.json|last\S*|tensorboard\S*): EROFS/,
  );
});

const traceOfWeights = (out: string) => traceOf(out).model;
