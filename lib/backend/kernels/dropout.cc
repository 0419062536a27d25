/**
 * Dropout: its masks, and what is done with them.
 *
 * A mask is made of the numbers that TensorFlow's StatelessRandomUniformFullInt gives for the same two seeds (Philox
 * 4x32-10, Salmon et al. 2011), without storing them: a run drops the same values with and without this kernel.
 */
#include "op.h"
#include "pool.h"
#include "rows.h"
#include "vector.h"
#include <stdint.h>
#if WIDTH > 4
#include <immintrin.h>
#endif

/** Numbers `from` to `to` of the generator, in fours, compared with the least that stays: low halves, then high halves. */
KERNEL(keepMask, (const uint32_t* key, const uint32_t* counter, uint32_t least, bool* low, bool* high, long from, long to))
/** y = x where the mask is true, times factor, else 0; with `relu`, of the positive x only. */
KERNEL(dropRows, (const float* x, const bool* mask, float* y, float factor, bool relu, long count))
/** dx = dy where y > 0, times factor, else 0. */
KERNEL(activeRows, (const float* dy, const float* y, float* dx, float factor, long count))

struct Philox {
  static constexpr uint32_t M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;
};

namespace LEVEL {

/** One block of four numbers. */
static inline void block(const uint32_t* key, const uint32_t* counter, uint32_t* out) {
  uint32_t k0 = key[0], k1 = key[1], c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = static_cast<uint64_t>(Philox::M0) * c0, p1 = static_cast<uint64_t>(Philox::M1) * c2;
    c0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<uint32_t>(p1);
    c2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<uint32_t>(p0);
    k0 += Philox::W0, k1 += Philox::W1;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

static inline void advance(const uint32_t* counter, uint64_t by, uint32_t* out) {
  const uint64_t low = (static_cast<uint64_t>(counter[1]) << 32 | counter[0]) + by;
  out[0] = static_cast<uint32_t>(low), out[1] = static_cast<uint32_t>(low >> 32);
  const bool carry = low < by;
  out[2] = counter[2] + carry;
  out[3] = counter[3] + (carry && out[2] == 0);
}

static inline void keep(uint32_t number, uint32_t least, bool* low, bool* high, long i) {
  low[i] = (number & 0xFFFF) >= least;
  high[i] = static_cast<int64_t>(static_cast<int32_t>(number)) >= static_cast<int64_t>(least) * 65536 - 2147483648LL;
}

#if WIDTH == 8
typedef __m256i Words;
static inline Words splatWord(uint32_t x) { return _mm256_set1_epi32(static_cast<int>(x)); }
static inline Words product(Words a, Words b) { return _mm256_mul_epu32(a, b); }
static inline Words odd(Words a) { return _mm256_srli_epi64(a, 32); }
static inline Words merge(Words even, Words odd) { return _mm256_blend_epi32(even, odd, 0xAA); }
static inline Words up(Words a) { return _mm256_slli_epi64(a, 32); }
#elif WIDTH == 16
typedef __m512i Words;
static inline Words splatWord(uint32_t x) { return _mm512_set1_epi32(static_cast<int>(x)); }
static inline Words product(Words a, Words b) { return _mm512_mul_epu32(a, b); }
static inline Words odd(Words a) { return _mm512_srli_epi64(a, 32); }
static inline Words merge(Words even, Words odd) { return _mm512_mask_blend_epi32(0xAAAA, even, odd); }
static inline Words up(Words a) { return _mm512_slli_epi64(a, 32); }
#endif

#if WIDTH > 4
typedef uint32_t U __attribute__((vector_size(4 * WIDTH)));

/** W blocks at once: number j of block i lies at out[j][i]. */
static inline void blocks(const uint32_t* key, const uint32_t* counter, uint64_t first, U* out) {
  U c0, c1, c2, c3;
  for (int i = 0; i < W; i++) {
    uint32_t c[4];
    advance(counter, first + i, c);
    c0[i] = c[0], c1[i] = c[1], c2[i] = c[2], c3[i] = c[3];
  }
  uint32_t k0 = key[0], k1 = key[1];
  const Words m0 = splatWord(Philox::M0), m1 = splatWord(Philox::M1);
  for (int round = 0; round < 10; round++) {
    const Words e0 = product((Words)c0, m0), o0 = product(odd((Words)c0), m0);
    const Words e1 = product((Words)c2, m1), o1 = product(odd((Words)c2), m1);
    const U high0 = (U)merge(odd(e0), o0), low0 = (U)merge(e0, up(o0));
    const U high1 = (U)merge(odd(e1), o1), low1 = (U)merge(e1, up(o1));
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += Philox::W0, k1 += Philox::W1;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}
#endif

void keepMask(const uint32_t* key, const uint32_t* counter, uint32_t least, bool* low, bool* high, long from, long to) {
  long i = from;
#if WIDTH > 4
  uint32_t numbers[4 * W];
  for (; i + 4 * W <= to; i += 4 * W) {
    U found[4];
    blocks(key, counter, i / 4, found);
    for (int j = 0; j < 4; j++)
      for (int k = 0; k < W; k++) numbers[4 * k + j] = found[j][k];
    for (int k = 0; k < 4 * W; k++) low[i + k] = (numbers[k] & 0xFFFF) >= least;
    // Compared as a number with a sign, as the whole number is.
    const uint32_t flipped = least * 65536u;
    for (int k = 0; k < 4 * W; k++) high[i + k] = (numbers[k] ^ 0x80000000u) >= flipped;
  }
#endif
  for (; i < to; i += 4) {
    uint32_t c[4], numbers[4];
    advance(counter, i / 4, c);
    block(key, c, numbers);
    for (long k = 0; k < 4 && i + k < to; k++) keep(numbers[k], least, low, high, i + k);
  }
}

void dropRows(const float* x, const bool* mask, float* y, float factor, bool relu, long count) {
  for (long i = 0; i < count; i += W) {
    F v = at(x, i, count);
    if (relu) v = v < F{} ? F{} : v;
    put(y, i, count, mask ? (keptOf(mask + i, count - i) ? v * factor : F{}) : v);
  }
}

void activeRows(const float* dy, const float* y, float* dx, float factor, long count) {
  for (long i = 0; i < count; i += W) put(dx, i, count, at(y, i, count) > F{} ? at(dy, i, count) * factor : F{});
}

}  // namespace LEVEL

#ifdef BASE

/** ints: two seeds, the least of 65,536 that stays, then the mask's shape. -> mask */
static void computeKeepMask(void*, TF_OpKernelContext* context) {
  Call call(context);
  const Input given = call.input(0);
  if (!call.check(given.count >= 3 && given.count <= 11, "a mask wants two seeds, a chance and up to eight sizes")) return;
  const int32_t* numbers = given.ints();
  const int rank = static_cast<int>(given.count - 3);
  int64_t dims[8], count = 1;
  for (int i = 0; i < rank; i++) count *= dims[i] = numbers[3 + i];
  const long half = (count + 1) / 2;
  bool* mask = static_cast<bool*>(call.output(0, TF_BOOL, dims, rank));
  if (call.failed() || count == 0) return;
  // TensorFlow's own mixing of the two seeds (stateless_random_ops.cc, GenerateKey): a block of them is key and counter.
  const uint32_t seedA = numbers[0], seedB = numbers[1], least = numbers[2];
  const uint32_t signA = numbers[0] < 0 ? ~0u : 0, signB = numbers[1] < 0 ? ~0u : 0;
  const uint32_t key[2] = {0x3ec8f720, 0x02461e29}, counter[4] = {seedA, signA, seedB, signB};
  uint32_t mixed[4];
  plain::block(key, counter, mixed);
  const uint32_t start[4] = {0, 0, mixed[2], mixed[3]};
  // The high half of the last number has no place in a mask of odd size.
  bool* spare = count % 2 ? static_cast<bool*>(malloc(half)) : nullptr;
  bool *low = mask, *high = spare ? spare : mask + half;
  const auto kernel = PICK(keepMask);
  parallel((half + 63) / 64, 1024, [&](long from, long to) {
    kernel(mixed, start, least, low, high, from * 64, to * 64 < half ? to * 64 : half);
  });
  if (spare) memcpy(mask + half, spare, half - 1);
  free(spare);
}

/** floats: x; masks: mask of its shape where flagged; flag RELU: of the positive x only. -> y */
static void computeDrop(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const Attributes& own = *static_cast<Attributes*>(attributes);
  const bool hasMask = own.flags & HAS_MASK, relu = own.flags & RELU;
  const Input x = call.input(0), mask = hasMask ? call.input(1) : Input{};
  if (!call.check(!hasMask || mask.count == x.count, "dropout: x and its mask differ in size")) return;
  float* y = call.floats(0, x);
  if (call.failed()) return;
  const float* from = x.floats();
  const bool* kept = hasMask ? mask.bools() : nullptr;
  const auto kernel = PICK(dropRows);
  parallel(x.count, 65536, [&](long lo, long hi) {
    kernel(from + lo, kept ? kept + lo : nullptr, y + lo, own.factor, relu, hi - lo);
  });
}

/** floats: dy, y. -> dx */
static void computeActive(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const float factor = static_cast<Attributes*>(attributes)->factor;
  const Input dy = call.input(0), y = call.input(1);
  if (!call.check(dy.count == y.count, "ReLU's gradient: dy and y differ in size")) return;
  float* dx = call.floats(0, y);
  if (call.failed()) return;
  const float *d = dy.floats(), *of = y.floats();
  const auto kernel = PICK(activeRows);
  parallel(y.count, 65536, [&](long lo, long hi) { kernel(d + lo, of + lo, dx + lo, factor, hi - lo); });
}

void registerDropout() {
  static const char* const ints[] = {"ints: int32", nullptr};
  static const char* const inputs[] = {"floats: F * float", "masks: M * bool", nullptr};
  static const char* const mask[] = {"mask: bool", nullptr};
  static const char* const y[] = {"y: float", nullptr};
  registerOp("WorkbookKeepMask", ints, mask, computeKeepMask);
  registerOp("WorkbookDrop", inputs, y, computeDrop);
  registerOp("WorkbookActive", inputs, y, computeActive);
}

#endif
