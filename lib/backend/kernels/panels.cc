/**
 * x Wᵀ + b, with GELU, of a weight that was laid out once in the order in which it is read: the blocks of matmul.cc without the copying at
 * every call. For inference, where a weight is used again and again; few rows gain most.
 */
#include "panels.h"
#include "op.h"
#include "pool.h"
#include "vector.h"

namespace LEVEL {

/** Rows that are summed in registers, and vectors of their columns. */
#if WIDTH == 16
constexpr int TALL = 14;
#elif WIDTH == 8
constexpr int TALL = 6;
#else
constexpr int TALL = 4;
#endif
constexpr int ACROSS = 2;

/** Panels from .. to. */
void layPanels(const float* weight, long outputs, long inputs, float* panels, long from, long to) {
  // A cache line of each output at a time.
  constexpr long LINE = 16;
  for (long p = from; p < to; p++) {
    float* panel = panels + p * inputs * COLUMNS;
    const float* rows = weight + p * COLUMNS * inputs;
    const long columns = outputs - p * COLUMNS < COLUMNS ? outputs - p * COLUMNS : COLUMNS;
    for (long t = 0; t < inputs; t += LINE) {
      const long end = t + LINE < inputs ? t + LINE : inputs;
      for (long o = 0; o < COLUMNS; o++)
        for (long i = t; i < end; i++) panel[i * COLUMNS + o] = o < columns ? rows[o * inputs + i] : 0;
    }
  }
}

/**
 * `rows` rows of x, tile by tile: [depth, rows of the tile] each, so that a step reads from one place. Rows as they lie can be a multiple
 * of 4,096 bytes apart, and then all of a tile claim the same lines of the first cache.
 */
static inline void layTiles(const float* x, long row, long rows, long depth, float* to) {
  for (long n = 0; n < rows; n += TALL) {
    const long tall = rows - n < TALL ? rows - n : TALL;
    for (long i = 0; i < tall; i++)
      for (long t = 0; t < depth; t++) to[t * tall + i] = x[(n + i) * row + t];
    to += tall * depth;
  }
}

/** What comes next from memory: where the next tile's share of it begins, and how many bytes further with every number. */
struct Ahead {
  const char* from;
  long by;
};

/** M rows times two vectors of columns of a panel, on top of what was summed before. */
template <int M>
static inline void panelTile(const float* tile, const float* panel, long depth, Ahead ahead, F (*sums)[ACROSS]) {
  F total[M][ACROSS];
  for (int i = 0; i < M; i++)
    for (int v = 0; v < ACROSS; v++) total[i][v] = sums[i][v];
  for (long t = 0; t < depth; t++) {
    F columns[ACROSS];
    for (int v = 0; v < ACROSS; v++) columns[v] = load(panel + t * COLUMNS + v * W);
    __builtin_prefetch(ahead.from + t * ahead.by, 0, 2);
    for (int i = 0; i < M; i++) {
      const F value = splat(tile[t * M + i]);
      for (int v = 0; v < ACROSS; v++) total[i][v] += value * columns[v];
    }
  }
  for (int i = 0; i < M; i++)
    for (int v = 0; v < ACROSS; v++) sums[i][v] = total[i][v];
}

template <int M>
static inline void anyPanelTile(int tall, const float* tile, const float* panel, long depth, Ahead ahead, F (*sums)[ACROSS]) {
  if constexpr (M > 1) {
    if (tall < M) return anyPanelTile<M - 1>(tall, tile, panel, depth, ahead, sums);
  }
  panelTile<M>(tile, panel, depth, ahead, sums);
}

/** All rows, panels from .. to. */
void multiplyPanels(const Panels& weight, const PanelRows& rows, float* y, float* space, long from, long to) {
  const long inputs = weight.inputs, outputs = weight.outputs;
  for (long start = 0; start < rows.count; start += PANEL_HEIGHT) {
    const long height = rows.count - start < PANEL_HEIGHT ? rows.count - start : PANEL_HEIGHT;
    const long tiles = (height + TALL - 1) / TALL * (COLUMNS / W / ACROSS);
    for (long t = 0; t < inputs; t += PANEL_DEPTH) {
      const long depth = inputs - t < PANEL_DEPTH ? inputs - t : PANEL_DEPTH;
      const bool ends = t + depth == inputs;
      layTiles(rows.x + start * inputs + t, inputs, height, depth, space);
      for (long p = from; p < to; p++) {
        const float* panel = weight.data + (p * inputs + t) * COLUMNS;
        // The next panel comes from memory while this one is used: every tile asks for its share of it.
        Ahead ahead{reinterpret_cast<const char*>(p + 1 < to ? panel + inputs * COLUMNS : panel), COLUMNS * 4 / tiles};
        for (long half = 0; half < COLUMNS && p * COLUMNS + half < outputs; half += ACROSS * W)
          for (long n = 0; n < height; n += TALL) {
            const int tall = static_cast<int>(height - n < TALL ? height - n : TALL);
            const long column = p * COLUMNS + half;
            float* to = y + (start + n) * outputs;
            F sums[TALL][ACROSS] = {};
            if (t > 0)
              for (int i = 0; i < tall; i++)
                for (int v = 0; v < ACROSS && column + v * W < outputs; v++) sums[i][v] = at(to + i * outputs, column + v * W, outputs);
            anyPanelTile<TALL>(tall, space + n * depth, panel + half, depth, ahead, sums);
            ahead.from += depth * ahead.by;
            for (int v = 0; v < ACROSS && column + v * W < outputs; v++) {
              const long j = column + v * W;
              const F bias = ends && rows.bias ? at(rows.bias, j, outputs) : F{};
              for (int i = 0; i < tall; i++) {
                const F value = sums[i][v] + bias;
                put(to + i * outputs, j, outputs, ends && rows.gelu ? gelu(value) : value);
              }
            }
          }
      }
    }
  }
}

}  // namespace LEVEL

#ifdef BASE

#include <atomic>

/** floats: weight [out, in]. -> the same in panels, as panels.h has it */
static void computeLayPanels(void*, TF_OpKernelContext* context) {
  Call call(context);
  const Input weight = call.input(0);
  const long outputs = weight.rows, inputs = weight.width;
  // Beyond 2^24 a float could not hold the numbers behind the panels.
  if (!call.check(call.inputs() == 1 && inputs > 0 && outputs > 0 && inputs < 1 << 24 && outputs < 1 << 24, "panels: a weight [out, in] is wanted")) return;
  const int64_t size = Panels::sizeOf(outputs, inputs);
  auto* panels = static_cast<float*>(call.output(0, TF_FLOAT, &size, 1));
  if (call.failed()) return;
  panels[size - 2] = static_cast<float>(outputs), panels[size - 1] = static_cast<float>(inputs);
  const auto kernel = PICK(layPanels);
  parallel(Panels::countOf(outputs), 1 + 100000 / (COLUMNS * inputs), [&](long from, long to) {
    kernel(weight.floats(), outputs, inputs, panels, from, to);
  });
}

/** floats: x [N, in], a weight of LayPanels, then bias [out] where flagged; flag GELU. -> y [N, out] */
static void computeLinear(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const int flags = static_cast<Attributes*>(attributes)->flags;
  const Input x = call.input(0), laid = call.input(1);
  const Input bias = flags & HAS_BIAS ? call.input(2) : Input{};
  if (!call.check(call.inputs() == (flags & HAS_BIAS ? 3 : 2) && laid.count > 2, "linear: x [N, in], a weight in panels and bias [out] are wanted")) return;
  const float* panels = laid.floats();
  const long outputs = static_cast<long>(panels[laid.count - 2]), inputs = static_cast<long>(panels[laid.count - 1]);
  if (!call.check(outputs > 0 && inputs > 0 && laid.count == Panels::sizeOf(outputs, inputs) && x.width == inputs && (!(flags & HAS_BIAS) || bias.count == outputs),
                  "linear: x [N, in], panels of a weight [out, in] and bias [out] do not fit"))
    return;
  float* y = call.floats(0, x.rows, outputs);
  if (call.failed()) return;
  const Panels weight{panels, outputs, inputs};
  const PanelRows rows{x.floats(), flags & HAS_BIAS ? bias.floats() : nullptr, static_cast<long>(x.rows), (flags & GELU) != 0};
  const auto kernel = PICK(multiplyPanels);
  // A thread is worth it from a million multiplications on.
  const long work = COLUMNS * x.rows * inputs;
  std::atomic<bool> failed{false};
  parallel(Panels::countOf(outputs), 1 + 1000000 / (work + 1), [&](long from, long to) {
    float* space = threadSpace<PANEL_DEPTH * PANEL_HEIGHT>();
    if (space)
      kernel(weight, rows, y, space, from, to);
    else
      failed = true;
  });
  call.check(!failed, "linear: no memory is left to work in");
}

void registerPanels() {
  static const char* const floats[] = {"floats: F * float", nullptr};
  static const char* const panels[] = {"panels: float", nullptr};
  registerOp("WorkbookLayPanels", floats, panels, computeLayPanels);
  static const char* const y[] = {"y: float", nullptr};
  registerOp("WorkbookLinear", floats, y, computeLinear);
}

#endif
