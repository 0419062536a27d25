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
    super(withoutSecrets(message));
  }
}

/** What opens something that is private: the value of none of these may be read in a message or a file. */
const SECRETS = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HUGGINGFACE_HUB_TOKEN"];

/** A name and a password in front of a host; what stands behind the last @ before the next slash is the host. */
const LOGIN = /([a-z][a-z\d+.-]*:\/\/)[^\s/?#"'<>]*@/gi;

/**
 * A text without passwords in addresses and without the tokens of the environment, for everything that is shown or kept.
 * Addresses of others are in messages of libraries too, so that the text is looked at and not where it came from.
 */
export function withoutSecrets(text: string): string {
  const tokens = SECRETS.flatMap((name) => [process.env[name] ?? "", (process.env[name] ?? "").trim()]);
  // A value of two or three letters is no token, and would be found in ordinary words.
  return tokens
    .filter((token) => token.trim().length > 3)
    .reduce((rest, token) => rest.replaceAll(token, "***"), text.replace(LOGIN, "$1***@"));
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
