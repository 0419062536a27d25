/** The files of lib and what each imports: what the layering test and the picture of the house are made from. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

/** A folder imports only from itself, from those before it and from the files that stand in lib itself. */
export const ORDER = [
  "files",
  "queue",
  "backend",
  "fused",
  "weights",
  "text",
  "data",
  "batch",
  "encoder",
  "model",
  "evaluate",
  "provenance",
  "train",
  "gliner",
  "study",
  "audit",
  "bench",
  "laboratory",
  "notebook",
  "kernel",
  "cli",
];

/** Imports from everywhere, and nobody imports it. */
export const DOOR = "index.ts";

export const LIB = join(__dirname, "..", "..", "..", "lib");

/** File -> files that it imports, as paths below lib. */
export type Imports = Map<string, string[]>;

/** Every source file of lib: TypeScript and the launcher's .cjs files. */
export function readImports(): Imports {
  const files = readdirSync(LIB, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|cjs)$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) =>
      relative(LIB, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    )
    .sort();
  return new Map(files.map((file) => [file, importsOf(readFileSync(join(LIB, file), "utf8"), file)]));
}

/** `import`, `export from`, `import()`, `require` and `typeof import` alike; types count too. */
export function importsOf(source: string, file: string): string[] {
  const paths = source.matchAll(/(?:\bfrom|\bimport|\brequire|\btypeof import)\s*\(?\s*"(\.[^"]+)"/g);
  return [...paths].flatMap(([, path]) => {
    const target = posix.join(posix.dirname(file), path);
    const found = [target, `${target}.ts`, `${target}/index.ts`].find(
      (name) => existsSync(join(LIB, name)) && statSync(join(LIB, name)).isFile(),
    );
    return found === undefined ? [] : [found];
  });
}

/** The folder of lib that a file lies in; "" for those in lib itself. */
export const folderOf = (file: string): string => (file.includes("/") ? file.split("/")[0] : "");

/** Imports that run back up: "FILE imports FILE". */
export function againstTheFlow(imports: Imports): string[] {
  const floor = (file: string) => ORDER.indexOf(folderOf(file));
  return [...imports].flatMap(([file, targets]) =>
    file === DOOR
      ? []
      : targets.filter((target) => floor(target) > floor(file)).map((target) => `${file} imports ${target}`),
  );
}

/** Groups of files that reach each other, each sorted (Tarjan's strongly connected components of more than one file). */
export function circles(imports: Imports): string[][] {
  const order = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    const number = order.size;
    order.set(file, number);
    let least = number;
    open.push(file);
    for (const target of imports.get(file) ?? []) {
      if (!order.has(target)) least = Math.min(least, visit(target));
      else if (open.includes(target)) least = Math.min(least, order.get(target) ?? least);
    }
    if (least === number) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1) found.push(group.sort());
    }
    return least;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return found;
}
