/** Experiments with the LSTM over words: do its implementations agree, and what does padding do to the naive one? */
import * as tf from "@tensorflow/tfjs";
import { isNative } from "../backend";
import { LSTMS, type LstmModule, type LstmName, lstmShapes } from "../model/lstm";
import { LSTM } from "../model/parameter-names";
import { randomStream } from "../random";
import { Parameters } from "../weights/parameters";
import { Shapes } from "../weights/shapes";

export interface LstmTwinsOptions {
  /** Words of each row of the batch. */
  lengths: readonly number[];
  /** Width of the words; half of it in each direction. Default 64. */
  width?: number;
  layers?: number;
  seed?: number;
}

/** How far one LSTM is from another on the words of the texts. */
export interface LstmDifference {
  lstm: LstmName;
  against: LstmName;
  /** Largest |difference| of an output. */
  output: number;
  /** Largest |difference| of the gradient with respect to the input. */
  input: number;
  /** The parameter whose gradient is furthest off, in units of its own largest value. */
  worstGradient: number;
  parameter: string;
}

/**
 * One random BiLSTM and one random ragged batch, run by every implementation: what is equal and what is not, to the
 * gradients. The gradients are those of a random weighting of the outputs at the texts' words; padding counts nothing.
 */
export class LstmTwins {
  readonly module: LstmModule;
  readonly lengths: readonly number[];
  private readonly variable: tf.Variable;
  private readonly weighting: tf.Tensor;

  constructor({ lengths, width = 64, layers = 1, seed = 0 }: LstmTwinsOptions) {
    const random = randomStream(seed, "lstm twins");
    const shapes = new Shapes();
    lstmShapes(shapes, LSTM, { inputs: width, hidden: width / 2, layers, bidirectional: true });
    const parameters = new Parameters();
    const bound = 1 / Math.sqrt(width / 2);
    for (const [name, shape] of shapes) {
      const size = shape.reduce((a, b) => a * b, 1);
      parameters.set(
        name,
        Float32Array.from({ length: size }, () => bound * (2 * random.uniform() - 1)),
        shape,
      );
    }
    this.module = { parameters, prefix: LSTM, layers, bidirectional: true };
    this.lengths = lengths;
    const W = Math.max(...lengths);
    const shape: [number, number, number] = [lengths.length, W, width];
    const atWords = (draw: () => number) => lengths.flatMap((length) => rowOf(length, W, width, draw));
    const draw = () => {
      const values = atWords(() => random.normal());
      return tf.tensor3d(values, shape);
    };
    this.variable = tf.tidy(() => tf.variable(draw())); // [B, W, D]
    this.weighting = draw(); // [B, W, D]
  }

  /** [B, W, D]; padding is zeros, as behind GLiNER's encoder. */
  get words(): tf.Tensor3D {
    return this.variable as tf.Tensor as tf.Tensor3D;
  }

  /** The implementations that run on this backend. */
  get names(): LstmName[] {
    return (Object.keys(LSTMS) as LstmName[]).filter((name) => name !== "fused" || isNative());
  }

  /** The outputs, [B][W][D]; the two directions lie side by side. */
  output(name: LstmName): number[][][] {
    return tf.tidy(() => this.run(name).arraySync());
  }

  /** Every implementation against one, outputs and gradients. */
  differences(against: LstmName): LstmDifference[] {
    const wanted = this.measure(against);
    return this.names
      .filter((name) => name !== against)
      .map((lstm) => {
        const found = this.measure(lstm);
        const gradients = [...wanted.gradients].map(([parameter, values]) => {
          const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          return { parameter, off: largestDifference(found.gradients.get(parameter) ?? [], values) / scale };
        });
        const worst = gradients.reduce((a, b) => (b.off > a.off ? b : a));
        return {
          lstm,
          against,
          output: largestDifference(found.output, wanted.output),
          input: largestDifference(found.input, wanted.input),
          worstGradient: worst.off,
          parameter: worst.parameter,
        };
      });
  }

  /** Forward and backward once, to its end: for timing. */
  step(name: LstmName): void {
    this.measure(name);
  }

  dispose(): void {
    this.module.parameters.dispose();
    tf.dispose([this.variable, this.weighting]);
  }

  private run(name: LstmName): tf.Tensor3D {
    return LSTMS[name](this.words, this.lengths, this.module);
  }

  private measure(name: LstmName): Measured {
    const found = new Map<string, Float32Array>();
    tf.tidy(() => {
      const loss = () => tf.sum(tf.mul(this.run(name), this.weighting)) as tf.Scalar;
      const parameters = [...this.module.parameters.entries()];
      const { grads } = tf.variableGrads(loss, [this.variable, ...parameters.map(([, variable]) => variable)]);
      for (const [parameter, variable] of parameters) found.set(parameter, grads[variable.name].dataSync<"float32">());
      found.set(INPUT, grads[this.variable.name].dataSync<"float32">());
      const atWords = tf.mul(this.run(name), tf.cast(tf.notEqual(this.weighting, 0), "float32")); // [B, W, D]
      found.set(OUTPUT, atWords.dataSync<"float32">());
    });
    const take = (key: string) => {
      const values = found.get(key);
      found.delete(key);
      return values ?? new Float32Array();
    };
    return { output: take(OUTPUT), input: take(INPUT), gradients: found };
  }
}

/** Outputs at the texts' words, and the gradients with respect to the words and to each parameter. */
interface Measured {
  output: Float32Array;
  input: Float32Array;
  gradients: Map<string, Float32Array>;
}

const OUTPUT = "the output";
const INPUT = "the input";

/** A row of the padding study: how far the naive LSTM's vector of a word is from the right one. */
export interface PaddingError {
  /** Words by which a neighbour in the batch is longer. */
  padding: number;
  /** Words from the text's last one, which is 0. */
  fromEnd: number;
  /** Length of the difference over the length of the right vector. */
  error: number;
}

/**
 * One text beside ever longer neighbours: the error of the padded LSTM at each of its words, by the distance from the end.
 * @param text words of the text that is looked at
 */
export function paddingErrors(text: number, paddings: readonly number[], seed = 0): PaddingError[] {
  return paddings.flatMap((padding) => {
    const twins = new LstmTwins({ lengths: [text, text + padding], seed });
    const [[right], [wrong]] = [twins.output("allennlp"), twins.output("naive")];
    twins.dispose();
    return Array.from({ length: text }, (_, fromEnd) => {
      const w = text - 1 - fromEnd;
      const off = right[w].map((value, d) => wrong[w][d] - value);
      return { padding, fromEnd, error: Math.hypot(...off) / Math.hypot(...right[w]) };
    });
  });
}

function rowOf(length: number, W: number, width: number, draw: () => number): number[] {
  return Array.from({ length: W * width }, (_, i) => (i < length * width ? draw() : 0));
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < b.length; i++) most = Math.max(most, Math.abs((a[i] ?? Number.NaN) - b[i]));
  return most;
}
