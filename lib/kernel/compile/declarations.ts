/** The names of earlier cells as TypeScript knows them: the text of declarations, from which single names are picked. */
import type * as TypeScript from "typescript";
import type { DeclaredNames } from "./cell-text";
import { compiler } from "./typescript";

/** What of a name a declaration is about. */
type Chosen = (name: string, isValue: boolean, isType: boolean) => boolean;

/**
 * @param text declarations, as the compiler writes them: one name a declaration, no patterns
 * @returns those of the chosen names, types included where chosen
 */
export function pickDeclarations(text: string, chosen: Chosen): string {
  const file = compiler.createSourceFile("names.d.ts", text, compiler.ScriptTarget.ES2022, true);
  const statements = file.statements.flatMap((statement) => pick(statement, chosen) ?? []);
  const picked = compiler.factory.updateSourceFile(file, statements, true);
  return compiler.createPrinter({ newLine: compiler.NewLineKind.LineFeed }).printFile(picked);
}

/** What is left of earlier declarations where a cell declares some of their names anew. */
export function withoutRedeclared(text: string, { values, types }: DeclaredNames): string {
  const anew: Chosen = (name, isValue, isType) => (isValue && values.has(name)) || (isType && types.has(name));
  let any = false;
  const rest = pickDeclarations(text, (...asked) => {
    const isAnew = anew(...asked);
    any ||= isAnew;
    return !isAnew;
  });
  // The same text as before is read faster.
  return any ? rest : text;
}

function pick(statement: TypeScript.Statement, chosen: Chosen): TypeScript.Statement | undefined {
  const { factory } = compiler;
  if (compiler.isVariableStatement(statement)) {
    const list = statement.declarationList;
    const kept = list.declarations.filter(({ name }) => compiler.isIdentifier(name) && chosen(name.text, true, false));
    if (kept.length === 0) return undefined;
    const fewer = factory.updateVariableDeclarationList(list, kept);
    return factory.updateVariableStatement(statement, statement.modifiers, fewer);
  }
  if (compiler.isImportDeclaration(statement)) return pickImport(statement, chosen);
  const isType = compiler.isInterfaceDeclaration(statement) || compiler.isTypeAliasDeclaration(statement);
  const isBoth =
    compiler.isClassDeclaration(statement) ||
    compiler.isEnumDeclaration(statement) ||
    compiler.isImportEqualsDeclaration(statement) ||
    compiler.isModuleDeclaration(statement);
  if (!isType && !isBoth && !compiler.isFunctionDeclaration(statement)) return undefined;
  const isValue = !isType;
  return statement.name && chosen(statement.name.text, isValue, isType || isBoth) ? statement : undefined;
}

function pickImport(statement: TypeScript.ImportDeclaration, chosen: Chosen): TypeScript.Statement | undefined {
  const { factory } = compiler;
  const clause = statement.importClause;
  if (!clause) return undefined;
  const isChosen = ({ text }: TypeScript.Identifier, isTypeOnly = clause.isTypeOnly): boolean =>
    chosen(text, !isTypeOnly, true);
  const name = clause.name && isChosen(clause.name) ? clause.name : undefined;
  let bindings: TypeScript.NamedImportBindings | undefined;
  if (clause.namedBindings && compiler.isNamespaceImport(clause.namedBindings))
    bindings = isChosen(clause.namedBindings.name) ? clause.namedBindings : undefined;
  else if (clause.namedBindings) {
    const { elements } = clause.namedBindings;
    const kept = elements.filter((element) => isChosen(element.name, clause.isTypeOnly || element.isTypeOnly));
    if (kept.length > 0) bindings = factory.updateNamedImports(clause.namedBindings, kept);
  }
  if (!name && !bindings) return undefined;
  const fewer = factory.updateImportClause(clause, clause.isTypeOnly, name, bindings);
  const { modifiers, moduleSpecifier, attributes } = statement;
  return factory.updateImportDeclaration(statement, modifiers, fewer, moduleSpecifier, attributes);
}
