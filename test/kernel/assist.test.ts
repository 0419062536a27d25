/** What completion and hover say in a real kernel, and that an editor says the same of the same notebook. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { KernelClient } from "../../lib/kernel/runner/client";
import { cellsOf, EDITOR_OPTIONS, Editor } from "./editor";

const NOTEBOOKS = join(PROJECT_ROOT, "notebooks");
const IMPORT = 'import { entities, GLiNER, splitWords, train } from "../lib";';
let kernel: KernelClient;

before(async () => {
  kernel = await KernelClient.start({ folder: NOTEBOOKS });
  await kernel.execute(`${IMPORT}\nlet model: GLiNER | undefined;`);
});
after(() => kernel.shutdown());

/** Hover at a place of a cell, in characters; default: its end. */
async function hover(code: string, cursor_pos = Array.from(code).length): Promise<string | undefined> {
  const { content } = await kernel.ask("inspect_request", { code, cursor_pos, detail_level: 0 });
  const data = content.data as Record<string, string>;
  return content.found ? data["text/plain"] : undefined;
}

/** Completion at a place of a cell: the matches and the text that they replace. */
async function complete(
  code: string,
  cursor_pos = Array.from(code).length,
): Promise<{ matches: string[]; of: string }> {
  const { content } = await kernel.ask("complete_request", { code, cursor_pos });
  const of = Array.from(code).slice(Number(content.cursor_start), Number(content.cursor_end));
  return { matches: content.matches as string[], of: of.join("") };
}

test("completion lists what the library has: names, members, options, names of an import", async () => {
  const members = (await complete("GLiNER.")).matches;
  assert.ok(members.includes("fromPretrained") && members.includes("fromConfig"), members.join());
  assert.deepEqual(await complete("splitW"), { matches: ["splitWords"], of: "splitW" });
  assert.ok((await complete("model!.predict")).matches.includes("predictEntities"));
  const call = 'model!.predictEntities("a", ["b"], { thr })';
  assert.deepEqual(await complete(call, call.length - 3), { matches: ["threshold"], of: "thr" });
  assert.equal((await complete('import { splitW } from "../lib"', 15)).matches[0], "splitWords");
});

test("positions count characters, as the protocol says: an emoji before the cursor shifts nothing", async () => {
  assert.deepEqual(await complete('const s = "👍👍"; GLiNER.fromP'), { matches: ["fromPretrained"], of: "fromP" });
  assert.match((await hover('const s = "👍👍"; train; s', 20)) ?? "", /function train/);
});

test("hover shows signature, docstring and tags by their names; nothing for what nobody declared", async () => {
  const text = (await hover("train")) ?? "";
  assert.match(text, /function train\(model: GLiNER, records: readonly NerRecord\[\]/);
  assert.match(text, /Trains a model in place/);
  assert.match(text, /^@param records/m);
  assert.match(text, /^@throws UserError/m);
  assert.equal(await hover("nobodyDeclaredThis"), undefined);
});

test("inside a call's parentheses the function is shown, or the name itself that the cursor touches", async () => {
  for (const code of ["GLiNER.fromPretrained(", 'GLiNER.fromPretrained("x', "await GLiNER.fromPretrained( "])
    assert.match((await hover(code)) ?? "", /fromPretrained\(name: string/, code);
  assert.match((await hover('splitWords(entities("a", ')) ?? "", /entities\(text: string/);
  assert.match((await hover('splitWords(entities("a", []) ')) ?? "", /splitWords\(text: string/);
  assert.match((await hover("splitWords(model", 13)) ?? "", /model: GLiNER/);
  assert.match((await hover('train(model!, splitWords("a b"))', 28)) ?? "", /splitWords\(text: string/);
  assert.equal(await hover('splitWords("a b") '), undefined);
});

test("after a cell that threw and one that did not compile, both know what they knew", async () => {
  await kernel.execute("throw new Error('x')");
  await kernel.execute('const n: number = "x"');
  assert.ok((await complete("GLiNER.")).matches.includes("fromPretrained"));
  assert.match((await hover("GLiNER.fromPretrained")) ?? "", /Loads a folder of Python/);
});

for (const [name, options] of Object.entries(EDITOR_OPTIONS)) {
  test(`an editor under ${name} options reads every notebook without a fault`, () => {
    const editor = new Editor(options);
    for (const notebook of readdirSync(NOTEBOOKS).filter((file) => file.endsWith(".ipynb"))) {
      const document = editor.open(notebook, cellsOf(notebook));
      assert.equal(editor.resolved(document, "../lib"), join(PROJECT_ROOT, "lib", "index.ts"));
      assert.deepEqual(editor.faults(document), [], notebook);
    }
    const wrong = editor.open("wrong", `${IMPORT}\nawait (splitWords(5));`);
    assert.deepEqual(editor.faults(wrong), [
      "line 2: Argument of type 'number' is not assignable to parameter of type 'string'.",
    ]);
  });

  test(`an editor under ${name} options shows the kernel's signatures and docstrings`, async () => {
    const editor = new Editor(options);
    for (const name of ["GLiNER", "GLiNER.fromPretrained", "GLiNER.fromConfig", "entities", "train", "splitWords"]) {
      const inKernel = sameSpelling((await hover(name)) ?? "");
      const inEditor = sameSpelling(editor.hover(editor.open("hover", `${IMPORT}\n${name}`)));
      assert.match(inEditor, /\n\n\S+/, `${name} has no docstring`);
      assert.ok(inKernel.startsWith(inEditor), `${name}\nkernel: ${inKernel}\neditor: ${inEditor}`);
    }
  });
}

/** TypeScript 5.0, the kernel's, writes an optional value's `| undefined` out; 5.9 does not. */
function sameSpelling(text: string): string {
  return text.replaceAll(" | undefined", "").trim();
}
