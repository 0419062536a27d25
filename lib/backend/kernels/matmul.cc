/**
 * Products whose size is worth laying out: blocks of both factors are copied in the order in which they are read, as in
 * GotoBLAS (Goto & van de Geijn 2008). A block of B, [K, 2 W] a panel, stays in the nearest cache while all rows of A pass; MR rows
 * and two vectors of columns of C are summed in registers.
 *
 * Meant for processors without AVX-512: there TensorFlow's product is oneDNN's and at the core's limit.
 */
#include "matmul.h"
#include "op.h"
#include "pool.h"
#include "product.h"

namespace LEVEL {

/** Columns of C that are summed at once. */
constexpr long NR = 2 * W;
/** Inner size, rows of A and columns of B of a block. */
constexpr long K_BLOCK = 256, ROW_BLOCK = 96, COLUMN_BLOCK = 512;
static_assert(ROW_BLOCK % MR == 0 && COLUMN_BLOCK % NR == 0, "blocks are whole panels");
static_assert(K_BLOCK * (COLUMN_BLOCK + ROW_BLOCK) <= MULTIPLY_SPACE, "blocks fit their memory");

/** Panels of B [k, n], one behind the other: [k, NR] each, zeros behind the last column. */
static inline void layColumns(Matrix b, long k, long n, float* to) {
  for (long j = 0; j < n; j += NR, to += k * NR) {
    const float* from = b.data + j * b.column;
    const long columns = n - j < NR ? n - j : NR;
    if (columns == NR && b.column == 1)
      for (long t = 0; t < k; t++) {
        store(to + t * NR, load(from + t * b.row));
        store(to + t * NR + W, load(from + t * b.row + W));
      }
    else if (columns == NR)
      for (long t = 0; t < k; t++)
        for (long l = 0; l < NR; l++) to[t * NR + l] = from[t * b.row + l * b.column];
    else
      for (long t = 0; t < k; t++)
        for (long l = 0; l < NR; l++) to[t * NR + l] = l < columns ? from[t * b.row + l * b.column] : 0;
  }
}

/** Panels of A [m, k]: [k, MR] each, zeros behind the last row. */
static inline void layRows(Matrix a, long m, long k, float* to) {
  for (long i = 0; i < m; i += MR, to += k * MR) {
    const float* from = a.data + i * a.row;
    const long rows = m - i < MR ? m - i : MR;
    if (rows == MR)
      for (long t = 0; t < k; t++)
        for (long l = 0; l < MR; l++) to[t * MR + l] = from[l * a.row + t * a.column];
    else
      for (long t = 0; t < k; t++)
        for (long l = 0; l < MR; l++) to[t * MR + l] = l < rows ? from[l * a.row + t * a.column] : 0;
  }
}

/** MR rows of C, NR columns: = or += A B, of a panel of B and of A as it lies (`row` floats from row to row) or as a panel. */
template <bool LIES>
static inline void tileOf(const float* a, long row, const float* b, long k, float* c, long ldc, bool add) {
  F sums[MR][2];
  for (int i = 0; i < MR; i++)
    for (int v = 0; v < 2; v++) sums[i][v] = add ? load(c + i * ldc + v * W) : F{};
  for (long t = 0; t < k; t++) {
    const F left = load(b + t * NR), right = load(b + t * NR + W);
    for (int i = 0; i < MR; i++) {
      const F x = splat(LIES ? a[i * row + t] : a[t * MR + i]);
      sums[i][0] += x * left;
      sums[i][1] += x * right;
    }
  }
  for (int i = 0; i < MR; i++)
    for (int v = 0; v < 2; v++) store(c + i * ldc + v * W, sums[i][v]);
}

/** A tile at the edge of C, or of a C that lies by columns: only what belongs to C is read and written. */
template <bool LIES>
static inline void edgeTile(const float* a, long row, const float* b, long k, Target c, long rows, long columns, bool add) {
  float whole[MR * NR] = {};
  if (add)
    for (long i = 0; i < rows; i++)
      for (long j = 0; j < columns; j++) whole[i * NR + j] = c.data[i * c.row + j * c.column];
  tileOf<LIES>(a, row, b, k, whole, NR, add);
  for (long i = 0; i < rows; i++)
    for (long j = 0; j < columns; j++) c.data[i * c.row + j * c.column] = whole[i * NR + j];
}

template <bool LIES>
static inline void anyTile(const float* a, long row, const float* b, long k, Target c, long rows, long columns, bool add) {
  if (c.column == 1 && rows >= MR && columns >= NR) return tileOf<LIES>(a, row, b, k, c.data, c.row, add);
  edgeTile<LIES>(a, row, b, k, c, rows < MR ? rows : MR, columns < NR ? columns : NR, add);
}

void multiply(Matrix a, Matrix b, Target c, long m, long n, long k, float* space) {
  float *columns = space, *rows = space + K_BLOCK * COLUMN_BLOCK;
  for (long j = 0; j < n; j += COLUMN_BLOCK) {
    const long width = n - j < COLUMN_BLOCK ? n - j : COLUMN_BLOCK;
    // An inner size of 0 leaves zeros.
    for (long t = 0; t < k || t == 0; t += K_BLOCK) {
      const long depth = k - t < K_BLOCK ? k - t : K_BLOCK;
      layColumns({b.data + t * b.row + j * b.column, b.row, b.column}, depth, width, columns);
      for (long i = 0; i < m; i += ROW_BLOCK) {
        const long height = m - i < ROW_BLOCK ? m - i : ROW_BLOCK;
        const Matrix block{a.data + i * a.row + t * a.column, a.row, a.column};
        // Rows whose numbers follow each other are read where they lie; the last ones are too few for a tile.
        const long lying = a.column == 1 ? height / MR * MR : 0;
        layRows({block.data + lying * a.row, a.row, a.column}, height - lying, depth, rows);
        for (long y = 0; y < width; y += NR)
          for (long x = 0; x < height; x += MR) {
            const Target at{c.data + (i + x) * c.row + (j + y) * c.column, c.row, c.column};
            const float* panel = columns + y * depth;
            if (x < lying)
              anyTile<true>(block.data + x * a.row, a.row, panel, depth, at, height - x, width - y, t > 0);
            else
              anyTile<false>(rows + (x - lying) * depth, 0, panel, depth, at, height - x, width - y, t > 0);
          }
      }
    }
  }
}

}  // namespace LEVEL

#ifdef BASE

#include <atomic>

bool multiplyAll(Matrix a, Matrix b, Target c, long m, long n, long k) {
  // The second factor is copied whole, so that it had better be the smaller one: Cᵀ = Bᵀ Aᵀ. Where Bᵀ lies by rows it is read as it lies.
  if (m < n / 2 && b.row == 1) return multiplyAll({b.data, b.column, b.row}, {a.data, a.column, a.row}, {c.data, c.column, c.row}, n, m, k);
  const auto kernel = PICK(multiply);
  std::atomic<bool> failed{false};
  const auto part = [&](Matrix a, Matrix b, Target c, long m, long n) {
    float* space = threadSpace<MULTIPLY_SPACE>();
    if (space)
      kernel(a, b, c, m, n, k, space);
    else
      failed = true;
  };
  // Shared in pieces of 48, which are whole tiles at every level; a thread is worth it from a million multiplications on.
  constexpr long PIECE = 48;
  const long across = n > m ? n : m, pieces = (across + PIECE - 1) / PIECE, work = PIECE * (n > m ? m : n) * k;
  parallel(pieces, 1 + 1000000 / (work + 1), [&](long from, long to) {
    const long first = from * PIECE, size = (to * PIECE < across ? to * PIECE : across) - first;
    if (n > m)
      part(a, {b.data + first * b.column, b.row, b.column}, {c.data + first * c.column, c.row, c.column}, m, size);
    else
      part({a.data + first * a.row, a.row, a.column}, b, {c.data + first * c.row, c.row, c.column}, size, n);
  });
  return !failed;
}

/** floats: a, b, each [rows, columns]; flags: which of them is transposed. -> a b [m, n] */
static void computeMatMul(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const int flags = static_cast<Attributes*>(attributes)->flags;
  const Input a = call.input(0), b = call.input(1);
  const bool ofA = flags & TRANSPOSE_A, ofB = flags & TRANSPOSE_B;
  const long m = ofA ? a.width : a.rows, k = ofA ? a.rows : a.width, n = ofB ? b.rows : b.width;
  if (!call.check(call.inputs() == 2 && a.width > 0 && b.width > 0 && k == (ofB ? b.width : b.rows), "matmul: a and b do not fit")) return;
  float* c = call.floats(0, m, n);
  if (call.failed()) return;
  const Matrix left{a.floats(), ofA ? 1 : a.width, ofA ? a.width : 1}, right{b.floats(), ofB ? 1 : b.width, ofB ? b.width : 1};
  call.check(multiplyAll(left, right, {c, n, 1}, m, n, k), "matmul: no memory is left to work in");
}

void registerMatMul() {
  static const char* const inputs[] = {"floats: F * float", nullptr};
  static const char* const outputs[] = {"c: float", nullptr};
  registerOp("WorkbookMatMul", inputs, outputs, computeMatMul);
}

#endif
