/** What a cell's text says by itself, before TypeScript knows of any other cell: the names it declares, and its faults of form. */
import type * as TypeScript from "typescript";
import { compiler } from "./typescript";

/** Names by what they stand for; a class is in both. */
export interface DeclaredNames {
  values: ReadonlySet<string>;
  types: ReadonlySet<string>;
}

export interface CellText {
  /** The cell with spaces in place of `export`, so that every other character stays where it was. */
  text: string;
  names: DeclaredNames;
  /** What keeps it from being read at all. */
  faults: readonly TypeScript.DiagnosticWithLocation[];
  file: TypeScript.SourceFile;
}

/** Of TypeScript's own making; its declarations do not show it. */
interface ParsedFile {
  parseDiagnostics: readonly TypeScript.DiagnosticWithLocation[];
}

export function readCell(source: string): CellText {
  const text = withoutExports(source);
  const file = parse(text);
  const { parseDiagnostics }: ParsedFile = Object.assign(file);
  return { text, names: declaredNames(file), faults: parseDiagnostics, file };
}

/** Every cell is a module, whether it imports or not: only there is `await (x)` no call of a function of that name. */
function parse(text: string): TypeScript.SourceFile {
  const setExternalModuleIndicator = (file: TypeScript.SourceFile): void => {
    Object.assign(file, { externalModuleIndicator: true });
  };
  const options = { languageVersion: compiler.ScriptTarget.ES2022, setExternalModuleIndicator };
  return compiler.createSourceFile("cell.ts", text, options, true);
}

/**
 * A cell's names are known to later cells as they are: `export`, as in code that comes from a module, adds nothing. Of
 * `export default` the value is left, of `export { … } from "…"` the import.
 */
function withoutExports(source: string): string {
  if (!/\bexport\b/.test(source)) return source;
  const file = parse(source);
  return file.statements.reduceRight((text, statement) => {
    const [start, end, instead] = exported(statement, file) ?? [0, 0, ""];
    const blank = text.slice(start, end).replace(/[^\r\n]/g, " ");
    return text.slice(0, start) + instead + blank.slice(instead.length) + text.slice(end);
  }, source);
}

/** Makes an expression of what follows, so that `{ a: 1 }` is no block, and needs no semicolon on the line before. */
const VALUE = "this, ";

/** The part of a statement to blank out, and what takes its place. */
function exported(
  statement: TypeScript.Statement,
  file: TypeScript.SourceFile,
): [start: number, end: number, instead: string] | undefined {
  const start = statement.getStart(file);
  if (compiler.isExportDeclaration(statement)) {
    const from = statement.moduleSpecifier?.getStart(file);
    return from === undefined || statement.isTypeOnly ? [start, statement.end, ""] : [start, from, "import"];
  }
  if (compiler.isExportAssignment(statement)) return [start, statement.expression.getStart(file), VALUE];
  if (!compiler.canHaveModifiers(statement)) return undefined;
  const words = compiler.getModifiers(statement) ?? [];
  const export_ = words.find(({ kind }) => kind === compiler.SyntaxKind.ExportKeyword);
  if (!export_) return undefined;
  const default_ = words.find(({ kind }) => kind === compiler.SyntaxKind.DefaultKeyword);
  const named = (compiler.isFunctionDeclaration(statement) || compiler.isClassDeclaration(statement)) && statement.name;
  return [export_.getStart(file), (default_ ?? export_).end, default_ && !named ? VALUE : ""];
}

/** The values that statements at the top declare. */
export function topNames(file: TypeScript.SourceFile): ReadonlySet<string> {
  const values = new Set<string>();
  for (const statement of file.statements) addNames(statement, values, new Set());
  return values;
}

/** The names that are known after the cell, and not only inside one of its blocks. */
function declaredNames(file: TypeScript.SourceFile): DeclaredNames {
  const values = new Set<string>(topNames(file));
  const types = new Set<string>();
  for (const statement of file.statements) addNames(statement, values, types);
  // `var`, in whatever block.
  const visit = (node: TypeScript.Node): void => {
    if (compiler.isFunctionLike(node) || compiler.isClassLike(node) || compiler.isModuleDeclaration(node)) return;
    if (compiler.isVariableDeclarationList(node) && !(node.flags & compiler.NodeFlags.BlockScoped))
      for (const { name } of node.declarations) addBound(name, values);
    compiler.forEachChild(node, visit);
  };
  compiler.forEachChild(file, visit);
  return { values, types };
}

function addNames(statement: TypeScript.Statement, values: Set<string>, types: Set<string>): void {
  if (compiler.isVariableStatement(statement)) {
    for (const { name } of statement.declarationList.declarations) addBound(name, values);
  } else if (compiler.isFunctionDeclaration(statement)) {
    if (statement.name) values.add(statement.name.text);
  } else if (compiler.isInterfaceDeclaration(statement) || compiler.isTypeAliasDeclaration(statement)) {
    types.add(statement.name.text);
  } else
    for (const name of namesOfBoth(statement)) {
      values.add(name);
      types.add(name);
    }
}

/** Names that stand for a value and a type, or may. */
function namesOfBoth(statement: TypeScript.Statement): string[] {
  if (compiler.isImportDeclaration(statement)) return importedNames(statement);
  const named =
    compiler.isClassDeclaration(statement) ||
    compiler.isEnumDeclaration(statement) ||
    compiler.isImportEqualsDeclaration(statement) ||
    compiler.isModuleDeclaration(statement);
  // `declare global` and `declare module "x"` name nothing of the cell.
  const isOwn = named && statement.name && compiler.isIdentifier(statement.name) && statement.name.text !== "global";
  return isOwn && statement.name ? [statement.name.text] : [];
}

function importedNames({ importClause }: TypeScript.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings;
  const names = importClause?.name ? [importClause.name.text] : [];
  if (!bindings) return names;
  if (compiler.isNamespaceImport(bindings)) return [...names, bindings.name.text];
  return [...names, ...bindings.elements.map(({ name }) => name.text)];
}

function addBound(name: TypeScript.BindingName, names: Set<string>): void {
  if (compiler.isIdentifier(name)) names.add(name.text);
  else for (const element of name.elements) if (compiler.isBindingElement(element)) addBound(element.name, names);
}

/** True where the cell's text awaits outside every function: it then runs inside an async one. */
export function awaitsAtTop(source: string): boolean {
  const visit = (node: TypeScript.Node): boolean => {
    if (compiler.isFunctionLike(node) || compiler.isClassStaticBlockDeclaration(node)) return false;
    if (compiler.isAwaitExpression(node) || isAwaitUsing(node)) return true;
    if (compiler.isForOfStatement(node) && node.awaitModifier) return true;
    return compiler.forEachChild(node, visit) ?? false;
  };
  return visit(parse(source));
}

function isAwaitUsing(node: TypeScript.Node): boolean {
  const { AwaitUsing, BlockScoped } = compiler.NodeFlags;
  return compiler.isVariableDeclarationList(node) && (node.flags & BlockScoped) === AwaitUsing;
}
