/** The stack machine that a pickle is a program for, as what its instructions may do to it. */
import { quote } from "../../files/json-object";
import { Dict, Global, List, PickleError, type Rules, setItem, type Value } from "./values";

/** Begins the part of the stack that an instruction such as TUPLE takes. */
const MARK = Symbol("mark");
type Cell = Value | typeof MARK;

/** No state_dict nests or piles up so much. */
const MAX_STACK = 1_000_000;

/** Bytes from `position` on, a stack and a memory; `end` is the first byte that is not yet read. */
export class StackMachine {
  private readonly view: DataView;
  private readonly stack: Cell[] = [];
  private readonly memo = new Map<number, Value>();
  /** Of the next byte to be read. */
  end: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly rules: Rules,
    position = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = position;
  }

  /** The next instruction. */
  opcode(): number {
    return this.view.getUint8(this.end++);
  }

  /** What the pickle was of: the one value that is left. @throws PickleError */
  result(): Value {
    const value = this.pop();
    if (this.stack.length > 0) throw new PickleError("leaves values behind");
    return value;
  }

  uint8 = () => this.view.getUint8(this.take(1));
  uint16 = () => this.view.getUint16(this.take(2), true);
  int32 = () => this.view.getInt32(this.take(4), true);
  uint32 = () => this.view.getUint32(this.take(4), true);
  float64 = () => this.view.getFloat64(this.take(8));

  skip(length: number): void {
    this.take(length);
  }

  /** A whole number of up to 255 bytes, two's complement. */
  long(length: number): number | bigint {
    const from = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[from + i]);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  text(length: number, encoding: "utf-8" | "latin1" = "utf-8"): string {
    const from = this.take(length);
    try {
      return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(
        this.bytes.subarray(from, from + length),
      );
    } catch (error) {
      throw new PickleError(`holds a text that is not ${encoding} (${error instanceof Error ? error.message : error})`);
    }
  }

  /** Up to the end of the line. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.end);
    if (end < 0) throw new PickleError("ends too early");
    const text = this.text(end - this.end);
    this.end++;
    return text;
  }

  private take(length: number): number {
    if (length > this.bytes.length - this.end) throw new PickleError("ends too early");
    this.end += length;
    return this.end - length;
  }

  /** @throws PickleError where more piles up than any state_dict has */
  push(value: Value): void {
    if (this.stack.push(value) > MAX_STACK) throw new PickleError("piles up more than a million values");
  }

  mark(): void {
    if (this.stack.push(MARK) > MAX_STACK) throw new PickleError("piles up more than a million values");
  }

  pop(): Value {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) throw new PickleError("takes a value that is not there");
    return value;
  }

  top(): Value {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  /** Everything down to the last mark, which goes too. */
  popMark(): Value[] {
    const at = this.stack.lastIndexOf(MARK);
    if (at < 0) throw new PickleError("takes values down to a mark that is not there");
    return this.stack.splice(at).slice(1) as Value[];
  }

  remember(key = this.memo.size): void {
    this.memo.set(key, this.top());
  }

  recall(key: number): void {
    const value = this.memo.get(key);
    if (value === undefined) throw new PickleError(`recalls value ${key}, which it never kept`);
    this.push(value);
  }

  global(module: string, name: string): void {
    const found = this.rules.globals.get(`${module} ${name}`);
    if (!found)
      throw new PickleError(`names ${quote(`${module}.${name}`).slice(1, -1)}, and only tensors are built here`);
    this.push(found);
  }

  reduce(): void {
    const parts = this.pop();
    const called = this.pop();
    if (!(called instanceof Global) || !called.call) throw new PickleError("calls what is no function");
    if (!Array.isArray(parts)) throw new PickleError(`calls ${called.name} without a tuple`);
    this.push(called.call(parts));
  }

  /** Attributes of an OrderedDict (a state_dict's `_metadata`) say nothing about its tensors. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof Dict)) throw new PickleError("gives attributes to what is no dictionary");
  }

  append(items: readonly Value[]): void {
    const list = this.top();
    if (!(list instanceof List)) throw new PickleError("appends to what is no list");
    for (const item of items) list.items.push(item);
  }

  setItems(items: readonly Value[]): void {
    const dict = this.top();
    if (!(dict instanceof Dict)) throw new PickleError("sets an item of what is no dictionary");
    if (items.length % 2) throw new PickleError("sets a key without a value");
    for (let i = 0; i < items.length; i += 2) setItem(dict, items[i], items[i + 1]);
  }

  persistent(): void {
    this.push(this.rules.persistent(this.pop()));
  }
}
