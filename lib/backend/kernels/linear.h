/** x Wᵀ + b for few rows (linear.cc). */
#pragma once
#include "level.h"

struct LinearInput {
  const float *x, *weight, *bias;
  long inputs, outputs;
};

/** All rows, outputs `from` to `to`. */
KERNEL(linearRows, (const LinearInput& in, float* y, long rows, long from, long to))
