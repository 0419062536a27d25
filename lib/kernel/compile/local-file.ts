/** A TypeScript or JavaScript file of the reader's own as code that runs in this process: a CommonJS module, compiled in memory. */
import type * as TypeScript from "typescript";
import { UserError } from "../../errors";
import { awaitsAtTop } from "./cell-text";
import { CELL } from "./references";
import { compiler } from "./typescript";

export interface CompiledFile {
  code: string;
  /** Source map, as JSON. */
  map: string;
  /** What it imports at its top, as written. */
  imports: readonly string[];
}

/**
 * @param path for messages and the source map
 * @throws UserError where the file awaits outside every function, which CommonJS cannot
 */
export function compileFile(path: string, text: string): CompiledFile {
  if (awaitsAtTop(text))
    throw new UserError(
      `${path} awaits outside every function; a file that a notebook imports cannot: export an async function and await it in the cell.`,
    );
  const { outputText, sourceMapText = "{}" } = compiler.transpileModule(text, {
    fileName: path,
    compilerOptions: {
      module: compiler.ModuleKind.CommonJS,
      target: compiler.ScriptTarget.ES2022,
      esModuleInterop: true,
      experimentalDecorators: true,
      allowJs: true,
      sourceMap: true,
      preserveConstEnums: true,
    },
    transformers: { before: [moduleWords] },
  });
  const { importedFiles } = compiler.preProcessFile(text, true, false);
  const code = outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, "");
  return { code, map: sourceMapText, imports: importedFiles.map(({ fileName }) => fileName) };
}

/** `import.meta` and `import("x")`, which CommonJS has not. */
const moduleWords: TypeScript.TransformerFactory<TypeScript.SourceFile> = (context) => (file) => {
  const { factory } = compiler;
  const own = (name: string): TypeScript.Expression =>
    factory.createPropertyAccessExpression(factory.createIdentifier(CELL), name);
  const visit = (node: TypeScript.Node): TypeScript.Node => {
    if (compiler.isMetaProperty(node) && node.keywordToken === compiler.SyntaxKind.ImportKeyword) return own("meta");
    const inner = compiler.visitEachChild(node, visit, context);
    if (!compiler.isCallExpression(inner) || inner.expression.kind !== compiler.SyntaxKind.ImportKeyword) return inner;
    return factory.createCallExpression(own("import"), undefined, inner.arguments);
  };
  return compiler.visitEachChild(file, visit, context);
};
