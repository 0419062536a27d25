/**
 * Lists as Python writes them, such as `['Ada', "O'Neil"]`: what `ast.literal_eval` reads and JSON.parse does not. Only
 * what answers hold: strings, numbers, True, False, None and lists or tuples of these.
 */

/** @throws SyntaxError where the text is not such a list */
export function parsePythonList(text: string): unknown[] {
  const reader = new LiteralReader(text);
  const value = reader.value();
  reader.end();
  if (!Array.isArray(value)) throw new SyntaxError("not a list");
  return value;
}

/** Escapes of one character; an unknown one keeps its backslash, as Python does it. */
const ESCAPES: Record<string, string> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
};

const NAMES: Record<string, unknown> = { True: true, False: false, None: null };

/** A code point that no text holds. */
const NO_CHARACTER = "\uffff";

class LiteralReader {
  private at = 0;

  constructor(private readonly text: string) {}

  value(): unknown {
    this.space();
    const next = this.text[this.at];
    if (next === "[") return this.list("]");
    if (next === "(") return this.list(")");
    if (next === "'" || next === '"') return this.strings();
    return this.word();
  }

  end(): void {
    this.space();
    if (this.at < this.text.length) throw this.fault("the end");
  }

  private list(close: string): unknown[] {
    const items: unknown[] = [];
    this.at++;
    for (;;) {
      this.space();
      if (this.take(close)) return items;
      if (items.length > 0) {
        if (!this.take(",")) throw this.fault(`a comma or ${close}`);
        this.space();
        if (this.take(close)) return items;
      }
      items.push(this.value());
    }
  }

  /** Strings that follow one another are one. */
  private strings(): string {
    let whole = "";
    for (this.space(); this.text[this.at] === "'" || this.text[this.at] === '"'; this.space()) whole += this.string();
    return whole;
  }

  private string(): string {
    const quote = this.text[this.at++];
    let out = "";
    for (;;) {
      const character = this.text[this.at++];
      if (character === undefined || character === "\n") throw this.fault(`the closing ${quote}`);
      if (character === quote) return out;
      out += character === "\\" ? this.escape() : character;
    }
  }

  private escape(): string {
    const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(
      this.text.slice(this.at, this.at + 9),
    );
    const octal = /^[0-7]{1,3}/.exec(this.text.slice(this.at, this.at + 3));
    if (code ?? octal) this.at += (code ?? octal)?.[0].length ?? 0;
    if (code) return this.character(Number.parseInt(code[1] ?? code[2] ?? code[3], 16));
    if (octal) return this.character(Number.parseInt(octal[0], 8));
    const letter = this.text[this.at++];
    return Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : `\\${letter}`;
  }

  private character(point: number): string {
    if (point > 0x10ffff) throw this.fault("a character");
    // Python keeps the halves of an escaped surrogate pair apart, and they match no text; JavaScript would join them.
    return point >= 0xd800 && point <= 0xdfff ? NO_CHARACTER : String.fromCodePoint(point);
  }

  private word(): unknown {
    const word = /^[-+\w.]+/.exec(this.text.slice(this.at))?.[0] ?? "";
    if (word === "" || (!Object.hasOwn(NAMES, word) && !Number.isFinite(Number(word)))) throw this.fault("a value");
    this.at += word.length;
    return Object.hasOwn(NAMES, word) ? NAMES[word] : Number(word);
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? "")) this.at++;
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private fault(wanted: string): SyntaxError {
    return new SyntaxError(`character ${this.at + 1}: wanted ${wanted}`);
  }
}
