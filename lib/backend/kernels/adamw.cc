/**
 * AdamW's update of one parameter in one pass over the memory, clipping and decay included:
 *
 *     g ← g · clip     m ← m + (1 - β1)(g - m)     v ← v + (1 - β2)(g² - v)     p' = p (1 - lr λ) - α m / (√v + ε')
 *
 * The moments are changed where they lie: they belong to the optimiser alone. The parameter is made anew, since others may
 * hold the old one.
 */
#include "op.h"
#include "pool.h"
#include "rows.h"
#include "vector.h"

/** clip, 1 - lr λ, 1 - β1, 1 - β2, α, ε' */
struct Change {
  float clip, decay, beta1, beta2, rate, epsilon;
};

KERNEL(adamw, (const float* p, float* m, float* v, const float* g, float* out, const Change& change, long count))

namespace LEVEL {

static inline F root(F x) {
  F y;
  for (int i = 0; i < W; i++) y[i] = __builtin_sqrtf(x[i]);
  return y;
}

void adamw(const float* p, float* m, float* v, const float* g, float* out, const Change& change, long count) {
  const Change c = change;
  for (long i = 0; i < count; i += W) {
    const F gradient = at(g, i, count) * c.clip;
    F first = at(m, i, count), second = at(v, i, count);
    first += (gradient - first) * c.beta1;
    second += (gradient * gradient - second) * c.beta2;
    put(m, i, count, first);
    put(v, i, count, second);
    put(out, i, count, at(p, i, count) * c.decay - first * c.rate / (root(second) + c.epsilon));
  }
}

}  // namespace LEVEL

#ifdef BASE

/** floats: p, m, v, g of one shape, and the six numbers of Change. -> p' */
static void computeAdamW(void*, TF_OpKernelContext* context) {
  Call call(context);
  const Input p = call.input(0), m = call.input(1), v = call.input(2), g = call.input(3), numbers = call.input(4);
  if (!call.check(m.count == p.count && v.count == p.count && g.count == p.count && numbers.count == 6,
                  "AdamW: parameter, moments and gradient differ in size"))
    return;
  float* out = call.floats(0, p);
  if (call.failed()) return;
  const float* n = numbers.floats();
  const Change change{n[0], n[1], n[2], n[3], n[4], n[5]};
  const float *from = p.floats(), *gradient = g.floats();
  float *first = const_cast<float*>(m.floats()), *second = const_cast<float*>(v.floats());
  const auto kernel = PICK(adamw);
  parallel(p.count, 65536, [&](long lo, long hi) {
    kernel(from + lo, first + lo, second + lo, gradient + lo, out + lo, change, hi - lo);
  });
}

void registerAdamW() {
  static const char* const inputs[] = {"floats: F * float", nullptr};
  static const char* const outputs[] = {"p: float", nullptr};
  registerOp("WorkbookAdamW", inputs, outputs, computeAdamW);
}

#endif
