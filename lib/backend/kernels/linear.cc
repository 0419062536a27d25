/**
 * x Wᵀ + b, with GELU or a residual, for few rows: each element is the dot product of two rows as they lie in memory, so
 * that the weight stays in PyTorch's [out, in] and needs no second copy in another layout. For many rows TensorFlow's own
 * product is as fast or faster.
 */
#include "linear.h"
#include "op.h"
#include "pool.h"
#include "rows.h"
#include "vector.h"

namespace LEVEL {

#if WIDTH == 16
constexpr int ROWS = 6;
#elif WIDTH == 8
constexpr int ROWS = 3;
#else
constexpr int ROWS = 2;
#endif
/** Weights at once. */
constexpr int COLUMNS = 4;

typedef float Four __attribute__((vector_size(16)));
typedef float LooseFour __attribute__((vector_size(16), aligned(4), may_alias));

#if WIDTH == 16
static inline Four fold(F v) {
  typedef float Eight __attribute__((vector_size(32)));
  const Eight half = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  return __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
}
#elif WIDTH == 8
static inline Four fold(F v) { return __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7); }
#else
static inline Four fold(F v) { return v; }
#endif

/** The sums of four vectors. */
static inline Four sums(F a, F b, F c, F d) {
  const Four p = fold(a), q = fold(b), r = fold(c), s = fold(d);
  const Four low = __builtin_shufflevector(p, q, 0, 4, 1, 5) + __builtin_shufflevector(p, q, 2, 6, 3, 7);   // p0+p2 q0+q2 p1+p3 q1+q3
  const Four high = __builtin_shufflevector(r, s, 0, 4, 1, 5) + __builtin_shufflevector(r, s, 2, 6, 3, 7);
  return __builtin_shufflevector(low, high, 0, 1, 4, 5) + __builtin_shufflevector(low, high, 2, 3, 6, 7);
}

static inline Four loadFour(const float* p) { return *reinterpret_cast<const LooseFour*>(p); }
static inline void storeFour(float* p, Four v) { *reinterpret_cast<LooseFour*>(p) = v; }

/** `rows` (at most M) rows from `first` on times the weights from `j` on, of which there are `columns` (at most four). */
template <int M>
static inline void dots(int rows, const LinearInput& in, long first, long j, int columns, float* y) {
  if constexpr (M > 1) {
    if (rows < M) return dots<M - 1>(rows, in, first, j, columns, y);
  }
  const float* x = in.x + first * in.inputs;
  const float* weight[COLUMNS];
  for (int c = 0; c < COLUMNS; c++) weight[c] = in.weight + (j + (c < columns ? c : 0)) * in.inputs;
  F total[M][COLUMNS] = {};
  long t = 0;
  for (; t + W <= in.inputs; t += W) {
    F left[M];
    for (int i = 0; i < M; i++) left[i] = load(x + i * in.inputs + t);
    for (int c = 0; c < COLUMNS; c++) {
      const F w = load(weight[c] + t);
      for (int i = 0; i < M; i++) total[i][c] += left[i] * w;
    }
  }
  if (t < in.inputs)
    for (int c = 0; c < COLUMNS; c++) {
      const F w = at(weight[c], t, in.inputs);
      for (int i = 0; i < M; i++) total[i][c] += at(x + i * in.inputs, t, in.inputs) * w;
    }
  for (int i = 0; i < M; i++) {
    Four found = sums(total[i][0], total[i][1], total[i][2], total[i][3]);
    const long at = (first + i) * in.outputs + j;
    if (columns == COLUMNS) {
      if (in.bias) found += loadFour(in.bias + j);
      if (in.residual) found += loadFour(in.residual + at);
      storeFour(y + at, found);
    } else
      for (int c = 0; c < columns; c++)
        y[at + c] = found[c] + (in.bias ? in.bias[j + c] : 0) + (in.residual ? in.residual[at + c] : 0);
  }
}

void linearRows(const LinearInput& in, float* y, long rows, long from, long to) {
  // As many rows as stay near the processor while all weights pass by.
  long block = 32768 / (in.inputs > 0 ? in.inputs : 1) / ROWS * ROWS;
  if (block < ROWS) block = ROWS;
  for (long first = 0; first < rows; first += block) {
    const long last = first + block < rows ? first + block : rows;
    for (long j = from; j < to; j += COLUMNS) {
      const int columns = static_cast<int>(to - j < COLUMNS ? to - j : COLUMNS);
      for (long i = first; i < last; i += ROWS)
        dots<ROWS>(static_cast<int>(last - i < ROWS ? last - i : ROWS), in, i, j, columns, y);
    }
    if (!in.gelu) continue;
    for (long i = first; i < last; i++)
      for (long j = from; j < to; j += W) put(y + i * in.outputs, j, to, gelu(at(y + i * in.outputs, j, to)));
  }
}

}  // namespace LEVEL

#ifdef BASE

/** floats: x [N, in], weight [out, in], then bias [out] and residual [N, out] where flagged; flag GELU. -> y [N, out] */
static void computeLinear(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const int flags = static_cast<Attributes*>(attributes)->flags;
  int next = 2;
  const Input x = call.input(0), weight = call.input(1);
  const Input bias = flags & HAS_BIAS ? call.input(next++) : Input{};
  const Input residual = flags & HAS_RESIDUAL ? call.input(next++) : Input{};
  const long outputs = weight.rows;
  if (!call.check(call.inputs() == next && x.width == weight.width && x.width > 0 && (!(flags & HAS_BIAS) || bias.count == outputs) &&
                      (!(flags & HAS_RESIDUAL) || residual.count == x.rows * outputs),
                  "linear: x [N, in], weight [out, in], bias [out] and residual [N, out] do not fit"))
    return;
  float* y = call.floats(0, x.rows, outputs);
  if (call.failed()) return;
  LinearInput in{};
  in.x = x.floats(), in.weight = weight.floats(), in.inputs = x.width, in.outputs = outputs, in.gelu = flags & GELU;
  if (flags & HAS_BIAS) in.bias = bias.floats();
  if (flags & HAS_RESIDUAL) in.residual = residual.floats();
  const auto kernel = PICK(linearRows);
  // Columns are shared in sixteens; a thread is worth it from a million multiplications on.
  const long columns = (outputs + 15) / 16, work = 16 * x.rows * x.width;
  parallel(columns, 1 + 1000000 / (work + 1), [&](long from, long to) {
    kernel(in, y, x.rows, from * 16, to * 16 < outputs ? to * 16 : outputs);
  });
}

void registerLinear() {
  static const char* const inputs[] = {"floats: F * float", nullptr};
  static const char* const outputs[] = {"y: float", nullptr};
  registerOp("WorkbookLinear", inputs, outputs, computeLinear);
}

#endif
