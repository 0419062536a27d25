/**
 * The notebooks as an editor sees them: VS Code gives a notebook's cells to TypeScript's language service, each an unnamed
 * file in the notebook's folder that follows the ones before. VS Code itself is not run; its service is TypeScript's own.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { projectNotebooks } from "../../lib/kernel/book";
import { KernelClient } from "../../lib/kernel/client";
import { readNotebook } from "../../lib/kernel/nbformat";
import { PROJECT_ROOT } from "../../lib/kernel/project";

/** The project's own settings, as its tsconfig.json has them, and top-level await, which cells have. */
function editorOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(PROJECT_ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, PROJECT_ROOT);
  return {
    ...options,
    module: ts.ModuleKind.ESNext,
    noUnusedLocals: false,
    noEmit: true,
    incremental: false,
    tsBuildInfoFile: undefined,
  };
}

/** A language service over the files on disk and one document that is only in the editor. */
function editor(path: string, text: string): ts.LanguageService {
  const options = editorOptions();
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getScriptFileNames: () => [path],
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) => {
      if (file === path) return ts.ScriptSnapshot.fromString(text);
      return existsSync(file) ? ts.ScriptSnapshot.fromString(readFileSync(file, "utf8")) : undefined;
    },
    getCurrentDirectory: () => PROJECT_ROOT,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (file) => file === path || ts.sys.fileExists(file),
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    realpath: realpathSync,
  };
  return ts.createLanguageService(host);
}

for (const notebook of projectNotebooks()) {
  test(`${basename(notebook)}: the editor resolves its imports and finds no fault`, () => {
    const cells = readNotebook(notebook).cells.filter(
      ({ cell_type, metadata }) => cell_type === "code" && !metadata.tags?.includes("raises-exception"),
    );
    const text = cells.map(({ source }) => source).join("\n;\n");
    assert.match(text, /from "\.\.\/lib"/);
    const path = notebook.replace(/\.ipynb$/, ".cells.ts");
    const service = editor(path, text);
    const faults = [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)];
    assert.deepEqual(
      faults.map(
        ({ messageText, start }) =>
          `${text.slice(start, Number(start) + 30)}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
      ),
      [],
    );
    const imported = service.getDefinitionAtPosition(path, text.indexOf('"../lib"') + 2);
    assert.deepEqual(
      imported?.map(({ fileName }) => fileName),
      [join(PROJECT_ROOT, "lib/index.ts")],
    );
  });
}

/** A name of the library, and a sentence of its docstring. */
const DOCUMENTED: [code: string, name: string][] = [
  ["GLiNER.fromPretrained", "fromPretrained"],
  ["entities", "entities"],
  ["train", "train"],
  ["table", "table"],
];

test("hover says the same in the editor as in the kernel: signature and docstring", async () => {
  const head = 'import { entities, GLiNER, table, train } from "../lib";\n';
  const kernel = await KernelClient.start({ folder: join(PROJECT_ROOT, "notebooks") });
  try {
    assert.equal((await kernel.execute(`${head}1`)).status, "ok");
    for (const [code, name] of DOCUMENTED) {
      const path = join(PROJECT_ROOT, "notebooks/hover.cells.ts");
      const info = editor(path, head + code).getQuickInfoAtPosition(path, head.length + code.length - 1);
      const written = ts.displayPartsToString(info?.documentation);
      assert.ok(written.length > 20, `${name} has no docstring`);
      const request = { code, cursor_pos: code.length - 1, detail_level: 0 };
      const { content } = await kernel.ask("inspect_request", request);
      const shown = String(Object(content.data)["text/plain"]);
      assert.ok(shown.includes(name), shown);
      assert.ok(flat(shown).includes(flat(written)), `the kernel shows\n${shown}\nthe editor\n${written}`);
    }
  } finally {
    await kernel.shutdown();
  }
});

const flat = (text: string) => text.replace(/\s+/g, " ").trim();

test("completion lists the library's members, with a failed cell before", async () => {
  const kernel = await KernelClient.start({ folder: join(PROJECT_ROOT, "notebooks") });
  try {
    await kernel.execute('import { GLiNER } from "../lib";');
    await kernel.execute("nothing.at.all");
    const { content } = await kernel.ask("complete_request", { code: "GLiNER.from", cursor_pos: 11 });
    assert.deepEqual([content.matches].flat().sort(), ["fromConfig", "fromPretrained"]);
  } finally {
    await kernel.shutdown();
  }
});
