/** The stack machine's instructions, each as what it does to the machine. @see Python, Lib/pickletools.py */
import type { StackMachine } from "./stack-machine";
import { Dict, List, PickleError } from "./values";

/** Ends a pickle. */
export const STOP = ".".charCodeAt(0);

/** Every instruction that a pickle of tensors needs, of protocols 2 to 4. */
export const INSTRUCTIONS: ReadonlyMap<number, (machine: StackMachine) => void> = new Map<
  number,
  (machine: StackMachine) => void
>([
  [0x80, (m) => m.skip(1)], // PROTO
  [0x95, (m) => m.skip(8)], // FRAME
  [code("("), (m) => m.mark()],
  [code("N"), (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [code("J"), (m) => m.push(m.int32())],
  [code("K"), (m) => m.push(m.uint8())],
  [code("M"), (m) => m.push(m.uint16())],
  [0x8a, (m) => m.push(m.long(m.uint8()))], // LONG1
  [code("G"), (m) => m.push(m.float64())],
  [code("X"), (m) => m.push(m.text(m.uint32()))], // BINUNICODE
  [0x8c, (m) => m.push(m.text(m.uint8()))], // SHORT_BINUNICODE
  [code("T"), (m) => m.push(m.text(m.uint32(), "latin1"))], // BINSTRING, of Python 2
  [code("U"), (m) => m.push(m.text(m.uint8(), "latin1"))], // SHORT_BINSTRING
  [code(")"), (m) => m.push([])],
  [code("t"), (m) => m.push(m.popMark())],
  [0x85, (m) => m.push([m.pop()])], // TUPLE1
  [0x86, (m) => m.push([m.pop(), m.pop()].reverse())],
  [0x87, (m) => m.push([m.pop(), m.pop(), m.pop()].reverse())],
  [code("]"), (m) => m.push(new List())],
  [code("a"), (m) => m.append([m.pop()])],
  [code("e"), (m) => m.append(m.popMark())],
  [code("}"), (m) => m.push(new Dict())],
  [code("s"), (m) => m.setItems([m.pop(), m.pop()].reverse())],
  [code("u"), (m) => m.setItems(m.popMark())],
  [code("q"), (m) => m.remember(m.uint8())],
  [code("r"), (m) => m.remember(m.uint32())],
  [0x94, (m) => m.remember()], // MEMOIZE
  [code("h"), (m) => m.recall(m.uint8())],
  [code("j"), (m) => m.recall(m.uint32())],
  [code("c"), (m) => m.global(m.line(), m.line())],
  [0x93, stackGlobal],
  [code("i"), instance],
  [code("Q"), (m) => m.persistent()],
  [code("R"), (m) => m.reduce()],
  [code("b"), (m) => m.build()],
]);

function code(letter: string): number {
  return letter.charCodeAt(0);
}

function stackGlobal(machine: StackMachine): void {
  const [name, module] = [machine.pop(), machine.pop()];
  if (typeof name !== "string" || typeof module !== "string") throw new PickleError("names what is no text");
  machine.global(module, name);
}

/** INST names a class and makes an object of it: refused by the class's name, and where that is known, for itself. */
function instance(machine: StackMachine): void {
  machine.global(machine.line(), machine.line());
  throw new PickleError('uses the instruction "i"');
}
