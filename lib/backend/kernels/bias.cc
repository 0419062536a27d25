/** x + bias where x lies: the product in front of it is nobody else's, so that no second one is made. */
#include "op.h"
#include "pool.h"
#include "rows.h"
#include "vector.h"

KERNEL(addBias, (float* x, const float* bias, long rows, long width))

namespace LEVEL {

void addBias(float* x, const float* bias, long rows, long width) {
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < width; i += W) put(x + r * width, i, width, at(x + r * width, i, width) + at(bias, i, width));
}

}  // namespace LEVEL

#ifdef BASE

/** floats: x [N, F], which is changed: the caller alone holds it; bias [F]. */
static void computeBias(void*, TF_OpKernelContext* context) {
  Call call(context);
  const Input x = call.input(0), bias = call.input(1);
  if (!call.check(call.inputs() == 2 && bias.count == x.width, "bias: x [N, F] and bias [F] do not fit")) return;
  float* of = const_cast<float*>(x.floats());
  const float* b = bias.floats();
  const auto kernel = PICK(addBias);
  parallel(x.rows, grainOf(x.width), [&](long from, long to) { kernel(of + from * x.width, b, to - from, x.width); });
}

void registerBias() {
  static const char* const inputs[] = {"floats: F * float", nullptr};
  static const char* const none[] = {nullptr};
  registerOp("WorkbookBias", inputs, none, computeBias);
}

#endif
