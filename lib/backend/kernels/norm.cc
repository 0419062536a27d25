/**
 * Layer norm of what a layer adds up, and its gradient. With s = dropout(x + bias) + residual, its mean and scale r, and
 * s' = r (s - mean):
 *
 *     y = γ s' + β     g = dy γ     ds = r (g - mean(g) - s' mean(g s'))     dγ = Σ dy s'     dβ = Σ dy
 *
 * ds is the residual's gradient; x's is ds where dropout left x, times its factor.
 */
#include "op.h"
#include "pool.h"
#include "rows.h"
#include "vector.h"

/** What is added up, rows of `width`; bias, mask and residual may be absent. */
struct NormInput {
  const float *x, *bias, *residual, *gamma, *beta;
  const bool* mask;
  float epsilon, factor;
  long width;
};

KERNEL(normRows, (const NormInput& in, float* y, float* normed, float* scale, long from, long to))
KERNEL(normGradient, (const NormInput& in, const float* dy, const float* scale, float* ds, float* dx, float** sums, long from, long to))

namespace LEVEL {

/** x where the mask is true, times factor, else 0. */
static inline F dropped(F x, const bool* mask, long n, float factor) { return keptOf(mask, n) ? x * factor : F{}; }

void normRows(const NormInput& in, float* y, float* normed, float* scale, long from, long to) {
  const long H = in.width;
  const float share = 1.f / H;
  for (long n = from; n < to; n++) {
    float* row = normed ? normed + n * H : y + n * H;
    F total = {};
    for (long i = 0; i < H; i += W) {
      F s = at(in.x + n * H, i, H);
      if (in.bias) s += at(in.bias, i, H);
      if (in.mask) s = dropped(s, in.mask + n * H + i, H - i, in.factor);
      if (in.residual) s += at(in.residual + n * H, i, H);
      put(row, i, H, s);
      total += s;
    }
    const float mean = sum(total) * share;
    F squares = {};
    for (long i = 0; i < H; i += W) {
      F d = at(row, i, H) - mean;
      if (i + W > H) for (long k = H - i; k < W; k++) d[k] = 0;
      squares += d * d;
    }
    const float r = 1.f / __builtin_sqrtf(sum(squares) * share + in.epsilon);
    if (scale) scale[n] = r;
    for (long i = 0; i < H; i += W) {
      const F s = (at(row, i, H) - mean) * r;
      if (normed) put(row, i, H, s);
      put(y + n * H, i, H, s * at(in.gamma, i, H) + at(in.beta, i, H));
    }
  }
}

/** `in.x` is s'. sums: dγ, dβ and, or nullptr, dbias. */
void normGradient(const NormInput& in, const float* dy, const float* scale, float* ds, float* dx, float** sums, long from, long to) {
  const long H = in.width;
  const float share = 1.f / H;
  float *dGamma = sums[0], *dBeta = sums[1], *dBias = sums[2];
  for (long n = from; n < to; n++) {
    const float *normed = in.x + n * H, *d = dy + n * H;
    F total = {}, along = {};
    for (long i = 0; i < H; i += W) {
      const F v = at(d, i, H), s = at(normed, i, H), g = v * at(in.gamma, i, H);
      total += g;
      along += g * s;
      put(dGamma, i, H, at(dGamma, i, H) + v * s);
      put(dBeta, i, H, at(dBeta, i, H) + v);
    }
    const float mean = sum(total) * share, slope = sum(along) * share, r = scale[n];
    for (long i = 0; i < H; i += W) {
      const F g = at(d, i, H) * at(in.gamma, i, H);
      F own = (g - mean - at(normed, i, H) * slope) * r;
      put(ds + n * H, i, H, own);
      if (in.mask) {
        own = dropped(own, in.mask + n * H + i, H - i, in.factor);
        put(dx + n * H, i, H, own);
      }
      if (dBias) put(dBias, i, H, at(dBias, i, H) + own);
    }
  }
}

}  // namespace LEVEL

#ifdef BASE

static bool fits(Call& call, const Input& x, const Input& gamma, const Input& mask, int flags) {
  return call.check(gamma.count == x.width && x.width > 0 && (!(flags & HAS_MASK) || mask.count == x.count),
                    "layer norm: x [N, H], gamma [H] and mask [N, H] do not fit");
}

/** floats: x, gamma, beta, then bias and residual where flagged; masks: mask. -> y, s' and r where kept */
static void computeNorm(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const Attributes& own = *static_cast<Attributes*>(attributes);
  const int flags = own.flags;
  const bool keeps = flags & KEEPS;
  int next = 3;
  const Input x = call.input(0), gamma = call.input(1), beta = call.input(2);
  const Input bias = flags & HAS_BIAS ? call.input(next++) : Input{};
  const Input residual = flags & HAS_RESIDUAL ? call.input(next++) : Input{};
  const Input mask = flags & HAS_MASK ? call.input(next++) : Input{};
  if (!fits(call, x, gamma, mask, flags)) return;
  if (!call.check(beta.count == x.width && (!(flags & HAS_BIAS) || bias.count == x.width) &&
                      (!(flags & HAS_RESIDUAL) || residual.count == x.count),
                  "layer norm: beta [H], bias [H] and residual [N, H] do not fit x [N, H]"))
    return;
  float* y = call.floats(0, x);
  float* normed = keeps ? call.floats(1, x) : call.floats(1, 0);
  float* scale = call.floats(2, keeps ? x.rows : 0);
  if (call.failed()) return;
  NormInput in{};
  in.x = x.floats(), in.gamma = gamma.floats(), in.beta = beta.floats(), in.width = x.width;
  in.epsilon = own.epsilon, in.factor = own.factor;
  if (flags & HAS_BIAS) in.bias = bias.floats();
  if (flags & HAS_RESIDUAL) in.residual = residual.floats();
  if (flags & HAS_MASK) in.mask = mask.bools();
  const auto kernel = PICK(normRows);
  parallel(x.rows, grainOf(x.width), [&](long from, long to) {
    kernel(in, y, keeps ? normed : nullptr, keeps ? scale : nullptr, from, to);
  });
}

/** floats: dy, s', r, gamma; masks: mask. -> ds, dx (of a mask, else [0]), dγ, dβ, dbias (where flagged, else [0]) */
static void computeNormGradient(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const Attributes& own = *static_cast<Attributes*>(attributes);
  const int flags = own.flags;
  const Input dy = call.input(0), normed = call.input(1), scale = call.input(2), gamma = call.input(3);
  const Input mask = flags & HAS_MASK ? call.input(4) : Input{};
  if (!fits(call, normed, gamma, mask, flags)) return;
  if (!call.check(dy.count == normed.count && scale.count == normed.rows, "layer norm's gradient: dy, s' [N, H] and r [N] do not fit"))
    return;
  const long H = normed.width;
  float* ds = call.floats(0, normed);
  float* dx = flags & HAS_MASK ? call.floats(1, normed) : call.floats(1, 0);
  float* sums[] = {call.floats(2, H), call.floats(3, H), call.floats(4, flags & HAS_BIAS ? H : 0)};
  if (call.failed()) return;
  if (!(flags & HAS_BIAS)) sums[2] = nullptr;
  NormInput in{};
  in.x = normed.floats(), in.gamma = gamma.floats(), in.width = H, in.factor = own.factor;
  if (flags & HAS_MASK) in.mask = mask.bools();
  const float *d = dy.floats(), *r = scale.floats();
  const auto kernel = PICK(normGradient);
  const long widths[] = {H, H, H};
  parallelSums(normed.rows, grainOf(H), sums, widths, 3, [&](long from, long to, float** part) {
    kernel(in, d, r, ds, dx, part, from, to);
  });
}

void registerNorm() {
  static const char* const inputs[] = {"floats: F * float", "masks: M * bool", nullptr};
  static const char* const outputs[] = {"y: float", "normed: float", "scale: float", nullptr};
  static const char* const gradients[] = {"ds: float", "dx: float", "dgamma: float", "dbeta: float", "dbias: float", nullptr};
  registerOp("WorkbookNorm", inputs, outputs, computeNorm);
  registerOp("WorkbookNormGradient", inputs, gradients, computeNormGradient);
}

#endif
