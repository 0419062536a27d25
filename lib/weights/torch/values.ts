/** What a pickle can be made of here. */
import { quote } from "../../files/json-object";

/** What a pickle may name: a function that is "called" with a tuple, or a type without behaviour. */
export class Global {
  constructor(
    readonly name: string,
    readonly call?: (parts: readonly Value[]) => Value,
  ) {}
}

export type Scalar = null | boolean | number | bigint | string;
/** A tuple; a list is a List, so that nobody can append to a tuple. */
export type Tuple = readonly Value[];
/** What `Global.call` and `Rules.persistent` make of their own. */
export interface Made {
  readonly made: string;
}
export type Value = Scalar | Tuple | List | Dict | Global | Made;

export class List {
  readonly items: Value[] = [];
}

/** A dict or an OrderedDict. */
export class Dict {
  readonly entries = new Map<Scalar, Value>();
}

export interface Rules {
  /** "module name" of everything that may be named. */
  globals: ReadonlyMap<string, Global>;
  /** What a persistent id stands for: torch keeps a tensor's bytes outside of the pickle. */
  persistent(id: Value): Value;
}

/** The pickle breaks a rule; the message is the end of a sentence. */
export class PickleError extends Error {}

/** Python would let the last of two equal keys win; in a file of tensors that is a mistake or a trap. */
export function setItem(dict: Dict, key: Value, value: Value): void {
  if (typeof key === "object" && key !== null) throw new PickleError("has a key that is neither text nor number");
  if (dict.entries.has(key)) throw new PickleError(`has the key ${quote(key)} twice`);
  dict.entries.set(key, value);
}
