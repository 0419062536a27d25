/** GELU of a product with its bias, x Φ(x), and the gradient: dx = dy (Φ(x) + x φ(x)), db = Σ_n dx_n. */
#include "op.h"
#include "pool.h"
#include "rows.h"
#include "vector.h"

KERNEL(geluRows, (const float* x, const float* bias, float* y, long rows, long width))
KERNEL(geluGradient, (const float* dy, const float* x, const float* bias, float* dx, float* dBias, long rows, long width))

namespace LEVEL {

void geluRows(const float* x, const float* bias, float* y, long rows, long width) {
  for (long n = 0; n < rows; n++)
    for (long i = 0; i < width; i += W) {
      F v = at(x + n * width, i, width);
      if (bias) v += at(bias, i, width);
      put(y + n * width, i, width, gelu(v));
    }
}

void geluGradient(const float* dy, const float* x, const float* bias, float* dx, float* dBias, long rows, long width) {
  for (long n = 0; n < rows; n++)
    for (long i = 0; i < width; i += W) {
      F v = at(x + n * width, i, width);
      if (bias) v += at(bias, i, width);
      const F d = at(dy + n * width, i, width) * geluSlope(v);
      put(dx + n * width, i, width, d);
      if (dBias) put(dBias, i, width, at(dBias, i, width) + d);
    }
}

}  // namespace LEVEL

#ifdef BASE

/** floats: x [N, F], bias [F] if HAS_BIAS -> y [N, F] */
static void computeGelu(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const bool hasBias = static_cast<Attributes*>(attributes)->flags & HAS_BIAS;
  const Input x = call.input(0), bias = hasBias ? call.input(1) : Input{};
  if (!call.check(call.inputs() == 1 + hasBias && (!hasBias || bias.count == x.width), "GELU: x [N, F] and bias [F] do not fit"))
    return;
  float* y = call.floats(0, x);
  if (call.failed()) return;
  const float *from = x.floats(), *b = hasBias ? bias.floats() : nullptr;
  const auto kernel = PICK(geluRows);
  parallel(x.rows, grainOf(x.width), [&](long lo, long hi) {
    kernel(from + lo * x.width, b, y + lo * x.width, hi - lo, x.width);
  });
}

/** floats: dy [N, F], x [N, F], bias [F] if HAS_BIAS -> dx [N, F], dBias [F] or [0] */
static void computeGeluGradient(void* attributes, TF_OpKernelContext* context) {
  Call call(context);
  const bool hasBias = static_cast<Attributes*>(attributes)->flags & HAS_BIAS;
  const Input dy = call.input(0), x = call.input(1), bias = hasBias ? call.input(2) : Input{};
  if (!call.check(call.inputs() == 2 + hasBias && dy.count == x.count && dy.width == x.width && (!hasBias || bias.count == x.width),
                  "the gradient of GELU: dy [N, F], x [N, F] and bias [F] do not fit"))
    return;
  float* dx = call.floats(0, x);
  float* dBias = call.floats(1, hasBias ? x.width : 0);
  if (call.failed()) return;
  const float *d = dy.floats(), *from = x.floats(), *b = hasBias ? bias.floats() : nullptr;
  const auto kernel = PICK(geluGradient);
  float* sums[] = {hasBias ? dBias : nullptr};
  const long widths[] = {x.width};
  parallelSums(x.rows, grainOf(x.width), sums, widths, 1, [&](long lo, long hi, float** own) {
    kernel(d + lo * x.width, from + lo * x.width, b, dx + lo * x.width, own[0], hi - lo, x.width);
  });
}

void registerGelu() {
  static const char* const inputs[] = {"floats: F * float", nullptr};
  static const char* const one[] = {"y: float", nullptr};
  static const char* const two[] = {"dx: float", "dbias: float", nullptr};
  registerOp("WorkbookGelu", inputs, one, computeGelu);
  registerOp("WorkbookGeluGradient", inputs, two, computeGeluGradient);
}

#endif
