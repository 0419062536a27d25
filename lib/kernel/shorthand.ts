/**
 * Repair: `{ labels }` where `labels` is a name of an earlier cell. tslab 1.0.22 rewrites such names to properties of its
 * export object, but looks at the wrong symbol of a shorthand and leaves it, so that the cell fails with "labels is not
 * defined". Written out as `{ labels: labels }` it is seen.
 */
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { compiler } from "./compiler";

/**
 * @param source a cell
 * @param declarations the declarations of earlier cells; only names that stand in them are written out
 * @returns the cell with the same lines
 */
export function writeOutShorthands(source: string, declarations: string): string {
  if (declarations === "") return source;
  const file = compiler.createSourceFile("cell.ts", source, compiler.ScriptTarget.ES2022, true);
  const earlier = new Set(declarations.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
  const ends: number[] = [];
  const visit = (node: TypeScript.Node): void => {
    const shorthand = compiler.isShorthandPropertyAssignment(node) && !node.objectAssignmentInitializer;
    if (shorthand && earlier.has(node.name.text)) ends.push(node.name.end);
    compiler.forEachChild(node, visit);
  };
  visit(file);
  let output = source;
  for (const end of ends.reverse()) {
    const name = /[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.exec(output.slice(0, end))?.[0] ?? "";
    output = `${output.slice(0, end)}: ${name}${output.slice(end)}`;
  }
  return output;
}
