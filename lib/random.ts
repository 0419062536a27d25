/** The project's only source of random numbers: generators keyed by seed, purpose and index. */
import { createHash } from "node:crypto";

/**
 * Named, seeded streams of random numbers: nothing else in the project draws one.
 *
 * A stream is identified by (seed, name, index...): `stream(7, "types", step)` always gives the same numbers, whatever
 * was drawn before it elsewhere. A run therefore resumes at any step without saving the state of a generator, and
 * switching dropout on does not change the order of the examples. TensorFlow.js's own seeding is not enough for this: a
 * seeded `tf.dropout` repeats one mask for ever and `tf.util.shuffle` cannot be seeded at all.
 */
export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** @param key 16 bytes of state, not all zero */
  constructor(key: Uint8Array) {
    const view = new DataView(key.buffer, key.byteOffset, 16);
    this.a = view.getUint32(0, true);
    this.b = view.getUint32(4, true);
    this.c = view.getUint32(8, true);
    this.d = view.getUint32(12, true) | 1;
  }

  /** The next 32 bits: sfc32 (Doty-Humphrey), period at least 2^32, passes PractRand. */
  uint32(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + t;
    return t >>> 0;
  }

  /** The next numbers of `uint32`, as many as fit: several times as fast as one by one. */
  fillUint32(out: Uint32Array): void {
    let { a, b, c, d } = this;
    for (let i = 0; i < out.length; i++) {
      const t = (((a + b) | 0) + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = ((c << 21) | (c >>> 11)) + t;
      out[i] = t;
    }
    Object.assign(this, { a, b, c, d });
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
  }

  /** A whole number in [low, high], both ends included, like Python's `random.randint`. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  /** A standard normal number (Box-Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A shuffled copy (Fisher-Yates); the argument is left alone. */
  shuffle<T>(items: readonly T[]): T[] {
    const out = items.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }
}

/**
 * The stream of this name.
 * @param seed the run's seed, a whole number
 * @param name what is drawn: "init", "order", "types", "dropout", "bootstrap"
 * @param index further coordinates: epoch, step, layer
 */
export function randomStream(seed: number, name: string, ...index: (number | string)[]): RandomStream {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, name, ...index]))
    .digest();
  const random = new RandomStream(digest.subarray(0, 16));
  for (let i = 0; i < 12; i++) random.uint32();
  return random;
}
