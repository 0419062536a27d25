/**
 * What a notebook's outputs were made of, recorded in its metadata by `workbook`: its own cells, the files of lib that define
 * the names it imports, and the files of data/ that it read. A hash that is another today says that the outputs are old.
 *
 * Of code only the files count that a cell names itself, and of these only what runs: comments, types and layout do not. What lies
 * deeper shows in seeded cells, whose numbers are compared when a test runs the notebook again.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { PROJECT_ROOT } from "../project";
import type { Cell, Notebook } from "./nbformat";

/** As it lies in a notebook's metadata under "workbook". Paths are relative to the project. */
export interface MadeOf {
  profile: string;
  cells: string;
  code: Record<string, string>;
  data: Record<string, string>;
}

const LIB = join(PROJECT_ROOT, "lib");

/**
 * What is not watched by hash. How things look is no part of what they say. And some files are doors to everything, which change for
 * reasons that no lesson knows; whether what lies behind them still says the same, seeded cells show.
 */
const UNWATCHED = [
  "lib/notebook/",
  "lib/backend/",
  "lib/data/",
  "lib/gliner/gliner.ts",
  "lib/gliner/training/train.ts",
  "lib/errors.ts",
];

const isWatched = (file: string): boolean => !UNWATCHED.some((start) => file.startsWith(start));

/** Questions and answers are for the reader; a new one does not make a lesson old. */
const NOT_DATA = ["exercises.json"];

/** @param reads paths below data/, as lib/kernel/reads.ts notes them */
export function madeOf(notebook: Notebook, reads: readonly string[], profile: string): MadeOf {
  const data = wholeFolders([...new Set(reads)].filter((path) => !NOT_DATA.includes(path))).sort();
  return {
    profile,
    cells: cellsHash(notebook),
    code: Object.fromEntries(codeFiles(notebook).map((file) => [file, codeHash(file)])),
    data: Object.fromEntries(data.map((path) => [`data/${path}`, dataHash(`data/${path}`)])),
  };
}

/** Of a folder of which many files were read, the folder: "sentences/*" in place of 150 lines. */
function wholeFolders(paths: readonly string[]): string[] {
  const of = (path: string) => (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "");
  const many = (folder: string) => folder !== "" && paths.filter((path) => of(path) === folder).length > MANY;
  return [...new Set(paths.map((path) => (many(of(path)) ? `${of(path)}/*` : path)))];
}

const MANY = 4;

/** What is newer than a notebook's outputs, a sentence each; [] where they are of today's code and data. */
export function staleness(notebook: Notebook): string[] {
  const made = notebook.metadata.workbook as MadeOf | undefined;
  if (made === undefined) return ["does not say what its outputs were made of"];
  const changed = (kind: "code" | "data", now: (file: string) => string) =>
    Object.entries(made[kind])
      .filter(([file, hash]) => (kind === "data" || isWatched(file)) && now(file) !== hash)
      .map(([file]) => `${file} has changed since it ran`);
  const own = made.cells === cellsHash(notebook) ? [] : ["its code cells have changed since it ran"];
  const added = codeFiles(notebook).filter((file) => !(file in made.code));
  return [
    ...own,
    ...added.map((file) => `${file} is imported and was not when it ran`),
    ...changed("code", codeHash),
    ...changed("data", dataHash),
  ];
}

const short = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** Of all code cells in a row, without comments and layout: to cut a cell in two or to wrap a line makes no output old. */
export const cellsHash = ({ cells }: Notebook): string =>
  short(
    tokensOf(
      cells
        .filter(({ cell_type }) => cell_type === "code")
        .map(({ source }) => source)
        .join("\n;\n"),
    ),
  );

/** The words of a program; commas before a closing bracket and semicolons are a matter of layout. */
function tokensOf(source: string): string {
  const ts: typeof import("typescript") = require("typescript");
  const file = ts.createSourceFile("cells.ts", source, ts.ScriptTarget.ES2022, false, ts.ScriptKind.TS);
  const words: string[] = [];
  const visit = (node: import("typescript").Node): void => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(file);
    const word = children.length === 0 ? node.getText(file) : "";
    if (word !== "" && word !== ";") words.push(word);
    for (const child of children) visit(child);
  };
  visit(file);
  return words.filter((word, at) => !(word === "," && /^[\])}]$/.test(words[at + 1] ?? ""))).join(" ");
}

/** A file by its bytes, a folder by its names, "FOLDER/*" by all of its files; "gone" where there is nothing. */
function dataHash(file: string): string {
  if (file.endsWith("/*")) return filesHash(join(PROJECT_ROOT, file.slice(0, -2)));
  const path = join(PROJECT_ROOT, file);
  if (!existsSync(path)) return "gone";
  return short(statSync(path).isDirectory() ? readdirSync(path).sort().join("\n") : readFileSync(path));
}

function filesHash(folder: string): string {
  if (!existsSync(folder)) return "gone";
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map(({ name }) => name).sort();
  return short(names.map((name) => `${name} ${short(readFileSync(join(folder, name)))}`).join("\n"));
}

/** What of a file runs: TypeScript's output without comments. */
function codeHash(file: string): string {
  const path = join(PROJECT_ROOT, file);
  if (!existsSync(path)) return "gone";
  return short(withoutLayout(readFileSync(path, "utf8")));
}

function withoutLayout(source: string): string {
  // Loaded when it is wanted: the compiler costs a quarter of a second.
  const ts: typeof import("typescript") = require("typescript");
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, removeComments: true },
  });
  return outputText;
}

/** The files of lib that define the names which a notebook's cells import from the library. */
export function codeFiles({ cells }: Notebook): string[] {
  const names = cells.filter(({ cell_type }) => cell_type === "code").flatMap(importedNames);
  const files = names.flatMap((name) => definingFile(join(LIB, "index.ts"), name) ?? []);
  const paths = files.map((file) => relative(PROJECT_ROOT, file).replaceAll("\\", "/"));
  return [...new Set(paths)].filter(isWatched).sort();
}

function importedNames({ source }: Pick<Cell, "source">): string[] {
  const imports = source.matchAll(/import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+"(?:(?:\.\.\/)+lib|gliner-workbook)"/g);
  return [...imports].flatMap(([, list]) => namesOf(list).map(([name]) => name));
}

/** `a, type B, c as d` as [exported, here]... in both directions: [["a", "a"], ["B", "B"], ["c", "d"]]. */
const namesOf = (list: string): [original: string, as: string][] =>
  list
    .split(",")
    .map((part) =>
      part
        .replace(/\/\/.*$/gm, "")
        .trim()
        .replace(/^type\s+/, ""),
    )
    .filter((part) => part !== "")
    .map((part) => part.split(/\s+as\s+/))
    .map(([original, as = original]) => [original.trim(), as.trim()]);

/** Follows a name through re-exports to the file that defines it. */
function definingFile(file: string, name: string): string | undefined {
  const source = existsSync(file) ? readFileSync(file, "utf8") : "";
  const declared = new RegExp(
    `^export (?:declare |abstract |async )*(?:function\\*?|class|const|let|interface|type|enum) ${name}\\b`,
    "m",
  );
  if (declared.test(source)) return file;
  for (const [, list, from] of source.matchAll(/export\s+(?:type\s+)?\{([^}]*)\}\s+from\s+"([^"]+)"/g)) {
    const found = namesOf(list).find(([, as]) => as === name);
    if (found) return definingFile(fileOf(file, from), found[0]);
  }
  for (const [, from] of source.matchAll(/export \* from "([^"]+)"/g)) {
    const found = definingFile(fileOf(file, from), name);
    if (found) return found;
  }
  return undefined;
}

function fileOf(importer: string, specifier: string): string {
  const path = join(dirname(importer), specifier);
  return existsSync(`${path}.ts`) ? `${path}.ts` : join(path, "index.ts");
}
