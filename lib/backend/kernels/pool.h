/** Work shared among threads. TensorFlow's own pool cannot be reached from C; its threads sleep while an op of ours runs. */
#pragma once
#include <stdlib.h>

/** How many threads an op may use, the caller's included. */
void useThreads(int count);
int threads();

/**
 * Calls `work(context, part, parts)` for every part, each on a thread of its own, and returns when all are done. The
 * workers sleep between two calls, so that they never take time from TensorFlow's.
 */
void runParts(int parts, void (*work)(void* context, int part, int parts), void* context);

/** Working memory of this thread, which lives as long as the process: never given back. nullptr where none is left. */
template <long FLOATS>
static inline float* threadSpace() {
  static thread_local float* space = nullptr;
  if (!space) space = static_cast<float*>(aligned_alloc(64, FLOATS * sizeof(float)));
  return space;
}

/**
 * Splits `total` things among the threads, at least `grain` each: calls `body(from, to)`. The split depends on the number of
 * threads alone.
 */
template <typename Body>
static inline void parallel(long total, long grain, const Body& body) {
  long parts = grain > 0 ? total / grain : total;
  if (parts > threads()) parts = threads();
  if (parts <= 1) return body(0L, total);
  struct Share {
    const Body* body;
    long total;
  } share{&body, total};
  runParts(
      static_cast<int>(parts),
      [](void* context, int part, int all) {
        const auto* share = static_cast<const Share*>(context);
        (*share->body)(share->total * part / all, share->total * (part + 1) / all);
      },
      &share);
}
