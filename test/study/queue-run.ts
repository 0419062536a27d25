/** A study over a queue with everything that happens to one: three workers, one killed, the server restarted. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, cpSync, mkdirSync, openSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../tiny";
import type { Server } from "./servers";

/** A verb in a process of its own. */
export interface Running {
  child: ChildProcess;
  /** What it has said on standard error. */
  said(): string;
  ended: Promise<number | null>;
}

export function start(
  verb: string,
  words: readonly string[],
  options: { root?: string; env?: Record<string, string>; cwd?: string; input?: string } = {},
): Running {
  const script = join(options.root ?? ROOT, "dist", "lib", "cli", `${verb}.js`);
  const input = options.input === undefined ? undefined : openSync(options.input, "r");
  const child = spawn(process.execPath, [script, ...words], {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    stdio: [input ?? "ignore", "ignore", "pipe"],
  });
  if (input !== undefined) closeSync(input);
  let text = "";
  child.stderr?.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return { child, said: () => text, ended };
}

/** The same checkout with one line more. */
export function otherCode(folder: string): string {
  const root = join(folder, "other");
  mkdirSync(join(root, "dist"), { recursive: true });
  cpSync(join(ROOT, "dist", "lib"), join(root, "dist", "lib"), { recursive: true });
  for (const name of ["node_modules", "package.json", "data", ".workbook"])
    symlinkSync(join(ROOT, name), join(root, name));
  writeFileSync(join(root, "dist", "lib", "errors.js"), "// Another line.\n", { flag: "a" });
  return root;
}

export async function until(what: string, is: () => boolean, running: Running): Promise<void> {
  let over = false;
  void running.ended.then(() => {
    over = true;
  });
  while (!is()) {
    if (over) throw new Error(`ended before ${what}: ${running.said()}`);
    await sleep(100);
  }
}

/** What must be the same wherever a study ran: every run's numbers, every comparison. */
export function outcome(out: string): unknown {
  const { control, arms, manifest, verdict, seeds_needed } = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
  return { control, arms, data: manifest.data, tests: manifest.tests_sha256, verdict, seeds_needed };
}

/** Runs a plan over the server; kills the first worker with a run in its hands, and the server at about half. */
export async function throughTrouble(plan: string, folder: string, server: Server, runs: number): Promise<string> {
  const out = join(folder, "queue");
  mkdirSync(folder, { recursive: true });
  const study = start("study", [plan, "--queue", server.url, "--lease", "3", "--out", out]);
  const workers = ["a", "b", "c"].map((name) =>
    start("worker", ["--queue", server.url, "--name", name, "--out", join(folder, name)]),
  );
  const done = () => readdirSync(join(out, "results")).filter((name) => name.endsWith(".json")).length;
  try {
    const [first] = workers;
    await until("the first worker had a run", () => /worker a: .*seed/.test(first.said()), study);
    first.child.kill("SIGKILL");
    await until("half of the runs were done", () => done() >= runs / 2, study);
    await server.restart();
    assert.equal(await study.ended, 0, study.said());
    assert.equal(done(), runs, "each result once");
    const finished = study.said().match(/^\d+ of \d+: .* done/gm) ?? [];
    assert.equal(finished.length, runs, "each run was counted once");
    assert.match(study.said(), / done by [bc]/);
  } finally {
    for (const { child } of [study, ...workers]) child.kill("SIGTERM");
    await Promise.all([study, ...workers].map(({ ended }) => ended));
  }
  return out;
}
