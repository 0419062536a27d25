/**
 * Completion and hover: what TypeScript knows, as the protocol wants it. What stock tslab does otherwise:
 *
 * - it reads the protocol's positions, which count Unicode characters, as UTF-16 units: wrong after an emoji
 * - of a docstring's tags it prints the text alone, so that "@throws UserError where …" reads like a sentence of the rest
 * - inside a call's parentheses, where JupyterLab's Shift-Tab is pressed, it knows nothing
 */
import type * as TypeScript from "typescript";
import type { Completion } from "./compile/completion";
import { compiler } from "./compile/typescript";

/** The two questions, with positions in UTF-16 units, of a cell that follows the cells that have run. */
export interface Assistant {
  inspect(source: string, position: number): TypeScript.QuickInfo | undefined;
  complete(source: string, position: number): Completion;
}

/** @returns the content of the protocol's `inspect_reply` */
export function inspectReply(assistant: Assistant, code: string, cursor: number): InspectReply {
  const position = toUnits(code, cursor);
  const text = hoverText(assistant.inspect(code, position)) ?? hoverOfCall(assistant, code, position);
  return {
    status: "ok",
    found: text !== undefined,
    data: text === undefined ? {} : { "text/plain": text },
    metadata: {},
  };
}
interface InspectReply {
  status: "ok";
  found: boolean;
  data: { [type: string]: string };
  metadata: { [key: string]: never };
}

/** @returns the content of the protocol's `complete_reply` */
export function completeReply(assistant: Assistant, code: string, cursor: number): CompleteReply {
  const { start, end, candidates } = assistant.complete(code, toUnits(code, cursor));
  return {
    status: "ok",
    matches: candidates,
    cursor_start: toCharacters(code, start),
    cursor_end: toCharacters(code, end),
    metadata: {},
  };
}
interface CompleteReply {
  status: "ok";
  matches: string[];
  cursor_start: number;
  cursor_end: number;
  metadata: { [key: string]: never };
}

/** Signature, docstring and tags of a name; undefined where TypeScript knows nothing of it. */
function hoverText(info: TypeScript.QuickInfo | undefined): string | undefined {
  const signature = plain(info?.displayParts);
  // All that it says of a name that is declared nowhere.
  if (!info || signature === "" || signature === "any") return undefined;
  const tags = (info.tags ?? []).map(({ name, text }) => `@${name} ${plain(text)}`.trim());
  return [signature, [plain(info.documentation), ...tags].filter(Boolean).join("\n")].filter(Boolean).join("\n\n");
}

function plain(parts: readonly TypeScript.SymbolDisplayPart[] = []): string {
  return parts.map(({ text }) => text).join("");
}

/** The hover of the function whose arguments are being written. */
function hoverOfCall(assistant: Assistant, code: string, position: number): string | undefined {
  const callee = calleeEnd(code, position);
  return callee === undefined ? undefined : hoverText(assistant.inspect(code, callee - 1));
}

/** Where the function's name ends in the innermost call between whose parentheses a position lies. */
function calleeEnd(code: string, position: number): number | undefined {
  const file = compiler.createSourceFile("cell.ts", code, compiler.ScriptTarget.ES2022, true);
  let found: number | undefined;
  const visit = (node: TypeScript.Node): void => {
    if (compiler.isCallExpression(node) || compiler.isNewExpression(node)) {
      const closed = node.getChildren(file).at(-1)?.kind === compiler.SyntaxKind.CloseParenToken;
      const inside = closed ? position < node.end : code.slice(node.end, position).trim() === "";
      if (position > node.expression.end && inside) found = node.expression.end;
    }
    compiler.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Position in UTF-16 units of a position in Unicode characters, and the other way round. */
function toUnits(text: string, characters: number): number {
  return Array.from(text).slice(0, characters).join("").length;
}
function toCharacters(text: string, units: number): number {
  return Array.from(text.slice(0, units)).length;
}
