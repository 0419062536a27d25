/**
 * Repairs of tslab's compiler, made from outside: tslab 1.0.22 gets a copy of its TypeScript (5.0.4) in which four
 * functions are ours. Must be loaded before any file of tslab.
 *
 * - `const { f1: score } = row` reads a property, also where an earlier cell has rows with an `f1` (stock: the name of the
 *   property becomes a variable `exports`)
 * - imports of the library go to its built declarations; packages with subpath `exports` are found (stock: neither)
 * - `await (…)` and `for await` at the top of a cell parse as TypeScript 5 does (stock switches that off)
 * - source maps are kept, so that an error names the cell's line
 * - what is no fault in a cell does not stop it: `.ts` at the end of an import, a type named by a path on this disk
 * - only Node's types are loaded by themselves, not each @types package on disk: seconds at every start
 */

import { dirname, join } from "node:path";
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { builtModule, PROJECT_ROOT } from "./project";
import { parseMap, splitInlineMap } from "./source-lines";

type WatchHost = TypeScript.WatchCompilerHostOfFilesAndCompilerOptions<TypeScript.BuilderProgram>;

const PACKAGE = "@tslab/typescript-for-tslab";
const original: typeof TypeScript = require(PACKAGE);

/** tslab's TypeScript as it comes. */
export const compiler = original;

/** The source maps of the cell compiled last, for source-lines.ts; emptied by taking them. */
let lastMaps: ReturnType<typeof parseMap>[] = [];
export function takeMaps(): ReturnType<typeof parseMap>[] {
  const maps = lastMaps;
  lastMaps = [];
  return maps;
}

const OPTIONS: TypeScript.CompilerOptions = {
  types: ["node"],
  typeRoots: [join(PROJECT_ROOT, "node_modules/@types")],
  disableTopLevelAwait: false,
  inlineSourceMap: true,
  strict: true,
  // Learners write `function f(x) {}`; that is no reason to stop a cell.
  noImplicitAny: false,
  // A cell is one of many: a name it declares and does not use itself is used by the next one.
  noUnusedLocals: false,
};

function createWatchCompilerHost(
  rootFiles: string[],
  options: TypeScript.CompilerOptions,
  system: TypeScript.System,
  ...rest: [undefined, TypeScript.DiagnosticReporter, TypeScript.WatchStatusReporter]
): WatchHost {
  const host = original.createWatchCompilerHost(rootFiles, { ...options, ...OPTIONS }, system, ...rest);
  const { createProgram } = host;
  host.createProgram = (...args) => emittingCells(createProgram(...args));
  const moduleHost: TypeScript.ModuleResolutionHost = {
    fileExists: (path) => system.fileExists(path),
    readFile: (path) => system.readFile(path),
    directoryExists: (path) => system.directoryExists(path),
    realpath: system.realpath,
  };
  const packages = original.createModuleResolutionCache(system.getCurrentDirectory(), (path) => path);
  host.resolveModuleNameLiterals = (literals, file, _redirected, compilerOptions) =>
    literals.map(({ text }) => resolveModule(text, file, compilerOptions, moduleHost, packages));
  // Or every cell would look up every import of every package again: a second or two a cell.
  host.hasInvalidatedResolutions = (path) => !isInstalled(path);
  return host;
}

/**
 * What a cell becomes, with two repairs. Declarations are written although one of them names a type by its path, which does not
 * hold on another disk: they are read by the next cell and nobody else. `forceDtsEmit` is a parameter of TypeScript's that its
 * declarations do not show. And tslab, which makes properties of `exports` of the names that an earlier cell declared, does not
 * see the names of properties.
 */
function emittingCells(builder: TypeScript.BuilderProgram): TypeScript.BuilderProgram {
  const program: Emitting = builder.getProgram();
  const { emit, getTypeChecker } = program;
  let isEmitting = false;
  program.emit = (file, write, token, dtsOnly, transformers) => {
    isEmitting = true;
    try {
      return emit(file, write, token, dtsOnly, transformers, true);
    } finally {
      isEmitting = false;
    }
  };
  program.getTypeChecker = () => {
    const checker = getTypeChecker();
    const getSymbolAtLocation = (node: TypeScript.Node) =>
      isEmitting && namesProperty(node) ? undefined : checker.getSymbolAtLocation(node);
    return { ...checker, getSymbolAtLocation };
  };
  return builder;
}
interface Emitting {
  emit(...args: [...emit: Parameters<TypeScript.Program["emit"]>, forceDtsEmit?: boolean]): TypeScript.EmitResult;
  getTypeChecker(): TypeScript.TypeChecker;
}

/** The `f1` of `{ f1: score }`, in a declaration, a parameter or an assignment. */
function namesProperty(node: TypeScript.Node): boolean {
  const { parent } = node;
  if (!parent) return false;
  if (original.isBindingElement(parent)) return parent.propertyName === node;
  return original.isPropertyAssignment(parent) && parent.name === node;
}

/** A file of the project as far as the search for packages is concerned. */
const IN_PROJECT = join(PROJECT_ROOT, "cell.ts");

function resolveModule(
  name: string,
  file: string,
  options: TypeScript.CompilerOptions,
  host: TypeScript.ModuleResolutionHost,
  packages: TypeScript.ModuleResolutionCache,
): TypeScript.ResolvedModuleWithFailedLookupLocations {
  const built = builtModule(name, dirname(file));
  if (built) {
    for (const path of [`${built}.d.ts`, `${built}/index.d.ts`])
      if (host.fileExists(path))
        return {
          resolvedModule: { resolvedFileName: path, extension: original.Extension.Dts, isExternalLibraryImport: false },
        };
  }
  const found = original.resolveModuleName(name, file, options, host, packages);
  if (found.resolvedModule || name.startsWith(".") || isInstalled(file)) return found;
  const bundler = { ...options, moduleResolution: original.ModuleResolutionKind.Bundler };
  // A notebook outside the project finds what the project has installed, as at run time (imports.ts).
  for (const from of [file, IN_PROJECT]) {
    const bundled = original.resolveModuleName(name, from, bundler, host);
    if (bundled.resolvedModule) return bundled;
  }
  return found;
}

/** Files that do not change while a kernel runs. */
function isInstalled(path: string): boolean {
  return path.includes("/node_modules/") || path.includes("/dist/lib/");
}

/** The second step of tslab's compile; keeps both steps' maps and hands tslab code without them. */
function transpileModule(input: string, options: TypeScript.TranspileOptions): TypeScript.TranspileOutput {
  const first = splitInlineMap(input);
  const compilerOptions = { ...options.compilerOptions, sourceMap: true };
  const output = original.transpileModule(first.code, { ...options, compilerOptions });
  lastMaps = [];
  if (first.map && output.sourceMapText) lastMaps = [parseMap(output.sourceMapText), first.map];
  return { ...output, outputText: output.outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, "") };
}

/** True where the cell's text awaits outside every function: tslab then wraps it in an async one. */
export function awaitsAtTop(source: string): boolean {
  const file = original.createSourceFile("cell.ts", `export {};\n${source}`, original.ScriptTarget.ES2022, true);
  const visit = (node: TypeScript.Node): boolean => {
    if (original.isFunctionLike(node) || original.isClassStaticBlockDeclaration(node)) return false;
    if (original.isAwaitExpression(node)) return true;
    if (original.isForOfStatement(node) && node.awaitModifier) return true;
    return original.forEachChild(node, visit) ?? false;
  };
  return original.forEachChild(file, visit) ?? false;
}

/**
 * Compiler messages that are no fault in a cell: 5097, `.ts` at the end of an import path, which our resolver reads; 2742, a
 * type that can only be named by a path on this disk, as in a notebook that lies outside the project.
 */
const HARMLESS: ReadonlySet<number> = new Set([5097, 2742]);

/** tslab's own TypeScript has it; its declarations do not show it. */
const { getPreEmitDiagnosticsOfFiles }: Diagnosing = require(PACKAGE);
interface Diagnosing {
  getPreEmitDiagnosticsOfFiles(...args: unknown[]): TypeScript.Diagnostic[];
}

/** Where tslab finds one, it does not run the cell. */
function faultsOfFiles(...args: unknown[]): TypeScript.Diagnostic[] {
  return getPreEmitDiagnosticsOfFiles(...args).filter(({ code }) => !HARMLESS.has(code));
}

const cached = require.cache[require.resolve(PACKAGE)];
if (cached)
  cached.exports = {
    ...original,
    createWatchCompilerHost,
    transpileModule,
    getPreEmitDiagnosticsOfFiles: faultsOfFiles,
  };
