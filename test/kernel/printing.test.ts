/** What a real kernel prints of errors and values, and what it advises where a cell is no TypeScript. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { KernelClient } from "../../lib/kernel/runner/client";
import { OutputCollector } from "../../lib/kernel/runner/outputs";
import { TINY_BERT } from "../tiny";

let kernel: KernelClient;

before(async () => {
  kernel = await KernelClient.start({ folder: join(PROJECT_ROOT, "notebooks") });
});
after(() => kernel.shutdown());

/** All that a cell shows, as text without colours. */
async function shown(...lines: string[]): Promise<string> {
  const collector = new OutputCollector(new Map());
  await kernel.execute(lines.join("\n"), (message) => collector.take(message));
  const texts = collector.outputs.map((output) => {
    if (output.output_type === "stream") return output.text;
    return output.output_type === "error" ? `${output.traceback.join("\n")}\n` : `${output.data["text/plain"]}\n`;
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are written with the escape character
  return texts.join("").replace(/\u001b\[[\d;]*m/g, "");
}

test("an error that is logged, traced or a result shows the cell's lines and no frame of the kernel", async () => {
  const text = await shown(
    "function made() {",
    "  return new RangeError('too far');",
    "}",
    "console.log(made());",
    "console.trace('here');",
    "made()",
  );
  assert.match(
    text,
    /^RangeError: too far\n {4}at cell \[\d+\], line 2: +return new[^\n]+\n {4}at cell \[\d+\], line 4: /,
  );
  assert.match(text, /Trace: here\n {4}at cell \[\d+\], line 5: +console\.trace/);
  assert.match(
    text,
    /RangeError: too far\n {4}at cell \[\d+\], line 2: [^\n]+\n {4}at cell \[\d+\], line 6: +made\(\)\n$/,
  );
  assert.doesNotMatch(text, /kernel|tslab|node:/);
  const library = await shown(
    'import { splitWords } from "../lib";',
    "try { splitWords(JSON.parse('null')); } catch (error) { console.error(error); }",
  );
  assert.match(library, /at splitWords \(lib\/text\/words\.ts:\d+\)\n {4}at cell \[\d+\], line 2: +try/);
});

test("null is a value; undefined is none; what has no name shows none, and what has one shows it", async () => {
  assert.equal(await shown("null"), "null\n");
  assert.equal(await shown("undefined"), "");
  assert.equal(await shown("() => 1"), "[Function (anonymous)]\n");
  assert.equal(await shown("async () => 1"), "[AsyncFunction (anonymous)]\n");
  assert.equal(await shown("(class { x = 1 })"), "[class (anonymous)]\n");
  assert.equal(await shown("const own = () => 1; own"), "[Function: own]\n");
});

test("promises and timers show no mark of the kernel's", async () => {
  assert.equal(
    await shown("console.log(Promise.resolve(1), { p: Promise.resolve({ a: 2 }) })"),
    "Promise { 1 } { p: Promise { { a: 2 } } }\n",
  );
  const timer = await shown("const timer = setTimeout(() => 0, 1); console.log(timer)");
  assert.match(timer, /^Timeout \{/);
  assert.doesNotMatch(timer, /kResourceStore|CellRun/);
});

test("a model and tensors inside objects are a line each, and a tensor alone its values", async () => {
  const text = await shown(
    'import { GLiNER } from "../lib"; import * as tf from "@tensorflow/tfjs";',
    `const model = await GLiNER.fromPretrained(${JSON.stringify(TINY_BERT)});`,
    "const gone = tf.scalar(1); gone.dispose();",
    "console.log({ model, small: tf.tensor([[1, 2], [3, 0.5]]), large: tf.zeros([30, 40]), one: tf.variable(tf.scalar(1)), gone });",
    "({ list: [tf.tensor(['a'])] })",
  );
  const lines = text.split("\n").map((line) => line.trim());
  assert.match(lines[1], /^model: GLiNER \{ encoder: '[^']+', span_mode: 'markerV0', hidden_size: \d+ \},$/);
  assert.ok(lines.includes("small: Tensor float32 [2,2] 1, 2, 3, 0.5,"), text);
  assert.ok(lines.includes("large: Tensor float32 [30,40] 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, …,"), text);
  assert.ok(lines.includes("one: Tensor float32 [] 1,"), text);
  assert.ok(lines.includes("gone: Tensor float32 [] (disposed)"), text);
  assert.ok(lines.includes("{ list: [ Tensor string [1] 'a' ] }"), text);
  assert.match(await shown("tf.tensor([1, 2])"), /shape: \[2\]\n +values:\n +\[1, 2\]/);
});

test("a result of thousands of lines is cut, and says by how much", async () => {
  const text = await shown("Array.from({ length: 90 }, () => Array.from({ length: 90 }, () => 'x'.repeat(90)))");
  assert.match(text, /\n… \(\d+ more lines\)\n$/);
  assert.equal(text.split("\n").length, 302);
});

test("habits of other notebooks get a hint, and nothing else does", async () => {
  assert.match(await shown("!ls -la"), /Hint: A cell is TypeScript, `!` runs no program\. .*execSync/);
  for (const magic of ["%time 1 + 1", "%%timeit\n1 + 1", "%matplotlib inline"])
    assert.match(await shown(magic), /Hint: .*`%` commands are those of Python's kernel\..*console\.time/, magic);
  for (const jsx of ["const x = <div>hi</div>;", "() => <App name='x' />", "<p>\n  hello\n</p>"])
    assert.match(await shown(jsx), /Hint: A cell is TypeScript without JSX\./, jsx);
  assert.match(await shown("pip install numpy"), /Hint: .*npm install NAME/);
  for (const other of ["const n: number = 'x';", "nothing % 2", "!(nothing)", "f<number>(1)"])
    assert.doesNotMatch(await shown(other), /Hint/, other);
});
