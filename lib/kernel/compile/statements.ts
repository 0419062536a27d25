/** What the statements at the top of a cell become: declarations assign to the notebook's names, imports are bound to them. */
import type * as TypeScript from "typescript";
import { CELL, type CellImportList, NAMES, namesOf, References } from "./references";
import { compiler } from "./typescript";

const { factory } = compiler;

/** The name under which the value of a cell's last expression is handed over: no cell can declare it. */
export const LAST = "last expression";

export type { CellImportList };

/** TypeScript's own; its declarations do not show it. */
interface BoundFile {
  locals: ReadonlyMap<string, TypeScript.Symbol>;
}

/**
 * @param start where the cell begins: what stands before are declarations of earlier cells
 * @param imports gets what the cell imports
 * @returns what turns the file of a cell into the cell's code, without any import or export
 */
export function cellTransformer(
  checker: TypeScript.TypeChecker,
  start: number,
  imports: CellImportList,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return (context) => (file) => {
    const { locals }: BoundFile = Object.assign(file);
    const cell = new CellStatements(checker, new References(checker, locals, context, imports), imports);
    return factory.updateSourceFile(
      file,
      cell.all(file.statements.filter((statement) => statement.getStart(file) >= start)),
    );
  };
}

class CellStatements {
  /** Functions, then imports: both are there before the first line runs, as in any module. */
  private readonly functions: TypeScript.Statement[] = [];
  private readonly imports: TypeScript.Statement[] = [];

  constructor(
    private readonly checker: TypeScript.TypeChecker,
    private readonly references: References,
    private readonly found: CellImportList,
  ) {}

  all(statements: readonly TypeScript.Statement[]): TypeScript.Statement[] {
    const own = statements.filter((statement) => !compiler.isExportDeclaration(statement));
    const last = own.filter((statement) => !compiler.isEmptyStatement(statement)).at(-1);
    const body = own.flatMap((statement) => (statement === last ? this.last(statement) : this.statement(statement)));
    return [...this.functions, ...this.imports, ...body];
  }

  private last(statement: TypeScript.Statement): TypeScript.Statement[] {
    if (!compiler.isExpressionStatement(statement)) return this.statement(statement);
    const place = factory.createElementAccessExpression(
      factory.createIdentifier(NAMES),
      factory.createStringLiteral(LAST),
    );
    const value = this.references.expression(statement.expression);
    return [at(statement, factory.createAssignment(place, value))];
  }

  private statement(node: TypeScript.Statement): TypeScript.Statement[] {
    if (isOnlyDeclared(node)) return this.ambient(node);
    if (compiler.isImportDeclaration(node)) return this.import(node);
    if (compiler.isImportEqualsDeclaration(node)) return this.importEquals(node);
    if (compiler.isVariableStatement(node)) return this.variables(node);
    if (compiler.isFunctionDeclaration(node)) return this.function(node);
    if (compiler.isClassDeclaration(node) || compiler.isEnumDeclaration(node) || compiler.isModuleDeclaration(node))
      return this.body(node);
    return [compiler.visitNode(node, this.references.visit, compiler.isStatement)];
  }

  /** `__cell__.ambient("x");`: the value is somebody else's. */
  private ambient(node: TypeScript.Statement): TypeScript.Statement[] {
    const isNamed = compiler.isFunctionDeclaration(node) || compiler.isClassDeclaration(node);
    const names = compiler.isVariableStatement(node)
      ? node.declarationList.declarations.flatMap(({ name }) => namesOf(name))
      : isNamed && node.name
        ? [node.name]
        : [];
    const ambient = factory.createPropertyAccessExpression(factory.createIdentifier(CELL), "ambient");
    return names.map(({ text }) =>
      at(node, factory.createCallExpression(ambient, undefined, [factory.createStringLiteral(text)])),
    );
  }

  private variables(node: TypeScript.VariableStatement): TypeScript.Statement[] {
    const { declarations, flags } = node.declarationList;
    const { Using, AwaitUsing, BlockScoped } = compiler.NodeFlags;
    if ((flags & BlockScoped) !== Using && (flags & BlockScoped) !== AwaitUsing)
      return declarations.flatMap((each) => {
        const assigned = this.references.declaration(each);
        return assigned ? at(each, assigned) : [];
      });
    // What `using` gives back at the cell's end is one of its own.
    const own = compiler.visitEachChild(node, (list) => this.initializers(list), undefined);
    const names = declarations.flatMap(({ name }) => namesOf(name));
    return [own, ...names.map((name) => this.publish(name))];
  }

  private initializers(node: TypeScript.Node): TypeScript.Node {
    if (!compiler.isVariableDeclarationList(node)) return node;
    const declarations = node.declarations.map((each) =>
      factory.updateVariableDeclaration(
        each,
        each.name,
        undefined,
        undefined,
        each.initializer && this.references.expression(each.initializer),
      ),
    );
    return factory.updateVariableDeclarationList(node, declarations);
  }

  /** A function that is also a namespace stays one thing with it. */
  private function(node: TypeScript.FunctionDeclaration): TypeScript.Statement[] {
    const { name, body } = node;
    if (!name || !body) return [];
    const visited = compiler.visitNode(node, this.references.visit, compiler.isFunctionDeclaration);
    const symbol = this.references.symbolOf(name);
    if (!visited.body || (symbol && symbol.flags & compiler.SymbolFlags.ValueModule)) {
      this.functions.push(visited, this.publish(name));
      return [];
    }
    const words = visited.modifiers?.filter(({ kind }) => kind === compiler.SyntaxKind.AsyncKeyword);
    const value = factory.createFunctionExpression(
      words?.filter(compiler.isModifier),
      visited.asteriskToken,
      name.text,
      undefined,
      visited.parameters,
      undefined,
      visited.body,
    );
    this.functions.push(at(node, this.references.assign(name, compiler.setTextRange(value, node))));
    return [];
  }

  private body(
    node: TypeScript.ClassDeclaration | TypeScript.EnumDeclaration | TypeScript.ModuleDeclaration,
  ): TypeScript.Statement[] {
    const { name } = node;
    const symbol = name && compiler.isIdentifier(name) ? this.references.symbolOf(name) : undefined;
    const visited = this.references.body(node, symbol);
    const isValue = symbol && symbol.flags & compiler.SymbolFlags.Value;
    return isValue && name && compiler.isIdentifier(name) ? [visited, this.publish(name)] : [visited];
  }

  /** `__names__.A = A;` after a declaration that stays as it is. */
  private publish(name: TypeScript.Identifier): TypeScript.Statement {
    return at(name, this.references.assign(name, factory.createIdentifier(name.text)));
  }

  /** `__cell__.bind("x", { a: "b", d: "default", all: "*" });`; what is only a type is not bound. */
  private import(node: TypeScript.ImportDeclaration): TypeScript.Statement[] {
    const clause = node.importClause;
    const names = clause ? this.boundNames(clause) : [];
    if (clause && names.length === 0) return [];
    if (compiler.isStringLiteral(node.moduleSpecifier)) this.found.bound.add(node.moduleSpecifier.text);
    const properties = names.map(([name, key]) =>
      factory.createPropertyAssignment(name, factory.createStringLiteral(key)),
    );
    const bind = factory.createPropertyAccessExpression(factory.createIdentifier(CELL), "bind");
    const given = [node.moduleSpecifier, factory.createObjectLiteralExpression(properties)];
    this.imports.push(at(node, factory.createCallExpression(bind, undefined, given)));
    return [];
  }

  private boundNames(clause: TypeScript.ImportClause): [name: string, key: string][] {
    if (clause.isTypeOnly) return [];
    const names: [TypeScript.Identifier, string][] = clause.name ? [[clause.name, "default"]] : [];
    const bindings = clause.namedBindings;
    if (bindings && compiler.isNamespaceImport(bindings)) names.push([bindings.name, "*"]);
    else
      for (const element of bindings?.elements ?? [])
        if (!element.isTypeOnly) names.push([element.name, (element.propertyName ?? element.name).text]);
    return names.filter(([name]) => this.isValue(name)).map(([name, key]) => [name.text, key]);
  }

  private importEquals(node: TypeScript.ImportEqualsDeclaration): TypeScript.Statement[] {
    const { name, moduleReference } = node;
    if (node.isTypeOnly || !this.isValue(name)) return [];
    const value = compiler.isExternalModuleReference(moduleReference)
      ? this.references.require(moduleReference.expression)
      : this.entity(moduleReference);
    return [at(node, this.references.assign(name, value))];
  }

  /** `A.b`, as an expression. */
  private entity(name: TypeScript.EntityName): TypeScript.Expression {
    if (compiler.isIdentifier(name)) return this.references.expression(name);
    return factory.createPropertyAccessExpression(this.entity(name.left), name.right);
  }

  private isValue(name: TypeScript.Identifier): boolean {
    const symbol = this.references.symbolOf(name);
    if (!symbol || !(symbol.flags & compiler.SymbolFlags.Alias)) return true;
    return (this.checker.getAliasedSymbol(symbol).flags & compiler.SymbolFlags.Value) !== 0;
  }
}

/** A statement of its own, at the line of what it is made of. */
function at(node: TypeScript.Node, expression: TypeScript.Expression): TypeScript.Statement {
  return compiler.setTextRange(factory.createExpressionStatement(compiler.setTextRange(expression, node)), node);
}

/** `declare …`: for the types alone. */
function isOnlyDeclared(node: TypeScript.Statement): boolean {
  if (!compiler.canHaveModifiers(node)) return false;
  const words = compiler.getModifiers(node) ?? [];
  return words.some(({ kind }) => kind === compiler.SyntaxKind.DeclareKeyword);
}
