/** Figures of the house: what CONTRIBUTING.md and docs/house.md state, counted from the code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import { againstTheFlow, circles, type Imports, LIB } from "./imports";

/** One line of the table. */
export type Figure = readonly [what: string, count: number, which: readonly string[]];

const CROWDED = 12;
const SHORT = 15;
const MANY = 5;

export function figuresOf(imports: Imports): Figure[] {
  const files = [...imports.keys()];
  const sources = new Map(files.map((file) => [file, readFileSync(join(LIB, file), "utf8")]));
  const lineCounts = [...sources].map(([file, text]) => [file, text.split("\n").length - 1] as const);
  const short = lineCounts.filter(([file, count]) => count < SHORT && !file.endsWith("index.ts")).map(([file]) => file);
  const wide = [...sources].flatMap(([file, text]) => functionsOf(text, file));
  const crowded = folderSizes(files).filter(([, count]) => count > CROWDED);
  return [
    ["imports against the flow", againstTheFlow(imports).length, againstTheFlow(imports)],
    ["circles of files", circles(imports).length, circles(imports).map((group) => group.join(", "))],
    [`folders with more than ${CROWDED} files`, crowded.length, crowded.map(([name, count]) => `${name} (${count})`)],
    [`functions with more than ${MANY} positional parameters`, wide.length, wide],
    [`files below ${SHORT} lines`, short.length, short],
  ];
}

function folderSizes(files: readonly string[]): [folder: string, files: number][] {
  const sizes = new Map<string, number>();
  for (const file of files) {
    const folder = file.split("/").slice(0, -1).join("/");
    sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
  }
  return [...sizes];
}

function functionsOf(text: string, file: string): string[] {
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && !ts.isTypeNode(node) && node.parameters.length > MANY)
      found.push(`${file}: ${node.name?.getText() ?? "a function"}`);
    ts.forEachChild(node, look);
  };
  if (file.endsWith(".ts")) look(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
  return found;
}
