/**
 * The names that cells have declared: their values, and the declarations by which TypeScript knows them in later cells.
 *
 * Repair: what a cell that failed or was interrupted had assigned before it stopped stays, with its type, as in Python;
 * a name that it had not come to keeps what it was before. Stock tslab forgets the former and makes the latter undefined.
 */
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { compiler } from "./compiler";

export class CellNames {
  /** Of all earlier cells, as the text of a declaration file. */
  declarations = "";
  /** What a cell's code knows as `exports`. */
  readonly exports: Record<string, unknown>;
  private readonly values: Record<string, unknown> = {};
  /** Of the running cell: the values before it, the names it declares, those it has cleared and those it has assigned. */
  private before: Readonly<Record<string, unknown>> = {};
  private declared: ReadonlySet<string> = new Set();
  private cleared = new Set<string>();
  private assigned = new Set<string>();

  constructor() {
    this.exports = new Proxy(this.values, {
      // Also called for a plain assignment. A getter is an import's: read at once, so that it may be declared anew.
      defineProperty: (_target, name, { get, value }) => {
        if (typeof name === "string" && name !== "__esModule") this.set(name, get ? get() : value);
        return true;
      },
    });
  }

  /** Call before a cell's code runs. */
  begin(code: string): void {
    this.before = { ...this.values };
    this.declared = clearedNames(code);
    this.cleared = new Set();
    this.assigned = new Set();
  }

  /** Call when a cell has run to its end. */
  complete(declarations: string): void {
    this.declarations = declarations;
  }

  /** Call when a cell stopped on the way. @param declarations what they would be, had it run to its end */
  salvage(declarations: string): void {
    const lost = new Set([...this.declared].filter((name) => !this.assigned.has(name)));
    for (const name of lost) {
      if (name in this.before) this.values[name] = this.before[name];
      else delete this.values[name];
    }
    const earlier = pickDeclarations(this.declarations, (name) => lost.has(name));
    this.declarations = earlier + pickDeclarations(declarations, (name) => !lost.has(name));
  }

  /** The value of a cell's last expression, which tslab assigns to a name of its own; the name goes. */
  take(name: string | undefined): unknown {
    if (name === undefined) return undefined;
    const value = this.values[name];
    delete this.values[name];
    return value;
  }

  private set(name: string, value: unknown): void {
    if (value === undefined && this.declared.has(name) && !this.cleared.has(name)) this.cleared.add(name);
    else this.assigned.add(name);
    this.values[name] = value;
  }
}

/**
 * The values that a cell declares. TypeScript's CommonJS begins by clearing them, `exports.b = exports.a = void 0;`, in
 * rows of at most fifty; types are not among them.
 */
function clearedNames(code: string): Set<string> {
  const names = new Set<string>();
  let inRows = false;
  for (const line of code.split("\n")) {
    const row = /^(exports\.[^\s;]+ = )+void 0;$/.test(line);
    if (inRows && !row) break;
    inRows = row;
    if (row) for (const [, name] of line.matchAll(/exports\.(\S+) = /g)) names.add(name);
  }
  return names;
}

/**
 * @param text declarations, as the compiler writes them: one name a declaration, no patterns
 * @returns those of the chosen names, types included where chosen
 */
export function pickDeclarations(text: string, chosen: (name: string) => boolean): string {
  const file = compiler.createSourceFile("names.d.ts", text, compiler.ScriptTarget.ES2022, true);
  const statements = file.statements.flatMap((statement) => pick(statement, chosen) ?? []);
  const picked = compiler.factory.updateSourceFile(file, statements, true);
  return compiler.createPrinter({ newLine: compiler.NewLineKind.LineFeed }).printFile(picked);
}

function pick(statement: TypeScript.Statement, chosen: (name: string) => boolean): TypeScript.Statement | undefined {
  const { factory } = compiler;
  if (compiler.isVariableStatement(statement)) {
    const list = statement.declarationList;
    const declarations = list.declarations.filter(({ name }) => compiler.isIdentifier(name) && chosen(name.text));
    if (declarations.length === 0) return undefined;
    const fewer = factory.updateVariableDeclarationList(list, declarations);
    return factory.updateVariableStatement(statement, statement.modifiers, fewer);
  }
  if (compiler.isImportDeclaration(statement)) return pickImport(statement, chosen);
  const named =
    compiler.isFunctionDeclaration(statement) ||
    compiler.isClassDeclaration(statement) ||
    compiler.isInterfaceDeclaration(statement) ||
    compiler.isTypeAliasDeclaration(statement) ||
    compiler.isEnumDeclaration(statement) ||
    compiler.isModuleDeclaration(statement);
  return named && statement.name && chosen(statement.name.text) ? statement : undefined;
}

function pickImport(
  statement: TypeScript.ImportDeclaration,
  chosen: (name: string) => boolean,
): TypeScript.Statement | undefined {
  const { factory } = compiler;
  const clause = statement.importClause;
  if (!clause) return undefined;
  const name = clause.name && chosen(clause.name.text) ? clause.name : undefined;
  let bindings: TypeScript.NamedImportBindings | undefined;
  if (clause.namedBindings && compiler.isNamespaceImport(clause.namedBindings))
    bindings = chosen(clause.namedBindings.name.text) ? clause.namedBindings : undefined;
  else if (clause.namedBindings) {
    const elements = clause.namedBindings.elements.filter((element) => chosen(element.name.text));
    if (elements.length > 0) bindings = factory.updateNamedImports(clause.namedBindings, elements);
  }
  if (!name && !bindings) return undefined;
  const fewer = factory.updateImportClause(clause, clause.isTypeOnly, name, bindings);
  return factory.updateImportDeclaration(
    statement,
    statement.modifiers,
    fewer,
    statement.moduleSpecifier,
    statement.assertClause,
  );
}
