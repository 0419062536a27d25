/** Whether tags without a prefix are types (the scheme io), or tags that some other scheme spells in another way. */

/** What was seen of the tags of a file in which none has a prefix that is known. */
export class BareTags {
  private words = 0;
  private mentions = 0;
  /** Words that look like tags themselves. */
  private taggedWords = 0;
  private readonly first = new Map<string, { line: number; count: number }>();

  add(word: string, tag: string, line: number): void {
    this.words++;
    if (/^([BIESLUM][-_].+|O)$/.test(word)) this.taggedWords++;
    if (tag === "O") return;
    this.mentions++;
    const known = this.first.get(tag);
    if (known) known.count++;
    else this.first.set(tag, { line, count: 1 });
  }

  /** Why these are hardly types, as a part of a sentence; undefined where they may be. */
  doubt(): string | undefined {
    if (this.taggedWords * 2 > this.words)
      return "its words look like tags; where the tag stands first, say --columns tag,token";
    for (const [tag, { line, count }] of this.first) {
      const why = oddTag(tag, count * 2 > this.words);
      if (why) return `line ${line} has the tag ${JSON.stringify(tag)} (${count} of ${this.words} words), ${why}`;
    }
    if (this.mentions * 2 < this.words) return undefined;
    return `${this.mentions} of its ${this.words} words would be mentions, where most words of a text are O`;
  }
}

/** What speaks against a type of this name. @param isUsual it stands on most words */
function oddTag(tag: string, isUsual: boolean): string | undefined {
  if (!/[\p{L}\p{N}]/u.test(tag)) return "which names no type; a word without a mention has the tag O";
  if (isUsual && /^(o|0|none|null|nil|out|outside|other)$/i.test(tag)) return "which should be a capital O";
  if (/^[A-Za-z][-_]|[-_][A-Za-z]$|^[BIESLUM][:|./]|[:|./][BIESLUM]$/.test(tag))
    return "which looks like a prefix or suffix of one letter; wanted the spelling B-person, I-person";
  return undefined;
}
