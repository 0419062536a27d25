/**
 * Where an import leads as far as types go; imports.ts has the same at run time. The library's source leads to its built
 * declarations, a package to the notebook's folder and then to the project.
 */
import { dirname, join } from "node:path";
import type * as TypeScript from "typescript";
import { builtModule, PROJECT_ROOT } from "../project";
import { compiler } from "./typescript";

type Resolved = TypeScript.ResolvedModuleWithFailedLookupLocations;

/** A file of the project as far as the search for packages is concerned. */
const IN_PROJECT = join(PROJECT_ROOT, "cell.ts");

/** Files that do not change while a kernel runs: packages, the built library and what stands for a package in it. */
export function isInstalled(path: string): boolean {
  return path.includes("/node_modules/") || path.includes("/dist/lib/") || path.startsWith(SHIMS);
}
const SHIMS = join(PROJECT_ROOT, "lib/backend/shims/").replaceAll("\\", "/");

/** Asks as TypeScript does; remembers what it found in packages. */
export class ModuleResolver {
  readonly cache: TypeScript.ModuleResolutionCache;
  /** Files one of whose imports leads nowhere so far. */
  readonly unresolved = new Set<string>();

  constructor(
    private readonly host: TypeScript.ModuleResolutionHost,
    private readonly options: TypeScript.CompilerOptions,
    folder: string,
  ) {
    this.cache = compiler.createModuleResolutionCache(folder, (path) => path, options);
  }

  resolveAll(literals: readonly TypeScript.StringLiteralLike[], file: TypeScript.SourceFile): Resolved[] {
    const found = literals.map((literal) => this.resolve(literal, file));
    if (found.every(({ resolvedModule }) => resolvedModule)) this.unresolved.delete(file.fileName);
    else if (!isInstalled(file.fileName)) this.unresolved.add(file.fileName);
    return found;
  }

  private resolve(literal: TypeScript.StringLiteralLike, file: TypeScript.SourceFile): Resolved {
    const name = literal.text;
    const built = this.built(name, file.fileName);
    if (built) return built;
    const mode = compiler.getModeForUsageLocation(file, literal, this.options);
    const cache = isInstalled(file.fileName) ? this.cache : undefined;
    const found = compiler.resolveModuleName(name, file.fileName, this.options, this.host, cache, undefined, mode);
    if (isTyped(found) || name.startsWith(".") || isInstalled(file.fileName)) return found;
    // A package that only the project has; then one whose `exports` do not name its types, which Node's old way finds.
    let untyped = found.resolvedModule && found;
    const node10 = { ...this.options, moduleResolution: compiler.ModuleResolutionKind.Node10 };
    for (const [from, options] of [
      [IN_PROJECT, this.options],
      [file.fileName, node10],
      [IN_PROJECT, node10],
    ] as const) {
      const other = compiler.resolveModuleName(name, from, options, this.host, undefined, undefined, mode);
      if (isTyped(other)) return other;
      untyped ??= other.resolvedModule && other;
    }
    return untyped ?? found;
  }

  private built(name: string, file: string): Resolved | undefined {
    const path = builtModule(name, dirname(file));
    const declarations = path && [`${path}.d.ts`, `${path}/index.d.ts`].find((each) => this.host.fileExists(each));
    if (!declarations) return undefined;
    const extension = compiler.Extension.Dts;
    return { resolvedModule: { resolvedFileName: declarations, extension, isExternalLibraryImport: false } };
  }
}

function isTyped({ resolvedModule }: Resolved): boolean {
  return resolvedModule !== undefined && !/\.[cm]?jsx?$/.test(resolvedModule.resolvedFileName);
}
