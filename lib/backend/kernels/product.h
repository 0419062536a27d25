/**
 * Small matrix products out of registers: MR rows of A times NV vectors of columns of B. A may lie by rows or by columns
 * (two strides), B by rows whose length is a multiple of the vector.
 */
#pragma once
#include "matrix.h"
#include "vector.h"

namespace LEVEL {

#if WIDTH == 16
constexpr int MR = 12;
#elif WIDTH == 8
constexpr int MR = 6;
#else
constexpr int MR = 4;
#endif

/** `rows` (at most M) rows of C, one or two vectors wide: C = A B, or C += A B. k is the inner size. */
template <int M, int V>
static inline void tile(int rows, Matrix a, const float* b, long ldb, float* c, long ldc, long k, bool add) {
  if constexpr (M > 1) {
    if (rows < M) return tile<M - 1, V>(rows, a, b, ldb, c, ldc, k, add);
  }
  F sums[M][V];
  for (int i = 0; i < M; i++)
    for (int v = 0; v < V; v++) sums[i][v] = add ? load(c + i * ldc + v * W) : F{};
  for (long t = 0; t < k; t++) {
    F columns[V];
    for (int v = 0; v < V; v++) columns[v] = load(b + t * ldb + v * W);
    for (int i = 0; i < M; i++) {
      const F x = splat(a.data[i * a.row + t * a.column]);
      for (int v = 0; v < V; v++) sums[i][v] += x * columns[v];
    }
  }
  for (int i = 0; i < M; i++)
    for (int v = 0; v < V; v++) store(c + i * ldc + v * W, sums[i][v]);
}

/** C [m, n] = A [m, k] B [k, n], or += ; n a multiple of W. */
static inline void product(long m, long n, long k, Matrix a, const float* b, long ldb, float* c, long ldc, bool add) {
  for (long j = 0; j < n; j += 2 * W)
    for (long i = 0; i < m; i += MR) {
      const int rows = static_cast<int>(m - i < MR ? m - i : MR);
      const Matrix part{a.data + i * a.row, a.row, a.column};
      if (j + 2 * W <= n)
        tile<MR, 2>(rows, part, b + j, ldb, c + i * ldc + j, ldc, k, add);
      else
        tile<MR, 1>(rows, part, b + j, ldb, c + i * ldc + j, ldc, k, add);
    }
}

}  // namespace LEVEL
