/**
 * Code that is right under the strict rules of a project may need them: `if (!result.ok) return result.error` tells the two
 * apart only where a value cannot be null besides. So what the notebook's rules find fault with is asked again, strictly.
 */
import type * as TypeScript from "typescript";
import type { ModuleResolver } from "./resolve";
import { compiler } from "./typescript";

/** A program of the same files under strict rules; `before` is the last of its kind, whose work is used again. */
export function strictProgram(
  program: TypeScript.Program,
  resolver: ModuleResolver,
  before: TypeScript.Program | undefined,
): TypeScript.Program {
  const options = { ...program.getCompilerOptions(), strictNullChecks: true };
  const host: TypeScript.CompilerHost = {
    ...compiler.createCompilerHost(options),
    getSourceFile: (path) => program.getSourceFile(path),
    getCurrentDirectory: () => program.getCurrentDirectory(),
    resolveModuleNameLiterals: (literals, _path, _redirected, _options, file) => resolver.resolveAll(literals, file),
    getModuleResolutionCache: () => resolver.cache,
  };
  return compiler.createProgram(program.getRootFileNames(), options, host, before);
}
