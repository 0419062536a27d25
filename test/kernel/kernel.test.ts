/** A real kernel, driven over ZeroMQ as a front end does. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { KernelClient } from "../../lib/kernel/runner/client";
import type { Output } from "../../lib/kernel/runner/nbformat";
import { OutputCollector } from "../../lib/kernel/runner/outputs";

const NOTEBOOKS = join(PROJECT_ROOT, "notebooks");
let kernel: KernelClient;

before(async () => {
  kernel = await KernelClient.start({ folder: NOTEBOOKS });
});
after(() => kernel.shutdown());

async function run(code: string, stopOnError = true): Promise<{ status: string; outputs: Output[] }> {
  const collector = new OutputCollector(new Map());
  const { status } = await kernel.execute(code, (message) => collector.take(message), stopOnError);
  return { status, outputs: collector.outputs };
}

/** The plain text of a cell's result. */
async function result(code: string): Promise<string> {
  const { outputs } = await run(code);
  const last = outputs[outputs.length - 1];
  assert.ok(last?.output_type === "execute_result", JSON.stringify(last));
  return String(last.data["text/plain"]);
}

test("a cell's last expression is its result, and names live on", async () => {
  assert.equal(await result("1 + 1"), "2");
  await run("let a = 3;\nconst label = 'x';");
  assert.equal(await result("a += 4; a"), "7");
  assert.equal(await result("({ label })"), "{ label: 'x' }");
});

test("the property that a pattern takes apart is not taken for an earlier cell's name", async () => {
  await run("const rows = [{ f1: 1, ends: [0, 2] }];");
  assert.equal(await result("const { f1: score } = rows[0];\nscore"), "1");
  assert.equal(await result("[rows.map(({ ends: [, high] }) => high)]"), "[ [ 2 ] ]");
  assert.equal(await result("let low = 5;\n(() => { let own; ({ f1: own } = rows[0]); return own; })() + low"), "6");
  assert.equal(await result("let from = 0;\n({ f1: from } = rows[0]);\nfrom"), "1");
});

test("the library is imported by its source's path, from any folder, and not compiled again", async () => {
  const words = await result(
    'import { splitWords } from "../lib";\nsplitWords("Ada met Bo.").map((w) => w.text).join("|")',
  );
  assert.equal(words, "'Ada|met|Bo|.'");
  assert.equal(await result('import { escapeHtml } from "../lib/notebook/html.ts";\nescapeHtml("<")'), "'&lt;'");
  const wrong = await run('import { splitWords as cut } from "../lib";\ncut(5)');
  assert.match(JSON.stringify(wrong.outputs), /not assignable to parameter of type 'string'/);
});

test("await works at the top of a cell in every form, and a promise is awaited", async () => {
  assert.equal(await result("await (Promise.resolve(3))"), "3");
  assert.equal(await result("let sum = 0;\nfor await (const n of [1, 2]) sum += n;\nsum"), "3");
  assert.equal(await result("Promise.resolve('later')"), "'later'");
});

test("a thrown error is an error output with its name, its message and the cell's line", async () => {
  const { status, outputs } = await run("const fine = 1;\n\nthrow new RangeError('too far: ' + fine);");
  assert.equal(status, "error");
  const [error] = outputs;
  assert.ok(error.output_type === "error");
  assert.equal(`${error.ename}: ${error.evalue}`, "RangeError: too far: 1");
  assert.match(error.traceback.join("\n"), /cell \[\d+\], line 3: +throw new RangeError/);
});

test("a cell that does not compile names line and place", async () => {
  const { outputs } = await run("const n: number = 1;\nn.nothing();");
  const [error] = outputs;
  assert.ok(error.output_type === "error");
  assert.match(error.traceback.join("\n"), /line 2: Property 'nothing' does not exist on type 'number'/);
  assert.match(error.traceback.join("\n"), /\n {6}\^/);
});

test("2,000 outputs at once all arrive, in their order, and the reply after them", async () => {
  const { status, outputs } = await run(
    'import { display, table } from "../lib";\nfor (let i = 0; i < 2000; i++) display(table([{ i }]));',
  );
  assert.equal(status, "ok");
  const numbers = outputs.map((output) =>
    output.output_type === "display_data" ? Number(String(output.data["text/plain"]).split("\n").at(-1)) : -1,
  );
  assert.deepEqual(
    numbers,
    Array.from({ length: 2000 }, (_, i) => i),
  );
});

test("20,000 printed lines all arrive", async () => {
  const { outputs } = await run('for (let i = 0; i < 20000; i++) console.log("line " + i)');
  const [stream] = outputs;
  assert.ok(stream.output_type === "stream" && outputs.length === 1);
  assert.equal(stream.text.split("\n").length, 20_001);
  assert.ok(stream.text.endsWith("line 19999\n"));
});

test("after a failure, waiting cells are aborted or run as asked; later ones always run", async () => {
  const fail = "throw new Error('x')";
  assert.deepEqual(
    (await Promise.all([run(fail), run("1")])).map(({ status }) => status),
    ["error", "aborted"],
  );
  assert.equal((await run("2")).status, "ok");
  assert.deepEqual(
    (await Promise.all([run(fail, false), run("1", false)])).map(({ status }) => status),
    ["error", "ok"],
  );
});

test("displays show themselves, in place and again", async () => {
  const { outputs } = await run(
    'import { display, matrix, progress } from "../lib/notebook";\ndisplay(matrix([[1]]));\nconst p = progress(2, "work"); p.update(2);\nmatrix([[2]])',
  );
  assert.deepEqual(
    outputs.map(({ output_type }) => output_type),
    ["display_data", "display_data", "execute_result"],
  );
  assert.match(JSON.stringify(outputs[1]), /work: 2\/2/);
  assert.match(JSON.stringify(outputs[2]), /text\/html/);
});

/** Interrupts again and again until the cell ends: on a busy machine the first may come before the cell has begun. */
async function interrupting<T>(cell: Promise<T>, everyMs: number): Promise<T> {
  const again = setInterval(() => kernel.interrupt(), everyMs);
  return cell.finally(() => clearInterval(again));
}

test("an interrupt stops a synchronous loop, and a loop that looks at the signal keeps its state", async () => {
  const { outputs } = await interrupting(run("for (;;) {}"), 400);
  assert.match(JSON.stringify(outputs), /Interrupted/);
  await run('import { interruptSignal } from "../lib/notebook";\nlet steps = 0;');
  const loop =
    'while (!interruptSignal()?.aborted) { await new Promise((r) => setTimeout(r, 20)); if (steps++ === 0) console.log("begun"); }';
  // A second interrupt would give the cell up: the next comes only where the first did not arrive.
  const running = kernel.execute(loop, ({ type }) => {
    if (type === "stream") kernel.interrupt();
  });
  await interrupting(running, 5_000);
  assert.equal(await result("steps > 0"), "true");
});

test("the kernel speaks under a session of its own, whoever asks: JupyterLab drops what comes under a changing one", async () => {
  const sessions = new Set<string>();
  for (const code of ["1", "console.log(2)", "throw 3"])
    await kernel.execute(code, (message) => sessions.add(message.session), false);
  assert.equal(sessions.size, 1);
  const other = await KernelClient.start({ folder: NOTEBOOKS });
  try {
    await other.execute("1", (message) => sessions.add(message.session));
  } finally {
    await other.shutdown();
  }
  assert.equal(sessions.size, 2);
  assert.ok(![...sessions].some((session) => session === kernel.session || session === other.session));
});

test("a question for the history is answered, with its busy and idle: JupyterLab asks it before it shows a kernel's state", async () => {
  const { status, content } = await kernel.ask("history_request", { hist_access_type: "tail", n: 10 });
  assert.equal(status, "ok");
  assert.deepEqual(content.history, []);
});
