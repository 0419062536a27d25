/**
 * The one error that is meant for the reader: bad input, a missing file, a machine that lacks something.
 *
 * A command prints its message as one sentence and exits with `exitCode`; anything else that is thrown is a fault of
 * ours and keeps its stack. The sentence says what, where, got, wanted and how to fix it.
 */
export class UserError extends Error {
  override readonly name = "UserError";

  /**
   * @param message one sentence for the reader
   * @param exitCode 1 = the work failed, 2 = the call was wrong (usage)
   */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}

/** A call with wrong words or values: the same sentence, exit code 2. */
export function usageError(message: string): UserError {
  return new UserError(message, 2);
}

/** Prints a warning once per process and text, on standard error, so that standard output stays machine-readable. */
export function warnOnce(message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  process.stderr.write(`warning: ${worded(message)}\n`);
}

/** From here on warnings go through this, which puts the names of a command's options into them. */
export function wordWarnings(by: (message: string) => string): void {
  worded = by;
}
let worded = (message: string): string => message;
const warned = new Set<string>();
