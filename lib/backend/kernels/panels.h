/** Products with weights that are laid out in panels (panels.cc). */
#pragma once
#include "level.h"

/** Outputs of a panel: two vectors of the widest level. */
constexpr long COLUMNS = 32;

/** A weight [out, in] in panels of 32 outputs, [in, 32] each, filled up with zeros; behind them `outputs` and `inputs`. */
struct Panels {
  const float* data;
  long outputs, inputs;
  static long countOf(long outputs) { return (outputs + COLUMNS - 1) / COLUMNS; }
  static long sizeOf(long outputs, long inputs) { return countOf(outputs) * inputs * COLUMNS + 2; }
};

/** Rows of x, and what follows the product. */
struct PanelRows {
  const float *x, *bias;
  long count;
  bool gelu;
};

/** Inner size of a block, and rows of it: their floats stay in the second cache while all panels pass by. */
constexpr long PANEL_DEPTH = 768, PANEL_HEIGHT = 126;

KERNEL(layPanels, (const float* weight, long outputs, long inputs, float* panels, long from, long to))
KERNEL(multiplyPanels, (const Panels& weight, const PanelRows& rows, float* y, float* space, long from, long to))
