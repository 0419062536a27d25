/**
 * Places at which a cell's code looks whether it was asked to stop: the head of every loop's body, and every `await`. They
 * are written into the compiled JavaScript, on the same lines; columns are given back to the source map.
 *
 * A function may be taken elsewhere as text (a worker, a web page), where there is no `__stop`: then it stays a function.
 */
import type * as TypeScript from "typescript";
import { compiler } from "../compile/typescript";
import type { LineMap } from "../source-lines";

/** The name under which cells find the shared state; its `check` is Interrupts.checkpoint. */
export const STOP_NAME = "__stop";

const IN_LOOP = `if(typeof ${STOP_NAME}!=="undefined"&&${STOP_NAME}[0])${STOP_NAME}.check();`;
const AT_AWAIT = `(typeof ${STOP_NAME}!=="undefined"&&${STOP_NAME}.check(),`;

interface Insertion {
  at: number;
  text: string;
}

/** @returns the code with its checkpoints, and the map from its places to the given code's */
export function withCheckpoints(code: string): { code: string; map: LineMap } {
  const file = compiler.createSourceFile("cell.js", code, compiler.ScriptTarget.ES2022, false, compiler.ScriptKind.JS);
  const insertions = insertionsIn(file);
  let end = code.length;
  let output = "";
  for (const { at, text } of [...insertions].reverse()) {
    output = text + code.slice(at, end) + output;
    end = at;
  }
  return { code: code.slice(0, end) + output, map: shifted(code, insertions) };
}

/** In the order of the text; at one place what ends comes before what begins, the inner before the outer. */
function insertionsIn(file: TypeScript.SourceFile): Insertion[] {
  const found: Insertion[] = [];
  const around = (node: TypeScript.Node, before: string, after: string): void => {
    found.push({ at: node.getStart(file), text: before });
    visit(node);
    found.push({ at: node.end, text: after });
  };
  const intoBody = (body: TypeScript.Node): void => {
    if (!compiler.isBlock(body)) {
      around(body, `{${IN_LOOP}`, "}");
      return;
    }
    found.push({ at: body.getStart(file) + 1, text: IN_LOOP });
    compiler.forEachChild(body, visit);
  };
  const visit = (node: TypeScript.Node): void => {
    const body = compiler.isIterationStatement(node, false) ? node.statement : undefined;
    if (compiler.isAwaitExpression(node)) around(node.expression, AT_AWAIT, ")");
    else compiler.forEachChild(node, (child) => (child === body ? intoBody(child) : visit(child)));
  };
  visit(file);
  return found;
}

/** As a source map: the same line, and the column without what was put in before it. */
function shifted(code: string, insertions: readonly Insertion[]): LineMap {
  const starts = [0, ...Array.from(code.matchAll(/\n/g), ({ index = 0 }) => index + 1)];
  const lines = new Map<number, { column: number; length: number }[]>();
  for (const { at, text } of insertions) {
    let line = starts.length - 1;
    while (starts[line] > at) line--;
    lines.set(line, [...(lines.get(line) ?? []), { column: at - starts[line], length: text.length }]);
  }
  return {
    findEntry(line, column) {
      let original = column;
      for (const put of lines.get(line) ?? []) {
        if (original < put.column) break;
        original = Math.max(put.column, original - put.length);
      }
      return { originalLine: line, originalColumn: original };
    },
  };
}
