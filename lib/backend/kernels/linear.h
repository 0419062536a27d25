/** x Wᵀ + b for few rows, which other kernels call as well (linear.cc). */
#pragma once
#include "level.h"

struct LinearInput {
  const float *x, *weight, *bias, *residual;
  long inputs, outputs;
  bool gelu;
};

/** All rows, outputs `from` to `to`. */
KERNEL(linearRows, (const LinearInput& in, float* y, long rows, long from, long to))
