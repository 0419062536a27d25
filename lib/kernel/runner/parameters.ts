/**
 * Parameters of a notebook, as papermill has them: a cell tagged `parameters` declares them with their defaults, and a cell
 * behind it, tagged `injected-parameters`, gives them other values.
 */
import { usageError } from "../../errors";
import type { Cell, Notebook } from "./nbformat";

/** Reads `name=value`; a value that is no JSON is a text. @throws UserError for another form */
export function readParameter(text: string): [name: string, value: unknown] {
  const found = /^([\p{ID_Start}$_][\p{ID_Continue}$]*)=(.*)$/su.exec(text);
  if (!found)
    throw usageError(`--set got "${text}", wanted name=value, e.g. --set steps=100 or --set 'labels=["a","b"]'.`);
  try {
    return [found[1], JSON.parse(found[2])];
  } catch (error) {
    if (error instanceof SyntaxError) return [found[1], found[2]];
    throw error;
  }
}

/**
 * @param path for the sentences of errors
 * @returns the notebook with its parameters changed; itself without any
 * @throws UserError where it has no cell of parameters, or one that declares no such name
 */
export function withParameters(notebook: Notebook, values: ReadonlyMap<string, unknown>, path: string): Notebook {
  if (values.size === 0) return notebook;
  const cells = notebook.cells.filter((cell) => !hasTag(cell, "injected-parameters"));
  const at = cells.findIndex((cell) => hasTag(cell, "parameters"));
  if (at < 0)
    throw usageError(`${path} has no cell tagged "parameters", wanted one for --set ${[...values.keys()].join(", ")}.`);
  const declared = namesIn(cells[at].source);
  const unknown = [...values.keys()].find((name) => !declared.includes(name));
  if (unknown !== undefined)
    throw usageError(
      `--set got "${unknown}", which the parameters of ${path} do not have: ${declared.join(", ") || "none"}.`,
    );
  cells.splice(at + 1, 0, injected(values, notebook.cells));
  return { ...notebook, cells };
}

function injected(values: ReadonlyMap<string, unknown>, cells: readonly Cell[]): Cell {
  const lines = [...values].map(([name, value]) => `let ${name} = ${JSON.stringify(value)};`);
  const ids = new Set(cells.filter((cell) => !hasTag(cell, "injected-parameters")).map(({ id }) => id));
  let id = "injected-parameters";
  for (let n = 2; ids.has(id); n++) id = `injected-parameters-${n}`;
  const source = ["// Parameters", ...lines].join("\n");
  const metadata = { tags: ["injected-parameters"] };
  return { id, cell_type: "code", metadata, source, outputs: [], execution_count: null };
}

/** The names that a cell of parameters declares, a declaration a line. */
function namesIn(source: string): string[] {
  return Array.from(
    source.matchAll(/^\s*(?:let|const|var)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gmu),
    ([, name]) => name,
  );
}

/** True for a cell with this tag. */
export function hasTag(cell: Cell, tag: string): boolean {
  return Array.isArray(cell.metadata.tags) && cell.metadata.tags.includes(tag);
}
