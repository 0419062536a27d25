/**
 * Cells tagged `seeded` must say the same numbers wherever they run: what they show is drawn from named streams or computed from
 * files, whatever the profile and the corpora. So a change deep in the library shows, which no hash of a cell's own imports sees.
 */
import { joined, type Notebook, type Output } from "../../lib/kernel/runner/nbformat";
import { hasTag } from "../../lib/kernel/runner/parameters";

/** How far a number may be off: the last digit shown, and the rounding of another library or machine. */
const RELATIVE = 2e-3;
const ABSOLUTE = 2e-5;

/** The cells whose words or numbers are others than the stored ones; a cell that was never executed has none. */
export function differences(stored: Notebook, run: Notebook): string[] {
  return stored.cells
    .filter((cell) => hasTag(cell, "seeded") && cell.execution_count !== null)
    .flatMap((cell) => {
      const other = run.cells.find(({ id }) => id === cell.id);
      const [was, is] = [cell.outputs, other?.outputs ?? []].map((outputs) => outputs.map(textOf).join("\n"));
      return sameNumbers(was, is) ? [] : [`${cell.id}:\n--- stored\n${was}\n--- run\n${is}`];
    });
}

function textOf(output: Output): string {
  if (output.output_type === "stream") return joined(output.text);
  return output.output_type === "error" ? output.evalue : joined(output.data["text/plain"]);
}

const NUMBER = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

/** Equal but for the rounding of numbers; widths of columns follow their numbers and do not count. */
export function sameNumbers(given: string, other: string): boolean {
  // A temporary folder has another name every time.
  const [a, b] = [given, other].map((text) => text.replace(/(\/\S*-)[A-Za-z0-9]{6}(?=\/)/g, "$1"));
  const words = (text: string) =>
    text
      .replace(NUMBER, "#")
      .replace(/[\s-]+/g, " ")
      .trim();
  const numbers = (text: string) => (text.match(NUMBER) ?? []).map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  // A commit such as b9e1461 reads as a number beyond all: equal is equal.
  const near = (x: number, y: number) =>
    x === y || Math.abs(x - y) <= ABSOLUTE + RELATIVE * Math.max(Math.abs(x), Math.abs(y));
  return words(a) === words(b) && left.length === right.length && left.every((x, i) => near(x, right[i]));
}
