/** The inner vectors of spans, h = dropout(relu(start_i + end_j)) without dropout's factor, and where their gradient goes. */
#include "op.h"
#include "pool.h"
#include "rows.h"
#include "vector.h"

/** Spans `from` to `to`; pairs: the rows of each span's first and last word. */
KERNEL(spanRows, (const float* start, const float* end, const int* pairs, const bool* mask, float* h, long width, long from, long to))
/** dStart and dEnd += dh where h > 0, columns `from` to `to` of all spans in their order. */
KERNEL(spanGradient, (const float* dh, const float* h, const int* pairs, float* dStart, float* dEnd, long spans, long width, long from, long to))

namespace LEVEL {

void spanRows(const float* start, const float* end, const int* pairs, const bool* mask, float* h, long width, long from, long to) {
  for (long s = from; s < to; s++) {
    const float *first = start + pairs[2 * s] * width, *last = end + pairs[2 * s + 1] * width;
    for (long i = 0; i < width; i += W) {
      F v = at(first, i, width) + at(last, i, width);
      v = v < F{} ? F{} : v;
      if (mask) v = keptOf(mask + s * width + i, width - i) ? v : F{};
      put(h + s * width, i, width, v);
    }
  }
}

void spanGradient(const float* dh, const float* h, const int* pairs, float* dStart, float* dEnd, long spans, long width, long from, long to) {
  for (long s = 0; s < spans; s++) {
    float *first = dStart + pairs[2 * s] * width, *last = dEnd + pairs[2 * s + 1] * width;
    for (long i = from; i < to; i += W) {
      const F d = at(h + s * width, i, to) > F{} ? at(dh + s * width, i, to) : F{};
      put(first, i, to, at(first, i, to) + d);
      put(last, i, to, at(last, i, to) + d);
    }
  }
}

}  // namespace LEVEL

#ifdef BASE

static bool pairsFit(Call& call, const Input& pairs, long starts, long ends) {
  const int32_t* rows = pairs.ints();
  bool fits = pairs.count % 2 == 0;
  for (long i = 0; i + 1 < pairs.count; i += 2)
    fits = fits && rows[i] >= 0 && rows[i] < starts && rows[i + 1] >= 0 && rows[i + 1] < ends;
  return call.check(fits, "spans: a first or last word is no row of its halves");
}

/** floats: start [M, F], end [N, F]; pairs [2 S]; masks: [S, F] where flagged. -> h [S, F] */
static void computeSpans(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const bool hasMask = static_cast<Attributes*>(attributes)->flags & HAS_MASK;
  const Input start = call.input(0), end = call.input(1), pairs = call.input(2), mask = hasMask ? call.input(3) : Input{};
  const long spans = pairs.count / 2, F = start.width;
  if (!call.check(end.width == F && (!hasMask || mask.count == spans * F), "spans: start [M, F], end [N, F] and mask [S, F] do not fit") ||
      !pairsFit(call, pairs, start.rows, end.rows))
    return;
  float* h = call.floats(0, spans, F);
  if (call.failed()) return;
  const float *a = start.floats(), *b = end.floats();
  const bool* kept = hasMask ? mask.bools() : nullptr;
  const int* rows = pairs.ints();
  const auto kernel = PICK(spanRows);
  parallel(spans, grainOf(F), [&](long from, long to) { kernel(a, b, rows, kept, h, F, from, to); });
}

/** floats: dh [S, F], h [S, F], dStart [M, F], dEnd [N, F]; pairs [2 S]. dStart and dEnd are changed where they lie: the caller alone holds them. */
static void computeSpansGradient(void*, TF_OpKernelContext* context) {
  Call call(context);
  const Input dh = call.input(0), h = call.input(1), start = call.input(2), end = call.input(3), pairs = call.input(4);
  const long spans = pairs.count / 2, F = start.width;
  if (!call.check(end.width == F && dh.count == spans * F && h.count == dh.count, "the gradient of spans: dh, h [S, F] and dStart, dEnd do not fit") ||
      !pairsFit(call, pairs, start.rows, end.rows))
    return;
  const float *d = dh.floats(), *of = h.floats();
  float *dStart = const_cast<float*>(start.floats()), *dEnd = const_cast<float*>(end.floats());
  const int* rows = pairs.ints();
  const auto kernel = PICK(spanGradient);
  const long columns = (F + 15) / 16;
  parallel(columns, 1 + 2048 / (spans + 1), [&](long from, long to) {
    kernel(d, of, rows, dStart, dEnd, spans, F, from * 16, to * 16 < F ? to * 16 : F);
  });
}

void registerSpans() {
  static const char* const inputs[] = {"floats: F * float", "pairs: int32", "masks: M * bool", nullptr};
  static const char* const outputs[] = {"h: float", nullptr};
  static const char* const none[] = {nullptr};
  registerOp("WorkbookSpans", inputs, outputs, computeSpans);
  registerOp("WorkbookSpansGradient", inputs, none, computeSpansGradient);
}

#endif
