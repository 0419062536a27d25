/**
 * A reader of Python's pickles that can build nothing but data: numbers, texts, tuples, lists, dictionaries, and what the
 * caller's table of names makes. A pickle is a program for a stack machine; this machine has no instruction that calls
 * anything else, and whatever else a pickle asks for is refused by name.
 * @see Python, Lib/pickletools.py
 */
import { INSTRUCTIONS, STOP } from "./instructions";
import { StackMachine } from "./stack-machine";
import { PickleError, type Rules, type Value } from "./values";

/**
 * Reads one pickle, from `position` on.
 * @returns its value, and `end`, the first byte after it
 * @throws PickleError
 */
export function readPickle(bytes: Uint8Array, rules: Rules, position = 0): { value: Value; end: number } {
  const machine = new StackMachine(bytes, rules, position);
  try {
    for (;;) {
      const opcode = machine.opcode();
      if (opcode === STOP) return { value: machine.result(), end: machine.end };
      const instruction = INSTRUCTIONS.get(opcode);
      if (!instruction) throw new PickleError(`uses the instruction ${opcodeName(opcode)}`);
      instruction(machine);
    }
  } catch (error) {
    // DataView's own: the pickle ends within an instruction.
    if (error instanceof RangeError) throw new PickleError("ends too early");
    throw error;
  }
}

const opcodeName = (opcode: number) =>
  opcode > 0x20 && opcode < 0x7f ? `"${String.fromCharCode(opcode)}"` : `0x${opcode.toString(16)}`;
