/**
 * The library's public door as pages, a page a heading of lib/index.ts: every name with its signature and its docstring, taken
 * from the code by TypeScript itself.
 */
import { join, relative, sep } from "node:path";
import * as ts from "typescript";
import { PROJECT_ROOT } from "../../files/places";
import type { TextPage } from "./pages";

/** One public name. */
export interface ApiEntry {
  name: string;
  kind: "function" | "class" | "interface" | "type" | "value";
  /** As the code declares it, without bodies. */
  signature: string;
  /** Markdown. */
  text: string;
  /** Path below the project. */
  file: string;
}

/** The names below one heading. */
export interface ApiSection {
  heading: string;
  /** What the heading is about. */
  about: string;
  entries: ApiEntry[];
}

const DOOR = join(PROJECT_ROOT, "lib", "index.ts");

/** Every section of lib/index.ts, in its order. */
export function apiSections(door = DOOR): ApiSection[] {
  const options = {
    moduleResolution: ts.ModuleResolutionKind.Node10,
    target: ts.ScriptTarget.ES2022,
    skipLibCheck: true,
  };
  const program = ts.createProgram([door], {
    ...options,
    types: ["node"],
    typeRoots: [join(PROJECT_ROOT, "node_modules/@types")],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(door);
  if (!source) return [];
  const sections: ApiSection[] = [];
  for (const statement of source.statements) {
    const heading = headingBefore(source, statement);
    if (heading) sections.push({ ...heading, entries: [] });
    if (ts.isExportDeclaration(statement)) sections.at(-1)?.entries.push(...entriesOf(statement, checker));
  }
  return sections;
}

/** `// ## Read` and the lines of comment after it. */
function headingBefore(source: ts.SourceFile, statement: ts.Statement): Omit<ApiSection, "entries"> | undefined {
  const ranges = ts.getLeadingCommentRanges(source.text, statement.getFullStart()) ?? [];
  const lines = ranges.map(({ pos, end }) => source.text.slice(pos, end).replace(/^\/\/ ?/, ""));
  const at = lines.findIndex((line) => line.startsWith("## "));
  return at < 0 ? undefined : { heading: lines[at].slice(3), about: lines.slice(at + 1).join(" ") };
}

function entriesOf(statement: ts.ExportDeclaration, checker: ts.TypeChecker): ApiEntry[] {
  const { exportClause, moduleSpecifier } = statement;
  const symbols =
    exportClause && ts.isNamedExports(exportClause)
      ? exportClause.elements.map((element) => checker.getSymbolAtLocation(element.name))
      : checker.getExportsOfModule(symbolOf(moduleSpecifier, checker));
  return symbols.flatMap((symbol) => (symbol ? entryOf(symbol, checker) : []));
}

function symbolOf(specifier: ts.Expression | undefined, checker: ts.TypeChecker): ts.Symbol {
  const symbol = specifier && checker.getSymbolAtLocation(specifier);
  if (!symbol) throw new Error(`lib/index.ts exports from a module that is not there: ${specifier?.getText()}`);
  return symbol;
}

function entryOf(symbol: ts.Symbol, checker: ts.TypeChecker): ApiEntry[] {
  const own = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const [declaration] = own.declarations ?? [];
  if (!declaration) return [];
  const file = relative(PROJECT_ROOT, declaration.getSourceFile().fileName).split(sep).join("/");
  const text = docOf(own, checker);
  return [{ name: symbol.name, kind: kindOf(declaration), signature: signatureOf(declaration, checker), text, file }];
}

function kindOf(declaration: ts.Declaration): ApiEntry["kind"] {
  if (ts.isFunctionDeclaration(declaration)) return "function";
  if (ts.isClassDeclaration(declaration)) return "class";
  if (ts.isInterfaceDeclaration(declaration)) return "interface";
  return ts.isTypeAliasDeclaration(declaration) ? "type" : "value";
}

function docOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const words = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const tags = symbol.getJsDocTags(checker).map(({ name, text }) => {
    const said = ts.displayPartsToString(text);
    return name === "example" ? `\`\`\`ts\n${said}\n\`\`\`` : `*${name}* ${said}`;
  });
  return [words, ...tags].filter((part) => part !== "").join("\n\n");
}

function signatureOf(declaration: ts.Declaration, checker: ts.TypeChecker): string {
  if (ts.isVariableDeclaration(declaration)) {
    const type = checker.typeToString(checker.getTypeAtLocation(declaration), declaration);
    return `const ${declaration.name.getText()}: ${type}`;
  }
  if (ts.isClassDeclaration(declaration)) return classSignature(declaration);
  return withoutBody(declaration);
}

/** The public members, each with its docstring. */
function classSignature(declaration: ts.ClassDeclaration): string {
  const members = declaration.members
    .filter((member) => !isPrivate(member))
    .map((member) => {
      const docs = ts.getJSDocCommentsAndTags(member).map((doc) => `  ${doc.getText()}\n`);
      return `${docs.join("")}  ${withoutBody(member)}`;
    });
  return `class ${declaration.name?.text ?? ""} {\n${members.join("\n\n")}\n}`;
}

function isPrivate(member: ts.ClassElement): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return (ts.getCombinedModifierFlags(member) & hidden) !== 0;
}

function withoutBody(node: ts.Node): string {
  const body = "body" in node ? (node.body as ts.Node | undefined) : undefined;
  const text = node.getSourceFile().text.slice(node.getStart(), body ? body.getStart() : node.getEnd());
  return text.trim().replace(/^export (default )?(async )?/, "");
}

let pages: TextPage[] | undefined;

/** A page a section; made once, which takes some seconds. */
export function apiPages(): TextPage[] {
  pages ??= apiSections().map((section) => {
    return { name: apiPageName(section), title: section.heading, markdown: apiMarkdown(section) };
  });
  return pages;
}

/** A section as Markdown. */
export function apiMarkdown({ heading, about, entries }: ApiSection): string {
  const sorted = [...entries].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  const parts = sorted.map(
    ({ name, kind, signature, text, file }) =>
      `## ${name}\n\n${kind} · \`${file}\`\n\n\`\`\`ts\n${signature}\n\`\`\`\n\n${text}`,
  );
  return `# ${heading}\n\n${about}\n\n${parts.join("\n\n")}\n`;
}

/** `api/look-inside`. */
export const apiPageName = ({ heading }: ApiSection): string => `api/${heading.toLowerCase().replaceAll(" ", "-")}`;
