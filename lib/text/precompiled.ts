/**
 * SentencePiece's compiled normalisation table (`precompiled_charsmap`), applied as Hugging Face's Rust tokenizers do, and so Python.
 * @see https://github.com/huggingface/spm_precompiled, src/lib.rs
 */
export class Charsmap {
  /** A double-array trie (darts-clone): from the bytes of a text to a place in `replacements`. */
  private readonly trie: Uint32Array;
  /** UTF-8, each replacement ended by a zero. */
  private readonly replacements: Uint8Array;

  /** @param bytes length of the trie in bytes (uint32, little endian), the trie, the replacements */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = bytes.byteLength >= 4 ? view.getUint32(0, true) : 0;
    const units = Math.min(size, Math.max(0, bytes.byteLength - 4)) >> 2;
    this.trie = Uint32Array.from({ length: units }, (_, at) => view.getUint32(4 + 4 * at, true));
    this.replacements = bytes.subarray(4 + 4 * units);
  }

  normalize(text: string): string {
    let result = "";
    for (const { segment } of GRAPHEMES.segment(text)) {
      const bytes = ENCODER.encode(segment);
      // As in Rust, where a short grapheme that begins with a known character is replaced whole, its other marks and all.
      const whole = bytes.length < 6 ? this.replacement(bytes) : undefined;
      if (whole !== undefined) result += whole;
      else for (const character of segment) result += this.replacement(ENCODER.encode(character)) ?? character;
    }
    return result;
  }

  /** What the shortest known beginning of a text becomes; undefined where none is known. */
  private replacement(bytes: Uint8Array): string | undefined {
    const from = this.shortestPrefix(bytes);
    if (from === undefined) return undefined;
    const end = this.replacements.indexOf(0, from);
    return DECODER.decode(this.replacements.subarray(from, end < 0 ? undefined : end));
  }

  private shortestPrefix(bytes: Uint8Array): number | undefined {
    const unit = (at: number) => this.trie[at] ?? 0;
    let node = offset(unit(0));
    for (const byte of bytes) {
      if (byte === 0) return undefined;
      node ^= byte;
      const found = unit(node);
      if ((found & 0x800000ff) >>> 0 !== byte) return undefined;
      node ^= offset(found);
      if ((found >>> 8) & 1) return unit(node) & 0x7fffffff;
    }
    return undefined;
  }
}

const offset = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();
const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });
