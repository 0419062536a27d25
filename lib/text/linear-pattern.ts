/** Regular expressions from tokenizer files on RE2, in Oniguruma's meaning and without backtracking. */
import { RE2JS } from "re2js";
import { quote } from "../files/json-object";

/**
 * A regular expression of a stranger's file, run in time that grows with the text alone. JavaScript's own engine tries every
 * way to match: `(a+)+$` took 20 seconds for 26 letters. It takes the place of a RegExp wherever a string is searched with one.
 */
export class LinearPattern {
  readonly flags = "gu";
  private readonly program: RE2JS;

  /**
   * @param source in Oniguruma's spelling, which the Rust tokenizers behind Python read
   * @throws SyntaxError where it looks ahead, looks behind or refers back, which no linear engine can
   */
  constructor(readonly source: string) {
    try {
      this.program = RE2JS.compile(RE2JS.translateRegExp(inRe2(source)), RE2JS.MULTILINE);
    } catch (error) {
      throw new SyntaxError(
        `the regular expression ${quote(source)} cannot be run in bounded time: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  *[Symbol.matchAll](text: string): Generator<[string] & { index: number }> {
    const matcher = this.program.matcher(text);
    while (matcher.find()) {
      const [index, end] = [matcher.start(), matcher.end()];
      const match: [string] = [text.slice(index, end)];
      yield Object.assign(match, { index });
    }
  }

  [Symbol.match](text: string): string[] | null {
    const all = Array.from(this[Symbol.matchAll](text), ([match]) => match);
    return all.length ? all : null;
  }

  /** The content stands as it is, `$1` too: so do the Rust tokenizers behind Python. */
  [Symbol.replace](text: string, content: string): string {
    return this[Symbol.split](text).join(content);
  }

  [Symbol.split](text: string): string[] {
    const parts: string[] = [];
    let from = 0;
    for (const { 0: match, index } of this[Symbol.matchAll](text)) {
      parts.push(text.slice(from, index));
      from = index + match.length;
    }
    return [...parts, text.slice(from)];
  }
}

/** What RE2 takes for ASCII and Oniguruma does not, as the parts of a character class. */
const CLASSES: Readonly<Record<string, string>> = {
  "\\s": "\\t-\\r \\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}",
  "\\S":
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}",
  "\\d": "\\p{Nd}",
  "\\D": "\\P{Nd}",
  "\\w": "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}",
};

/** What means one thing to Oniguruma and another to RE2. */
const AMBIGUOUS = /^(\\[bBW]|\[:|&&)$/;

function inRe2(source: string): string {
  let inClass = false;
  return source.replace(/\\[\s\S]|\[:|&&|[[\]]/g, (part) => {
    const inside = inClass;
    if (part === "[" || part === "]") inClass = part === "[";
    if (AMBIGUOUS.test(part) && !(part === "&&" && !inside)) throw new SyntaxError(`${part} is not built`);
    const ranges = CLASSES[part];
    if (ranges === undefined) return part;
    return inside ? ranges : `[${ranges}]`;
  });
}
