/**
 * x Wᵀ + b of few rows for other kernels: each element is the dot product of two rows as they lie in memory, so that a weight is read
 * in PyTorch's [out, in].
 */
#include "linear.h"
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
constexpr int AT_ONCE = 4;

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
  const float* weight[AT_ONCE];
  for (int c = 0; c < AT_ONCE; c++) weight[c] = in.weight + (j + (c < columns ? c : 0)) * in.inputs;
  F total[M][AT_ONCE] = {};
  long t = 0;
  for (; t + W <= in.inputs; t += W) {
    F left[M];
    for (int i = 0; i < M; i++) left[i] = load(x + i * in.inputs + t);
    for (int c = 0; c < AT_ONCE; c++) {
      const F w = load(weight[c] + t);
      for (int i = 0; i < M; i++) total[i][c] += left[i] * w;
    }
  }
  if (t < in.inputs)
    for (int c = 0; c < AT_ONCE; c++) {
      const F w = at(weight[c], t, in.inputs);
      for (int i = 0; i < M; i++) total[i][c] += at(x + i * in.inputs, t, in.inputs) * w;
    }
  for (int i = 0; i < M; i++) {
    const Four found = sums(total[i][0], total[i][1], total[i][2], total[i][3]);
    const long at = (first + i) * in.outputs + j;
    if (columns == AT_ONCE)
      storeFour(y + at, found + loadFour(in.bias + j));
    else
      for (int c = 0; c < columns; c++) y[at + c] = found[c] + in.bias[j + c];
  }
}

void linearRows(const LinearInput& in, float* y, long rows, long from, long to) {
  // As many rows as stay near the processor while all weights pass by.
  long block = 32768 / (in.inputs > 0 ? in.inputs : 1) / ROWS * ROWS;
  if (block < ROWS) block = ROWS;
  for (long first = 0; first < rows; first += block) {
    const long last = first + block < rows ? first + block : rows;
    for (long j = from; j < to; j += AT_ONCE) {
      const int columns = static_cast<int>(to - j < AT_ONCE ? to - j : AT_ONCE);
      for (long i = first; i < last; i += ROWS)
        dots<ROWS>(static_cast<int>(last - i < ROWS ? last - i : ROWS), in, i, j, columns, y);
    }
  }
}

}  // namespace LEVEL
