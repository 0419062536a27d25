/** Rows shared among threads, with sums over all of them. Only for the code that calls kernels. */
#pragma once
#include "level.h"
#include "pool.h"
#ifdef BASE
#include <stdlib.h>
#include <string.h>

/** Fewest rows of this width that are worth a thread: about 30 microseconds of work. */
static inline long grainOf(long width) { return 1 + 32768 / (width > 0 ? width : 1); }

/**
 * `parallel` for kernels that also add up columns: every part adds into memory of its own, and the parts are added in
 * their order, so that the same number of threads gives the same sums.
 * @param sums arrays to fill, or nullptr
 */
template <typename Body>
static inline void parallelSums(long rows, long grain, float** sums, const long* widths, int count, const Body& body) {
  long parts = rows / (grain > 0 ? grain : 1);
  if (parts > threads()) parts = threads();
  if (parts < 1) parts = 1;
  long total = 0;
  for (int i = 0; i < count; i++) {
    if (sums[i]) memset(sums[i], 0, widths[i] * sizeof(float));
    total += widths[i];
  }
  if (parts == 1) return body(0L, rows, sums);
  float* own = static_cast<float*>(calloc((parts - 1) * total, sizeof(float)));
  parallel(parts, 1, [&](long first, long last) {
    for (long part = first; part < last; part++) {
      float* mine[8];
      float* next = own + (part - 1) * total;
      for (int i = 0; i < count; i++) {
        mine[i] = !sums[i] ? nullptr : part == 0 ? sums[i] : next;
        next += widths[i];
      }
      body(rows * part / parts, rows * (part + 1) / parts, mine);
    }
  });
  for (long part = 1; part < parts; part++) {
    const float* from = own + (part - 1) * total;
    for (int i = 0; i < count; from += widths[i], i++)
      if (sums[i])
        for (long k = 0; k < widths[i]; k++) sums[i][k] += from[k];
  }
  free(own);
}
#endif
