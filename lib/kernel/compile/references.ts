/**
 * One binding a name for the whole notebook: every use of a name that a cell declares at its top, in whatever function or
 * closure, becomes a property of one object, `__names__.best`. So all cells read and write the same one.
 */
import type * as TypeScript from "typescript";
import { compiler } from "./typescript";

/** What a cell's code knows the notebook's names as, and what runs its imports. Nobody names a variable so. */
export const NAMES = "__names__";
export const CELL = "__cell__";

/** What a cell imports by names that stand in it: at its top, and by `import()` or `require()` when it comes to it. */
export interface CellImportList {
  bound: Set<string>;
  asked: Set<string>;
}

const { factory } = compiler;

export class References {
  /** Of the classes, enums and namespaces in whose own body we are: there their name is their own, as in any JavaScript. */
  private readonly own: TypeScript.Symbol[] = [];

  /**
   * @param locals the names at the top of the cell and of those before it
   * @param context of the transformation
   * @param imports gets what is imported on the way
   */
  constructor(
    private readonly checker: TypeScript.TypeChecker,
    private readonly locals: ReadonlyMap<string, TypeScript.Symbol>,
    private readonly context: TypeScript.TransformationContext,
    private readonly imports: CellImportList,
  ) {}

  /** `__names__.name`, at the place of `node`. */
  property(name: string, node: TypeScript.Node): TypeScript.PropertyAccessExpression {
    const access = factory.createPropertyAccessExpression(factory.createIdentifier(NAMES), name);
    return compiler.setTextRange(access, node);
  }

  /** `__names__.name = value`. */
  assign(name: TypeScript.Identifier, value: TypeScript.Expression): TypeScript.Expression {
    return factory.createAssignment(this.property(name.text, name), named(name.text, value));
  }

  /** A declaration's own symbol, where it is a name of the notebook. */
  symbolOf(name: TypeScript.Identifier): TypeScript.Symbol | undefined {
    return this.locals.get(String(name.escapedText));
  }

  /** A node with the names of the notebook as properties. */
  readonly visit = (node: TypeScript.Node): TypeScript.Node => {
    if (compiler.isTypeNode(node) && !compiler.isExpressionWithTypeArguments(node)) return node;
    if (compiler.isIdentifier(node)) return this.isBound(node) ? this.property(node.text, node) : node;
    return this.visitVariables(node) ?? this.visitModuleWords(node) ?? this.visitNamed(node) ?? this.visitInside(node);
  };

  expression(node: TypeScript.Expression): TypeScript.Expression {
    return compiler.visitNode(node, this.visit, compiler.isExpression);
  }

  /** A class, enum or namespace that is a name of the notebook. */
  body<T extends TypeScript.Node>(node: T, symbol: TypeScript.Symbol | undefined): T {
    if (symbol) this.own.push(symbol);
    const visited = this.visitInside(node);
    if (symbol) this.own.pop();
    return visited;
  }

  /** The left side of an assignment that does what a declaration's pattern does. */
  target(name: TypeScript.BindingName): TypeScript.Expression {
    if (compiler.isIdentifier(name)) return this.property(name.text, name);
    if (compiler.isObjectBindingPattern(name))
      return factory.createObjectLiteralExpression(name.elements.map((element) => this.objectElement(element)));
    return factory.createArrayLiteralExpression(
      name.elements.map((element) =>
        compiler.isOmittedExpression(element) ? factory.createOmittedExpression() : this.arrayElement(element),
      ),
    );
  }

  private objectElement(element: TypeScript.BindingElement): TypeScript.ObjectLiteralElementLike {
    const { name, propertyName } = element;
    if (element.dotDotDotToken) return factory.createSpreadAssignment(this.target(name));
    const key = propertyName ?? (compiler.isIdentifier(name) ? name.text : "");
    const visited = typeof key === "string" ? key : compiler.visitNode(key, this.visit, compiler.isPropertyName);
    return factory.createPropertyAssignment(visited, this.withDefault(element));
  }

  private arrayElement(element: TypeScript.BindingElement): TypeScript.Expression {
    return element.dotDotDotToken ? factory.createSpreadElement(this.target(element.name)) : this.withDefault(element);
  }

  private withDefault({ name, initializer }: TypeScript.BindingElement): TypeScript.Expression {
    const target = this.target(name);
    if (!initializer) return target;
    const value = this.expression(initializer);
    return factory.createAssignment(target, compiler.isIdentifier(name) ? named(name.text, value) : value);
  }

  private isBound(name: TypeScript.Identifier): boolean {
    const local = this.symbolOf(name);
    if (local === undefined || this.own.includes(local) || isDeclared(name)) return false;
    return this.checker.getSymbolAtLocation(name) === local;
  }

  private visitInside<T extends TypeScript.Node>(node: T): T {
    return compiler.visitEachChild(node, this.visit, this.context);
  }

  /** `var` inside a block or a loop at the top is a name of the notebook as well. */
  private visitVariables(node: TypeScript.Node): TypeScript.Node | undefined {
    if (compiler.isVariableStatement(node) && this.isOfNotebook(node.declarationList))
      return compiler.setTextRange(
        factory.createExpressionStatement(this.assignments(node.declarationList) ?? factory.createVoidZero()),
        node,
      );
    if (!compiler.isVariableDeclarationList(node) || !this.isOfNotebook(node)) return undefined;
    const { parent } = node;
    if (compiler.isForOfStatement(parent) || compiler.isForInStatement(parent))
      return this.target(node.declarations[0].name);
    return this.assignments(node) ?? factory.createVoidZero();
  }

  private isOfNotebook(list: TypeScript.VariableDeclarationList): boolean {
    if (list.flags & compiler.NodeFlags.BlockScoped) return false;
    const [name] = namesOf(list.declarations[0].name);
    return name !== undefined && this.checker.getSymbolAtLocation(name) === this.symbolOf(name);
  }

  private assignments({ declarations }: TypeScript.VariableDeclarationList): TypeScript.Expression | undefined {
    const all = declarations.flatMap((each) => this.declaration(each) ?? []);
    return all.length === 0 ? undefined : all.reduce((left, right) => factory.createComma(left, right));
  }

  /** The assignment that a declaration becomes; none for a `var` without a value, which changes nothing. */
  declaration(declaration: TypeScript.VariableDeclaration): TypeScript.Expression | undefined {
    const { name, initializer } = declaration;
    const isVar = !(declaration.parent.flags & compiler.NodeFlags.BlockScoped);
    if (!initializer && isVar) return undefined;
    const value = initializer ? this.expression(initializer) : factory.createVoidZero();
    const assigned = compiler.isIdentifier(name)
      ? this.assign(name, value)
      : factory.createAssignment(this.target(name), value);
    return compiler.setTextRange(assigned, declaration);
  }

  /** `import("x")` and `import.meta`, which a cell has although it is no file. */
  private visitModuleWords(node: TypeScript.Node): TypeScript.Node | undefined {
    if (compiler.isMetaProperty(node) && node.keywordToken === compiler.SyntaxKind.ImportKeyword)
      return factory.createPropertyAccessExpression(factory.createIdentifier(CELL), "meta");
    if (!compiler.isCallExpression(node)) return undefined;
    const isImport = node.expression.kind === compiler.SyntaxKind.ImportKeyword;
    const isRequire = compiler.isIdentifier(node.expression) && node.expression.text === "require";
    const [asked] = node.arguments;
    if ((isImport || isRequire) && asked && compiler.isStringLiteralLike(asked)) this.imports.asked.add(asked.text);
    if (!isImport) return undefined;
    const load = factory.createPropertyAccessExpression(factory.createIdentifier(CELL), "import");
    const given = compiler.visitNodes(node.arguments, this.visit, compiler.isExpression);
    return compiler.setTextRange(factory.createCallExpression(load, undefined, given), node);
  }

  /** `require("x")`. */
  require(name: TypeScript.Expression): TypeScript.Expression {
    if (compiler.isStringLiteral(name)) this.imports.asked.add(name.text);
    return factory.createCallExpression(factory.createIdentifier("require"), undefined, [name]);
  }

  /** Where a name stands for more than its value: `{ a }`, `f()` without a `this`, `f = () => 1`, which names the function. */
  private visitNamed(node: TypeScript.Node): TypeScript.Node | undefined {
    if (compiler.isShorthandPropertyAssignment(node)) return this.visitShorthand(node);
    if (compiler.isCallExpression(node) && this.isBoundName(node.expression)) {
      const given = compiler.visitNodes(node.arguments, this.visit, compiler.isExpression);
      const callee = this.withoutThis(node.expression);
      return compiler.isCallChain(node)
        ? factory.updateCallChain(node, callee, node.questionDotToken, undefined, given)
        : factory.updateCallExpression(node, callee, undefined, given);
    }
    if (compiler.isTaggedTemplateExpression(node) && this.isBoundName(node.tag)) {
      const template = compiler.visitNode(node.template, this.visit, compiler.isTemplateLiteral);
      return factory.updateTaggedTemplateExpression(node, this.withoutThis(node.tag), undefined, template);
    }
    if (compiler.isBinaryExpression(node) && isAssignment(node) && this.isBoundName(node.left)) {
      const value = named(node.left.text, this.expression(node.right));
      return factory.updateBinaryExpression(node, this.expression(node.left), node.operatorToken, value);
    }
    return undefined;
  }

  private visitShorthand(node: TypeScript.ShorthandPropertyAssignment): TypeScript.Node | undefined {
    const { name, objectAssignmentInitializer } = node;
    const local = this.symbolOf(name);
    if (!local || this.own.includes(local) || this.checker.getShorthandAssignmentValueSymbol(node) !== local)
      return undefined;
    const target = this.property(name.text, name);
    const value = objectAssignmentInitializer
      ? factory.createAssignment(target, named(name.text, this.expression(objectAssignmentInitializer)))
      : target;
    return compiler.setTextRange(factory.createPropertyAssignment(name.text, value), node);
  }

  private isBoundName(node: TypeScript.Node): node is TypeScript.Identifier {
    return compiler.isIdentifier(node) && this.isBound(node);
  }

  /** `(0, __names__.f)`: a function that is called by its name has no `this`. */
  private withoutThis(name: TypeScript.Identifier): TypeScript.Expression {
    const comma = factory.createComma(factory.createNumericLiteral(0), this.property(name.text, name));
    return compiler.setTextRange(factory.createParenthesizedExpression(comma), name);
  }
}

/** Assignments that give an anonymous function their target's name. */
function isAssignment({ operatorToken: { kind } }: TypeScript.BinaryExpression): boolean {
  const { EqualsToken, BarBarEqualsToken, AmpersandAmpersandEqualsToken, QuestionQuestionEqualsToken } =
    compiler.SyntaxKind;
  return [EqualsToken, BarBarEqualsToken, AmpersandAmpersandEqualsToken, QuestionQuestionEqualsToken].some(
    (token) => token === kind,
  );
}

/** JavaScript names a function after the variable it is assigned to, but not after a property. */
function named(name: string, value: TypeScript.Expression): TypeScript.Expression {
  const inner = unwrapped(value);
  const isAnonymous =
    compiler.isArrowFunction(inner) ||
    ((compiler.isFunctionExpression(inner) || compiler.isClassExpression(inner)) && !inner.name);
  if (!isAnonymous || name === "__proto__") return value;
  const holder = factory.createObjectLiteralExpression([factory.createPropertyAssignment(name, value)]);
  return factory.createPropertyAccessExpression(factory.createParenthesizedExpression(holder), name);
}

/** True for the name that a function, a class, an enum or a namespace gives itself. */
function isDeclared(name: TypeScript.Identifier): boolean {
  const { parent } = name;
  const names =
    compiler.isFunctionDeclaration(parent) ||
    compiler.isClassDeclaration(parent) ||
    compiler.isEnumDeclaration(parent) ||
    compiler.isModuleDeclaration(parent);
  return names && parent.name === name;
}

/** What is inside parentheses and claims of a type, which are gone when the code runs. */
function unwrapped(value: TypeScript.Expression): TypeScript.Expression {
  const isWrapped =
    compiler.isParenthesizedExpression(value) ||
    compiler.isAsExpression(value) ||
    compiler.isSatisfiesExpression(value) ||
    compiler.isNonNullExpression(value);
  return isWrapped ? unwrapped(value.expression) : value;
}

/** The names in a pattern. */
export function namesOf(name: TypeScript.BindingName): TypeScript.Identifier[] {
  if (compiler.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (compiler.isBindingElement(element) ? namesOf(element.name) : []));
}
