/**
 * What the distance of two subwords adds to their score (He et al. 2021, eq. 4), for one head of one text, block of rows by
 * block of rows: q_i · K_r(i - j) and k_j · Q_r(i - j). A distance stays the same along a diagonal, so a strip of m rows is
 * multiplied by the m + n - 1 distances it meets, and row r of that band, read from m - 1 - r on, is its row of the square.
 */
#pragma once
#include "product.h"

/** Widths and lengths are filled up to 16. */
static inline long rounded(long n) { return (n + 15) / 16 * 16; }

/** Columns of a table of distances of a text: two texts' lengths, and as many as a strip may read behind them. */
static inline long spanOf(long longest) { return rounded(2 * longest + 16); }

/** Most rows of a strip at any level. */
constexpr long BAND_ROWS = 48;

/** What each distance says, as a part of the scores meets it; nullptr where the model has no such part. */
struct DistanceTable {
  /** [d, span] */
  float* columns;
  /** [span, wide], and the gradient of it; for gradients only. */
  float *rows, *gradient;
};

/** Of keys the distances fall from longest - 1 on, of queries they rise up to it. */
struct HeadPositions {
  DistanceTable keys, queries;
  long longest, span;
};

namespace LEVEL {

/** Rows handled at once. */
constexpr long BLOCK = 4 * MR;
/** Rows of a strip: more have a wider band, fewer make small products. */
constexpr long STRIP = 2 * MR;

/**
 * scores [rows, L] of the queries from `i` on += what their distances say.
 * @param q, k of all rows of the text, [L, d] each
 */
static inline void addPositions(const HeadPositions& p, long i, long rows, long L, long d, Matrix q, Matrix k, float* scores, long ld, float* band) {
  if (p.keys.columns)
    for (long s = 0; s < rows; s += STRIP) {
      const long m = rows - s < STRIP ? rows - s : STRIP, n = rounded(L + m - 1);
      const float* columns = p.keys.columns + p.longest - (i + s + m);
      product(m, n, d, {q.data + (i + s) * q.row, q.row, q.column}, columns, p.span, band, n, false);
      for (long r = 0; r < m; r++) {
        float* row = scores + (s + r) * ld;
        const float* from = band + r * n + m - 1 - r;
        for (long j = 0; j < L; j += W) put(row, j, L, at(row, j, L) + at(from, j, L));
      }
    }
  if (p.queries.columns)
    for (long j = 0; j < L; j += STRIP) {
      const long m = L - j < STRIP ? L - j : STRIP, n = rounded(rows + m - 1);
      const float* columns = p.queries.columns + i - (j + m) + p.longest;
      product(m, n, d, {k.data + j * k.row, k.row, k.column}, columns, p.span, band, n, false);
      for (long r = 0; r < rows; r++)
        for (long c = 0; c < m; c++) scores[r * ld + j + c] += band[c * n + r + m - 1 - c];
    }
}

/** Content of a text, [L, wide] each, and gradients: dQueries of the block's rows, dKeys of all. */
struct ContentGradient {
  const float *queries, *keys;
  float *dQueries, *dKeys;
};

/** The gradient of `addPositions` by dScores [rows, L]: added to those of the content and of the distances. */
static inline void positionGradient(const HeadPositions& p, long i, long rows, long L, long wide, const float* dScores, long ld, const ContentGradient& of, float* band) {
  if (p.keys.columns)
    for (long s = 0; s < rows; s += STRIP) {
      const long m = rows - s < STRIP ? rows - s : STRIP, n = L + m - 1, first = p.longest - (i + s + m);
      for (long r = 0; r < m; r++) {
        float* row = band + r * n;
        const float* from = dScores + (s + r) * ld;
        for (long c = 0; c < m - 1 - r; c++) row[c] = 0;
        for (long j = 0; j < L; j += W) put(row + m - 1 - r, j, L, at(from, j, L));
        for (long c = L + m - 1 - r; c < n; c++) row[c] = 0;
      }
      product(m, wide, n, {band, n, 1}, p.keys.rows + first * wide, wide, of.dQueries + s * wide, wide, true);
      product(n, wide, m, {band, 1, n}, of.queries + (i + s) * wide, wide, p.keys.gradient + first * wide, wide, true);
    }
  if (p.queries.columns)
    for (long j = 0; j < L; j += STRIP) {
      const long m = L - j < STRIP ? L - j : STRIP, n = rows + m - 1, first = i - (j + m) + p.longest;
      for (long k = 0; k < m * n; k++) band[k] = 0;
      for (long r = 0; r < rows; r++)
        for (long c = 0; c < m; c++) band[c * n + r + m - 1 - c] = dScores[r * ld + j + c];
      product(m, wide, n, {band, n, 1}, p.queries.rows + first * wide, wide, of.dKeys + j * wide, wide, true);
      product(n, wide, m, {band, 1, n}, of.keys + j * wide, wide, p.queries.gradient + first * wide, wide, true);
    }
}

}  // namespace LEVEL
