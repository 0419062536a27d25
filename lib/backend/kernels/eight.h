/** Products with weights of eight bits (eight.cc). */
#pragma once
#include "level.h"

/** Outputs of a panel. */
constexpr long PANEL = 16;

/**
 * A weight [out, in] of eight bits: panels of 16 outputs, [in / 2, 16, 2] each, filled up with zeros; behind them the scale of each
 * output, then `outputs` and `inputs`. All of it is one tensor of 32-bit numbers.
 */
struct Eight {
  const signed char* panels;
  const float* scales;
  long outputs, inputs;
  long pairs() const { return (inputs + 1) / 2; }
  long count() const { return (outputs + PANEL - 1) / PANEL; }
};

/** Rows of sixteen bits, their scales, and where the product goes. */
struct EightRows {
  const short* rows;
  const float* scales;
  const float* bias;
  long count;
  bool gelu;
};

KERNEL(packEight, (const float* weight, long outputs, long inputs, signed char* panels, float* scales, long from, long to))
KERNEL(roundRows, (const float* x, long inputs, short* rows, float* scales, long from, long to))
KERNEL(linearEight, (const Eight& weight, const EightRows& x, float* y, long from, long to))
