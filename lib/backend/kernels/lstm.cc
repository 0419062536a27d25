/**
 * The recurrent part of an LSTM's layer, its directions on threads of their own, step by step over rows of texts without
 * touching padding: texts are taken in the order of their lengths, so that those that a step still reaches lie together.
 *
 *     i, f, g, o = split(x_t + W h + b)      c = σ(f) c + σ(i) tanh(g)      h = σ(o) tanh(c)
 *
 * x_t, the product of the input with its weight, comes from outside, as one product of all steps; so do the gradients of the
 * weights, of which the gradient here gives the two factors.
 */
#include "linear.h"
#include "op.h"
#include "pool.h"
#include "product.h"
#include "rows.h"
#include "vector.h"

/** The rows of a text: from `start`, `length` of them. */
struct Sequence {
  long start, length;
};

/** One direction of a layer, over texts in falling order of length. `gates` and `cells` are kept for the gradient. */
struct LstmInput {
  const Sequence* texts;
  long count, H;
  bool backward;
  /** Rows of 4 H, and weight [4 H, H]; the biases are [4 H] each. */
  const float *x, *weight, *biasInput, *biasHidden;
  /** Rows of `stride`, of which H are this direction's. */
  float* out;
  long stride;
  /** Rows of 4 H and of H. */
  float *gates, *cells;
};

/** The same seen from behind: dOut as out; dGates and `before`, the outputs a step earlier, in rows of 4 H and of H. */
struct LstmArriving {
  const float* dOut;
  float *dGates, *before;
};

KERNEL(lstmForward, (const LstmInput& in, float* memory))
KERNEL(lstmBackward, (const LstmInput& in, const LstmArriving& of, float* memory))

#ifdef BASE
/** Floats of working memory: bias, states and gates of a step; backwards its weight, filled up to vectors, as well. */
static inline long lstmFloats(long count, long H, bool backward) {
  const long wide = (H + 15) / 16 * 16;
  return backward ? 4 * H * wide + count * (2 * wide + 4 * H) : 4 * H + count * 6 * H;
}
#endif

namespace LEVEL {

/** The row of a text's step t in this direction; one step earlier it is the neighbour. */
static inline long rowAt(const LstmInput& in, const Sequence& text, long t) {
  return text.start + (in.backward ? text.length - 1 - t : t);
}

static inline long active(const LstmInput& in, long t) {
  long n = 0;
  while (n < in.count && in.texts[n].length > t) n++;
  return n;
}

void lstmForward(const LstmInput& in, float* memory) {
  const long H = in.H, steps = in.count ? in.texts[0].length : 0;
  float *bias = memory, *h = bias + 4 * H, *c = h + in.count * H, *gates = c + in.count * H;
  for (long k = 0; k < 4 * H; k++) bias[k] = in.biasInput[k] + in.biasHidden[k];
  for (long k = 0; k < in.count * 2 * H; k++) h[k] = 0;
  const LinearInput recurrent{h, in.weight, bias, H, 4 * H};
  for (long t = 0; t < steps; t++) {
    const long n = active(in, t);
    linearRows(recurrent, gates, n, 0, 4 * H);
    for (long b = 0; b < n; b++) {
      const long row = rowAt(in, in.texts[b], t);
      const float *own = gates + b * 4 * H, *x = in.x + row * 4 * H;
      float *out = in.out + row * in.stride, *kept = in.gates ? in.gates + row * 4 * H : nullptr;
      for (long k = 0; k < H; k += W) {
        const F i = sigmoid(at(own, k, H) + at(x, k, H)), f = sigmoid(at(own + H, k, H) + at(x + H, k, H));
        const F g = tanh(at(own + 2 * H, k, H) + at(x + 2 * H, k, H)), o = sigmoid(at(own + 3 * H, k, H) + at(x + 3 * H, k, H));
        const F cell = f * at(c + b * H, k, H) + i * g, value = o * tanh(cell);
        put(c + b * H, k, H, cell);
        put(h + b * H, k, H, value);
        put(out, k, H, value);
        if (!kept) continue;
        put(kept, k, H, i), put(kept + H, k, H, f), put(kept + 2 * H, k, H, g), put(kept + 3 * H, k, H, o);
        put(in.cells + row * H, k, H, cell);
      }
    }
  }
}

void lstmBackward(const LstmInput& in, const LstmArriving& of, float* memory) {
  const long H = in.H, wide = (H + 15) / 16 * 16, steps = in.count ? in.texts[0].length : 0;
  float *weight = memory, *dH = weight + 4 * H * wide, *dC = dH + in.count * wide, *gates = dC + in.count * wide;
  for (long r = 0; r < 4 * H; r++)
    for (long k = 0; k < wide; k++) weight[r * wide + k] = k < H ? in.weight[r * H + k] : 0;
  for (long k = 0; k < in.count * 2 * wide; k++) dH[k] = 0;
  for (long t = steps - 1; t >= 0; t--) {
    const long n = active(in, t);
    for (long b = 0; b < n; b++) {
      const long row = rowAt(in, in.texts[b], t), earlier = rowAt(in, in.texts[b], t - 1);
      const float *dOut = of.dOut + row * in.stride, *kept = in.gates + row * 4 * H, *cell = in.cells + row * H;
      const float *out = in.out + earlier * in.stride, *last = in.cells + earlier * H;
      float *own = gates + b * 4 * H, *before = of.before + row * H, *to = of.dGates + row * 4 * H;
      for (long k = 0; k < H; k += W) {
        const F i = at(kept, k, H), f = at(kept + H, k, H), g = at(kept + 2 * H, k, H), o = at(kept + 3 * H, k, H);
        const F dOutput = at(dOut, k, H) + load(dH + b * wide + k), curved = tanh(at(cell, k, H));
        const F dCell = load(dC + b * wide + k) + dOutput * o * (1.f - curved * curved);
        const F parts[4] = {dCell * g * i * (1.f - i), t > 0 ? dCell * at(last, k, H) * f * (1.f - f) : F{}, dCell * i * (1.f - g * g),
                            dOutput * curved * o * (1.f - o)};
        for (int p = 0; p < 4; p++) put(own + p * H, k, H, parts[p]), put(to + p * H, k, H, parts[p]);
        store(dC + b * wide + k, dCell * f);
        put(before, k, H, t > 0 ? at(out, k, H) : F{});
      }
    }
    if (t > 0) product(n, wide, 4 * H, {gates, 4 * H, 1}, weight, wide, dH, wide, false);
  }
}

}  // namespace LEVEL

#ifdef BASE

namespace {

/** The texts of a call, longest first. */
struct Sequences {
  Sequence* texts = nullptr;
  long count = 0;
  ~Sequences() { free(texts); }

  /** ints: start and length of each text. */
  bool read(Call& call, const Input& ints, long rows) {
    count = ints.count / 2;
    texts = static_cast<Sequence*>(malloc((count + 1) * sizeof(Sequence)));
    bool fits = ints.count % 2 == 0;
    const int32_t* numbers = ints.ints();
    for (long b = 0; b < count; b++) {
      const Sequence text{numbers[2 * b], numbers[2 * b + 1]};
      fits = fits && text.start >= 0 && text.length >= 0 && text.start + text.length <= rows;
      long at = b;
      for (; at > 0 && texts[at - 1].length < text.length; at--) texts[at] = texts[at - 1];
      texts[at] = text;
    }
    while (count > 0 && texts[count - 1].length == 0) count--;
    return call.check(fits, "the LSTM: a text's rows are not those of its input");
  }
};

constexpr int DIRECTIONS = 2;

}  // namespace

/**
 * floats, of each of one or two directions in turn: x [N, 4 H], weight [4 H, H], biases [4 H] twice; ints: start and length of each
 * text. -> out [N, directions H], and where kept gates [directions N, 4 H] and cells [directions N, H]. Rows of no text are 0.
 */
static void computeLstm(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const bool keeps = static_cast<Attributes*>(attributes)->flags & KEEPS;
  const long directions = (call.inputs() - 1) / 4;
  if (!call.check(directions >= 1 && directions <= DIRECTIONS && call.inputs() == 4 * directions + 1, "the LSTM has one direction or two")) return;
  LstmInput all[DIRECTIONS] = {};
  long N = 0, H = 0;
  for (long d = 0; d < directions; d++) {
    const Input x = call.input(4 * d), weight = call.input(4 * d + 1), bias = call.input(4 * d + 2), other = call.input(4 * d + 3);
    if (d == 0) N = x.rows, H = weight.width;
    if (!call.check(x.rows == N && weight.width == H && x.width == 4 * H && weight.rows == 4 * H && bias.count == 4 * H && other.count == 4 * H,
                    "the LSTM: x [N, 4 H], weight [4 H, H] and biases [4 H] do not fit"))
      return;
    all[d].x = x.floats(), all[d].weight = weight.floats(), all[d].biasInput = bias.floats(), all[d].biasHidden = other.floats();
  }
  Sequences texts;
  if (!texts.read(call, call.input(4 * directions), N)) return;
  float* out = call.floats(0, N, directions * H);
  float* gates = call.floats(1, keeps ? directions * N : 0, 4 * H);
  float* cells = call.floats(2, keeps ? directions * N : 0, H);
  if (call.failed()) return;
  memset(out, 0, N * directions * H * sizeof(float));
  const auto kernel = PICK(lstmForward);
  parallel(directions, 1, [&](long from, long to) {
    float* memory = static_cast<float*>(malloc(lstmFloats(texts.count, H, false) * sizeof(float)));
    for (long d = from; d < to; d++) {
      LstmInput& in = all[d];
      in.texts = texts.texts, in.count = texts.count, in.H = H, in.backward = d == 1, in.out = out + d * H, in.stride = directions * H;
      if (keeps) in.gates = gates + d * N * 4 * H, in.cells = cells + d * N * H;
      kernel(in, memory);
    }
    free(memory);
  });
}

/**
 * floats: dOut [N, directions H], out, gates, cells, then the weight of each direction; ints as above.
 * -> of each direction dGates [N, 4 H] and the outputs a step before [N, H]; four outputs, those of no direction empty.
 */
static void computeLstmGradient(void*, TF_OpKernelContext* context) {
  Call call(context);
  const long directions = call.inputs() - 5;
  if (!call.check(directions >= 1 && directions <= DIRECTIONS, "the LSTM has one direction or two")) return;
  const Input dOut = call.input(0), out = call.input(1), gates = call.input(2), cells = call.input(3);
  const long N = out.rows, H = out.width / directions;
  bool fits = out.width == directions * H && dOut.count == out.count && gates.count == 4 * out.count && cells.count == out.count;
  LstmInput all[DIRECTIONS] = {};
  LstmArriving arriving[DIRECTIONS] = {};
  for (long d = 0; d < directions; d++) {
    const Input weight = call.input(4 + d);
    fits = fits && weight.width == H && weight.rows == 4 * H;
    all[d].weight = weight.floats();
  }
  if (!call.check(fits, "the LSTM's gradient: dOut, out, gates and cells of [N, directions H] do not fit")) return;
  Sequences texts;
  if (!texts.read(call, call.input(4 + directions), N)) return;
  for (int d = 0; d < DIRECTIONS; d++) {
    const long rows = d < directions ? N : 0;
    arriving[d].dGates = call.floats(2 * d, rows, 4 * H);
    arriving[d].before = call.floats(2 * d + 1, rows, H);
    if (call.failed()) return;
    memset(arriving[d].dGates, 0, rows * 4 * H * sizeof(float));
    memset(arriving[d].before, 0, rows * H * sizeof(float));
  }
  const auto kernel = PICK(lstmBackward);
  parallel(directions, 1, [&](long from, long to) {
    float* memory = static_cast<float*>(aligned_alloc(64, (lstmFloats(texts.count, H, true) * sizeof(float) + 63) / 64 * 64));
    for (long d = from; d < to; d++) {
      LstmInput& in = all[d];
      in.texts = texts.texts, in.count = texts.count, in.H = H, in.backward = d == 1, in.stride = directions * H;
      in.out = const_cast<float*>(out.floats()) + d * H;
      in.gates = const_cast<float*>(gates.floats()) + d * N * 4 * H, in.cells = const_cast<float*>(cells.floats()) + d * N * H;
      arriving[d].dOut = dOut.floats() + d * H;
      kernel(in, arriving[d], memory);
    }
    free(memory);
  });
}

void registerLstm() {
  static const char* const inputs[] = {"floats: F * float", "texts: int32", nullptr};
  static const char* const outputs[] = {"out: float", "gates: float", "cells: float", nullptr};
  static const char* const gradients[] = {"dgates: float", "before: float", "dgates1: float", "before1: float", nullptr};
  registerOp("WorkbookLstm", inputs, outputs, computeLstm);
  registerOp("WorkbookLstmGradient", inputs, gradients, computeLstmGradient);
}

#endif
