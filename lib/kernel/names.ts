/**
 * The names that cells have declared: their values, and the declarations by which TypeScript knows them in later cells.
 * A name has one value for the whole notebook: the code of every cell, its functions and closures included, reads and
 * writes the properties of one object (compile/references.ts).
 *
 * Repair: what a cell that failed or was interrupted had assigned before it stopped stays, with its type, as in Python;
 * a name that it had not come to keeps what it was before. Stock tslab forgets the former and makes the latter undefined.
 */
import { pickDeclarations } from "./compile/declarations";
import { LAST } from "./compile/statements";

type Values = Record<string, unknown>;

/**
 * Holds the values. Nothing is inherited: a cell may call a variable `constructor`. And no property is ever deleted, nor is
 * this `Object.create(null)`: loops at the top of a cell would take ten times as long.
 */
class Scope {
  [name: string]: unknown;
}
Reflect.deleteProperty(Scope.prototype, "constructor");
Object.setPrototypeOf(Scope.prototype, null);

export class CellNames {
  /** Of all earlier cells, as the text of a declaration file. */
  declarations = "";
  readonly values: Values = new Scope();
  /** Of the running cell: the names it declares, with what they were before. */
  private before = new Map<string, PropertyDescriptor | undefined>();

  /** Call before a cell's code runs. */
  begin(declared: readonly string[]): void {
    this.before = new Map(declared.map((name) => [name, Object.getOwnPropertyDescriptor(this.values, name)]));
  }

  /** Call when a cell has run to its end. */
  complete(declarations: string): void {
    this.declarations = declarations;
  }

  /** Call when a cell stopped on the way. @param declarations what they would be, had it run to its end */
  salvage(declarations: string): void {
    const lost = new Set([...this.before].flatMap(([name, before]) => (this.isAsBefore(name, before) ? name : [])));
    const earlier = pickDeclarations(this.declarations, (name) => lost.has(name));
    this.declarations = earlier + pickDeclarations(declarations, (name) => !lost.has(name));
  }

  /** The value of a cell's last expression; it is kept for nobody else. */
  takeLast(): unknown {
    const value = this.values[LAST];
    this.values[LAST] = undefined;
    return value;
  }

  /** Makes a name stand for what a module exports, also after the module has changed it; assigning ends that. */
  bind(name: string, read: () => unknown): void {
    const set = (value: unknown): void => {
      Object.defineProperty(this.values, name, { value, writable: true, enumerable: true, configurable: true });
    };
    Object.defineProperty(this.values, name, { get: read, set, enumerable: true, configurable: true });
  }

  /** A name that a cell says is there already, `declare const gc: …`: the notebook's own, else Node's. */
  bindGlobal(name: string): void {
    if (!(name in this.values)) this.bind(name, () => Reflect.get(globalThis, name));
  }

  private isAsBefore(name: string, before: PropertyDescriptor | undefined): boolean {
    const now = Object.getOwnPropertyDescriptor(this.values, name);
    return Object.is(now?.get, before?.get) && Object.is(now?.value, before?.value) && !now === !before;
  }
}
