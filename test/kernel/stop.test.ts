/** The stop button in a real kernel: whatever a cell is doing, it ends, and the next cell runs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { KernelClient } from "../../lib/kernel/runner/client";
import type { Output } from "../../lib/kernel/runner/nbformat";
import { OutputCollector } from "../../lib/kernel/runner/outputs";
import { withCheckpoints } from "../../lib/kernel/stop/checkpoints";
import { TINY_BERT } from "../tiny";

let kernel: KernelClient;

before(async () => {
  kernel = await KernelClient.start({ folder: join(PROJECT_ROOT, "notebooks") });
});
after(() => kernel.shutdown());

/** Runs a cell; `onMessage` sees what it sends. */
async function run(code: string, onText?: (text: string) => void): Promise<Output[]> {
  const collector = new OutputCollector(new Map());
  await kernel.execute(code, (message) => {
    collector.take(message);
    if (message.type === "stream") onText?.(String(message.content.text));
  });
  return collector.outputs;
}

async function result(code: string): Promise<string> {
  const last = (await run(code)).at(-1);
  assert.ok(last?.output_type === "execute_result", JSON.stringify(last));
  return String(last.data["text/plain"]);
}

/** Runs a cell that prints "begun", and presses the button as often as asked as soon as it has. */
async function stopped(code: string, presses = 1): Promise<string> {
  const outputs = await run(code, (text) => {
    if (text.startsWith("begun")) for (let n = 0; n < presses; n++) kernel.interrupt();
  });
  const error = outputs.at(-1);
  assert.ok(error?.output_type === "error", JSON.stringify(outputs));
  assert.equal(error.ename, "Interrupted");
  assert.equal(await result("40 + 2"), "42");
  return JSON.stringify(outputs);
}

/** Prints at once: a loop that never lets go would keep what is printed. */
const BEGUN = 'console.log("begun");';
const EXEC = 'import { execSync } from "node:child_process";';

test("a loop is stopped: synchronous, after an await, of awaits that never let go, in a callback, in a function of another cell", async () => {
  await run("function forever() { for (;;) {} }");
  for (const loop of [
    "for (;;) {}",
    "await null; for (;;) {}",
    "await new Promise((done) => setTimeout(done, 5)); while (true);",
    "for (;;) await null;",
    "do { await 1 } while (true)",
    "await null; for (const a of [1]) for (;;) a;",
    "[1].map(() => { for (;;) {} })",
    "await null; forever();",
    "await new Promise(() => setTimeout(() => { for (;;) {} }, 1))",
  ])
    await stopped(`${BEGUN} ${loop}`);
});

test("three presses in a row stop one cell, and the next one runs", async () => {
  for (const loop of ["for (;;) {}", "await null; for (;;) await null;", "await new Promise(() => undefined)"])
    await stopped(`${BEGUN} ${loop}`, 3);
});

test("what never comes to a loop of a cell is stopped too: a search that does not end, a program that is waited for", async () => {
  await stopped(`${BEGUN} /(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")`);
  await stopped(`${EXEC} ${BEGUN} execSync("sleep 600")`);
  await stopped(`${EXEC} await null; ${BEGUN} execSync("sleep 600")`);
  await stopped(`${EXEC} await null; ${BEGUN} for (;;) { try { execSync("sleep 600"); } catch {} }`);
  await stopped(`${EXEC} ${BEGUN} execSync("trap '' INT; sleep 600; sleep 600")`, 3);
});

test("a press while a cell compiles, synchronous or not, keeps it from running", async () => {
  for (const line of ["let ran = true;", "await null; let ran = true;"]) {
    // Types that take the compiler a while: the press is sent before it has begun, and is read on another thread.
    const types = Array.from({ length: 3_000 }, (_, n) => `type T${n} = { [K in keyof number[]]: number[][K] };`);
    const running = run(`${types.join("\n")}\n${line}`);
    const again = setInterval(() => kernel.interrupt(), 20);
    const last = (await running.finally(() => clearInterval(again))).at(-1);
    assert.ok(last?.output_type === "error", JSON.stringify(last));
    assert.equal(`${last.ename}: ${last.evalue}`, "Interrupted: the cell was interrupted before it ran.");
    // A press that was on its way when the cell ended may meet the next one.
    await run("1");
    assert.equal(await result("40 + 2"), "42");
  }
});

test("a loop of predictions is stopped, and the model answers afterwards as before", async () => {
  await run(
    `import { GLiNER } from "../lib";\nconst model = await GLiNER.fromPretrained(${JSON.stringify(TINY_BERT)});`,
  );
  const ask =
    'JSON.stringify(await model.predictEntities("Ada Lovelace met Bo in Oslo.", ["person", "city"], { threshold: 0.1 }))';
  const before = await result(ask);
  const scopes = await result(
    '(globalThis as any)._tfengine.state.scopeStack.length + " " + (globalThis as any)._tfengine.memory().numTensors',
  );
  const loop = `for (;;) await model.predictEntities("Ada Lovelace met Bo in Oslo.", ["person", "city"]);`;
  await stopped(`${BEGUN} ${loop}`);
  await stopped(`await null; ${BEGUN} ${loop}`, 3);
  assert.equal(await result(ask), before);
  assert.equal(
    await result(
      '(globalThis as any)._tfengine.state.scopeStack.length + " " + (globalThis as any)._tfengine.memory().numTensors',
    ),
    scopes,
  );
});

test("a tidy that is cut leaves no scope and no tensor", async () => {
  await run('import * as tf from "@tensorflow/tfjs";\nconst kept = tf.zeros([1]);');
  const open = '(globalThis as any)._tfengine.state.scopeStack.length + " " + tf.memory().numTensors';
  const before = await result(open);
  await stopped(
    `${BEGUN} tf.tidy(() => { tf.zeros([3]); /(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"); })`,
  );
  await stopped(`${BEGUN} tf.tidy(() => { for (;;) tf.zeros([3]); })`);
  assert.equal(await result(open), before);
});

test("finally blocks run, and a cell that swallows the error ends all the same", async () => {
  const cleaned = await stopped(`${BEGUN} try { for (;;) await null; } finally { console.log("cleaned"); }`);
  assert.match(cleaned, /cleaned/);
  await stopped(`${BEGUN} for (;;) { try { await null; } catch { } }`);
});

test("nothing of a cell that was given up on goes on: neither by timers nor by awaits", async () => {
  await stopped(
    `let beats = 0; setInterval(() => { beats++; }, 5);
(async () => { for (;;) { await new Promise((done) => setTimeout(done, 5)); beats++; } })();
${BEGUN} await new Promise(() => undefined);`,
  );
  const beats = Number(await result("beats"));
  await run("await new Promise((done) => setTimeout(done, 200));");
  assert.equal(Number(await result("beats")), beats);
});

test("nothing of a cell that ended by the error at its next await goes on", async () => {
  await stopped(
    `let ticks = 0; setInterval(() => { ticks++; }, 5);
${BEGUN} for (;;) await new Promise((done) => setTimeout(done, 1));`,
  );
  const ticks = Number(await result("ticks"));
  await run("await new Promise((done) => setTimeout(done, 200));");
  assert.equal(Number(await result("ticks")), ticks);
  // A promise that is the cell's value is awaited after its code has run.
  await stopped(
    `let steps = 0; setInterval(() => { steps++; }, 5);
(async () => { ${BEGUN} for (;;) await new Promise((done) => setTimeout(done, 1)); })()`,
  );
  const gone = Number(await result("steps"));
  await run("await new Promise((done) => setTimeout(done, 200));");
  assert.equal(Number(await result("steps")), gone);
});

test("a cell that listens is asked and ends by itself; a second press does not wait", async () => {
  await run('import { interruptSignal } from "../lib/notebook";\nlet steps = 0;');
  const listening = `while (!interruptSignal()?.aborted) { await new Promise((done) => setTimeout(done, 20)); if (steps++ === 0) ${BEGUN} }\n"ended at its step"`;
  const outputs = await run(listening, (text) => text.startsWith("begun") && kernel.interrupt());
  assert.match(JSON.stringify(outputs.at(-1)), /ended at its step/);
  // Awaits that never let go hear it as well.
  const busy = await run(
    `let n = 0; while (!interruptSignal()?.aborted) { await null; if (n++ === 0) ${BEGUN} }\n"heard"`,
    (text) => text.startsWith("begun") && kernel.interrupt(),
  );
  assert.match(JSON.stringify(busy.at(-1)), /heard/);
  await stopped(`interruptSignal(); ${BEGUN} for (;;) await null;`, 2);
});

test("a press between cells means nothing to the next one", async () => {
  kernel.interrupt();
  await kernel.ask("kernel_info_request", {});
  assert.equal(await result("1 + 1"), "2");
});

test("checkpoints keep lines, and the map gives columns back; a function that is taken elsewhere as text still runs", async () => {
  const code =
    "for (const a of b) c();\nconst d = await e(await f), g = await h;\nwhile (x) { y(); }\nq: for (;;) continue q;";
  const made = withCheckpoints(code);
  assert.equal(made.code.split("\n").length, 4);
  for (const [line, word] of [
    [0, "c()"],
    [1, "e("],
    [1, "f)"],
    [1, "h)"],
    [2, "y()"],
    [3, "continue"],
  ] as const) {
    const place = made.map.findEntry(line, made.code.split("\n")[line].indexOf(word));
    assert.deepEqual(
      place,
      { originalLine: line, originalColumn: code.split("\n")[line].indexOf(word[0] === "h" ? "h;" : word) },
      word,
    );
  }
  const elsewhere =
    'import vm from "node:vm";\nfunction sum(n: number) { let s = 0; for (let i = 0; i < n; i++) s += i; return s; }';
  await run(elsewhere);
  assert.equal(await result("vm.runInNewContext('(' + sum + ')(4)')"), "6");
});
