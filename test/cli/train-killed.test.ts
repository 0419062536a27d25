/** Training that is interrupted, for real: kill -9 and SIGTERM in the middle of a process, and what a resume makes of it. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Manifest } from "../../lib/provenance/manifest";
import { readEvents } from "../../lib/train/tensorboard/event-file";
import { withEnvironment } from "../hub-server";
import { tinyRecipe, traceOf, trainKilled, trainVerb } from "./killed";

const scratch = mkdtempSync(join(tmpdir(), "train-killed-"));
after(() => rmSync(scratch, { recursive: true }));
const recipe = ["--config", tinyRecipe(scratch)];
const whole = join(scratch, "whole");
const manifestOf = (out: string) => JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")) as Manifest;

before(async () => {
  const { code, err } = await trainVerb(recipe, whole);
  assert.equal(code, 0, err);
});

test("killed three times at random moments, it ends with the weights, moments and metrics of an undisturbed run", async () => {
  const out = join(scratch, "killed");
  const hits = await trainKilled(recipe, out, 3, 1);
  assert.ok(hits >= 1, "no kill hit the run");
  assert.deepEqual(traceOf(out), traceOf(whole));
  const numbers = traceOf(out).steps.map(({ step }) => step);
  assert.deepEqual(
    numbers,
    Array.from({ length: 30 }, (_, i) => i + 1),
    "no step twice",
  );
  const events = readEvents(join(out, "tensorboard", "events.out.tfevents.run"));
  assert.deepEqual(
    events.map(({ step }) => step),
    numbers,
  );
  const { sessions } = manifestOf(out);
  assert.ok(sessions.slice(0, -1).some(({ status }) => status === "killed"));
  assert.equal(sessions[sessions.length - 1].status, "finished");
});

test("SIGTERM saves first: the resume takes no step twice and ends the same", async () => {
  const out = join(scratch, "stopped");
  const interrupt = async (steps: () => number): Promise<NodeJS.Signals> => {
    while (steps() < 10) await new Promise((resolve) => setTimeout(resolve, 2));
    return "SIGTERM";
  };
  const stopped = await trainVerb(recipe, out, { interrupt });
  assert.deepEqual([stopped.code, stopped.signal], [0, null], stopped.err);
  assert.match(stopped.err, /stopped at step \d+ of 30; go on with --resume/);
  const { sessions } = manifestOf(out);
  assert.equal(sessions[0].status, "interrupted");
  const rest = await trainVerb(recipe, out);
  assert.equal(rest.code, 0, rest.err);
  assert.equal(manifestOf(out).sessions[1].first_step, sessions[0].last_step);
  assert.deepEqual(traceOf(out), traceOf(whole));
});

test("WebAssembly trains too: every step is told, and SIGTERM saves", () =>
  withEnvironment({ BACKEND: "wasm" }, async () => {
    const out = join(scratch, "wasm");
    const interrupt = async (steps: () => number): Promise<NodeJS.Signals> => {
      while (steps() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      return "SIGTERM";
    };
    const { code, err } = await trainVerb([...recipe, "--set", "num_steps=100000"], out, { interrupt });
    assert.equal(code, 0, err);
    assert.match(
      err,
      /WebAssembly[\s\S]*\n1\/100000 {2}loss [\s\S]*stopped at step \d+ of 100000; go on with --resume/,
    );
    assert.ok(existsSync(join(out, "last", "model.safetensors")));
  }));

test("a finished run has nothing to resume: exit code 0, a line, and nothing is written", async () => {
  const before = [readFileSync(join(whole, "manifest.json"), "utf8"), traceOf(whole)];
  const { code, err } = await trainVerb(recipe, whole);
  assert.equal(code, 0, err);
  assert.match(err, /done: 30 steps/);
  assert.deepEqual([readFileSync(join(whole, "manifest.json"), "utf8"), traceOf(whole)], before);
  assert.ok(existsSync(join(whole, "best", "best.json")));
});
