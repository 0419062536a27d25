/**
 * x Wᵀ + b with a weight of eight bits and x of thirteen: products of whole numbers, exact in 32 bits, two in the time of one in float32. Each
 * output has a scale, its largest weight by 127; each row of x has one, its largest value by 4,095. The sums are whole numbers, so that
 * every processor and any number of threads find the same.
 *
 * NaN in a row makes its scale NaN, and all that is made of it.
 */
#include "eight.h"
#include "op.h"
#include "pool.h"
#include "vector.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace LEVEL {

/** Largest values of weights and rows: 127 · 4,095 · 4,096 inputs stay below 2³¹. */
constexpr float WEIGHT_MOST = 127, ROW_MOST = 4095;
/** Rows of x that are summed at once, and that stay in the near cache while the panels pass. */
constexpr int EIGHT_TILE = 6;
constexpr long EIGHT_BLOCK = 96;

/** The largest absolute value of a row; NaN where it has one. */
static inline float largest(const float* row, long n) {
  float most = 0;
  for (long i = 0; i < n; i++) {
    const float value = row[i] < 0 ? -row[i] : row[i];
    most = value <= most ? most : value;
    if (most != most) break;
  }
  return most;
}

/** To the nearest whole number, ties to even. Not by adding 1.5 * 2^23: where there is FMA the product before it would not be rounded. */
static inline int rounded(float x) { return static_cast<int>(__builtin_rintf(x)); }

/** Below this largest value a row counts as zeros: 1 by its scale would not be finite. */
constexpr float LEAST_SCALE = 1e-30f;

/** Panels from .. to. */
void packEight(const float* weight, long outputs, long inputs, signed char* panels, float* scales, long from, long to) {
  const long pairs = (inputs + 1) / 2;
  for (long p = from; p < to; p++) {
    signed char* panel = panels + p * pairs * PANEL * 2;
    for (long o = 0; o < PANEL; o++) {
      const long output = p * PANEL + o;
      const float* row = weight + (output < outputs ? output : 0) * inputs;
      const float scale = output < outputs ? largest(row, inputs) / WEIGHT_MOST : 0;
      const float by = scale > LEAST_SCALE ? 1 / scale : 0;
      scales[output] = scale;
      for (long i = 0; i < 2 * pairs; i++)
        panel[i / 2 * PANEL * 2 + 2 * o + i % 2] = static_cast<signed char>(i < inputs && by > 0 ? rounded(row[i] * by) : 0);
    }
  }
}

void roundRows(const float* x, long inputs, short* rows, float* scales, long from, long to) {
  const long width = (inputs + 1) / 2 * 2;
  for (long n = from; n < to; n++) {
    const float* row = x + n * inputs;
    const float scale = largest(row, inputs) / ROW_MOST;
    const float by = scale > LEAST_SCALE ? 1 / scale : 0;
    scales[n] = scale;
    short* to = rows + n * width;
    for (long i = 0; i < inputs; i++) to[i] = static_cast<short>(by > 0 ? rounded(row[i] * by) : 0);
    if (width > inputs) to[inputs] = 0;
  }
}

#ifdef __AVX2__
/** Sums of M rows with the 16 outputs of a panel. */
template <int M>
static inline void sumsOf(const short* rows, long width, const signed char* panel, long pairs, int (*sums)[PANEL]) {
  __m256i total[M][2];
  for (int i = 0; i < M; i++) total[i][0] = total[i][1] = _mm256_setzero_si256();
  for (long t = 0; t < pairs; t++) {
    const __m128i* from = reinterpret_cast<const __m128i*>(panel + t * PANEL * 2);
    const __m256i left = _mm256_cvtepi8_epi16(_mm_loadu_si128(from)), right = _mm256_cvtepi8_epi16(_mm_loadu_si128(from + 1));
    for (int i = 0; i < M; i++) {
      int pair;
      __builtin_memcpy(&pair, rows + i * width + 2 * t, sizeof pair);
      const __m256i x = _mm256_set1_epi32(pair);
      total[i][0] = _mm256_add_epi32(total[i][0], _mm256_madd_epi16(x, left));
      total[i][1] = _mm256_add_epi32(total[i][1], _mm256_madd_epi16(x, right));
    }
  }
  for (int i = 0; i < M; i++)
    for (int v = 0; v < 2; v++) _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums[i] + 8 * v), total[i][v]);
}
#else
template <int M>
static inline void sumsOf(const short* rows, long width, const signed char* panel, long pairs, int (*sums)[PANEL]) {
  for (int i = 0; i < M; i++) {
    int total[PANEL] = {};
    for (long t = 0; t < pairs; t++)
      for (long o = 0; o < PANEL; o++)
        total[o] += rows[i * width + 2 * t] * panel[(t * PANEL + o) * 2] + rows[i * width + 2 * t + 1] * panel[(t * PANEL + o) * 2 + 1];
    for (long o = 0; o < PANEL; o++) sums[i][o] = total[o];
  }
}
#endif

template <int M>
static inline void sumsOfRows(int rows, const short* x, long width, const signed char* panel, long pairs, int (*sums)[PANEL]) {
  if constexpr (M > 1) {
    if (rows < M) return sumsOfRows<M - 1>(rows, x, width, panel, pairs, sums);
  }
  sumsOf<M>(x, width, panel, pairs, sums);
}

/** All rows, panels from .. to. */
void linearEight(const Eight& weight, const EightRows& x, float* y, long from, long to) {
  const long pairs = weight.pairs(), width = 2 * pairs;
  for (long first = 0; first < x.count; first += EIGHT_BLOCK) {
    const long last = first + EIGHT_BLOCK < x.count ? first + EIGHT_BLOCK : x.count;
    for (long p = from; p < to; p++) {
      const long j = p * PANEL, columns = weight.outputs - j < PANEL ? weight.outputs - j : PANEL;
      for (long n = first; n < last; n += EIGHT_TILE) {
        const int rows = static_cast<int>(last - n < EIGHT_TILE ? last - n : EIGHT_TILE);
        int sums[EIGHT_TILE][PANEL];
        sumsOfRows<EIGHT_TILE>(rows, x.rows + n * width, width, weight.panels + p * pairs * PANEL * 2, pairs, sums);
        for (int i = 0; i < rows; i++)
          for (long o = 0; o < columns; o++)
            y[(n + i) * weight.outputs + j + o] =
                static_cast<float>(sums[i][o]) * (x.scales[n + i] * weight.scales[j + o]) + (x.bias ? x.bias[j + o] : 0);
      }
    }
    if (!x.gelu) continue;
    const long end = to * PANEL < weight.outputs ? to * PANEL : weight.outputs;
    for (long n = first; n < last; n++)
      for (long j = from * PANEL; j < end; j += W) put(y + n * weight.outputs, j, end, gelu(at(y + n * weight.outputs, j, end)));
  }
}

}  // namespace LEVEL

#ifdef BASE

#include <vector>

/** Most inputs whose sums stay whole numbers of 32 bits. */
constexpr long EIGHT_INPUTS = 4096;

/** floats: weight [out, in]. -> the same in eight bits, as eight.h has it */
static void computePackEight(void*, TF_OpKernelContext* context) {
  Call call(context);
  const Input weight = call.input(0);
  const long outputs = weight.rows, inputs = weight.width;
  if (!call.check(call.inputs() == 1 && inputs > 0 && inputs <= EIGHT_INPUTS && outputs > 0, "eight bits: a weight [out, in] of 1 to 4,096 inputs is wanted")) return;
  const long panels = (outputs + PANEL - 1) / PANEL, bytes = panels * ((inputs + 1) / 2) * PANEL * 2;
  const int64_t size = bytes / 4 + panels * PANEL + 2;
  auto* packed = static_cast<int32_t*>(call.output(0, TF_INT32, &size, 1));
  if (call.failed()) return;
  auto* scales = reinterpret_cast<float*>(packed + bytes / 4);
  packed[size - 2] = static_cast<int32_t>(outputs), packed[size - 1] = static_cast<int32_t>(inputs);
  const auto kernel = PICK(packEight);
  parallel(panels, 8, [&](long from, long to) {
    kernel(weight.floats(), outputs, inputs, reinterpret_cast<signed char*>(packed), scales, from, to);
  });
}

/** floats: x [N, in], then bias [out] where flagged; ints: a weight of PackEight; flag GELU. -> y [N, out] */
static void computeLinearEight(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const int flags = static_cast<Attributes*>(attributes)->flags;
  const int all = flags & HAS_BIAS ? 3 : 2;
  const Input x = call.input(0), packed = call.input(all - 1);
  const Input bias = flags & HAS_BIAS ? call.input(1) : Input{};
  if (!call.check(call.inputs() == all && packed.count > 2, "eight bits: x [N, in] and a packed weight are wanted")) return;
  const int32_t* numbers = packed.ints();
  const long outputs = numbers[packed.count - 2], inputs = numbers[packed.count - 1];
  const long panels = (outputs + PANEL - 1) / PANEL, bytes = panels * ((inputs + 1) / 2) * PANEL * 2;
  if (!call.check(inputs > 0 && inputs <= EIGHT_INPUTS && packed.count == bytes / 4 + panels * PANEL + 2 && x.width == inputs &&
                      (!(flags & HAS_BIAS) || bias.count == outputs),
                  "eight bits: x [N, in], packed weight [out, in] and bias [out] do not fit"))
    return;
  float* y = call.floats(0, x.rows, outputs);
  if (call.failed()) return;
  const long width = (inputs + 1) / 2 * 2;
  std::vector<short> rows(x.rows * width);
  std::vector<float> scales(x.rows);
  const auto round = PICK(roundRows);
  parallel(x.rows, 1 + 100000 / width, [&](long from, long to) { round(x.floats(), inputs, rows.data(), scales.data(), from, to); });
  const Eight weight{reinterpret_cast<const signed char*>(numbers), reinterpret_cast<const float*>(numbers + bytes / 4), outputs, inputs};
  const EightRows given{rows.data(), scales.data(), flags & HAS_BIAS ? bias.floats() : nullptr, static_cast<long>(x.rows), (flags & GELU) != 0};
  const auto kernel = PICK(linearEight);
  const long work = PANEL * x.rows * inputs;
  parallel(panels, 1 + 2000000 / (work + 1), [&](long from, long to) { kernel(weight, given, y, from, to); });
}

void registerEight() {
  static const char* const weight[] = {"floats: F * float", nullptr};
  static const char* const packed[] = {"packed: int32", nullptr};
  registerOp("WorkbookPackEight", weight, packed, computePackEight);
  static const char* const inputs[] = {"floats: F * float", "packed: int32", nullptr};
  static const char* const outputs[] = {"y: float", nullptr};
  registerOp("WorkbookLinearEight", inputs, outputs, computeLinearEight);
}

#endif
