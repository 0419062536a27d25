/** Where a matrix lies. */
#pragma once

/** A matrix by its first element, and how far rows and columns are apart. */
struct Matrix {
  const float* data;
  long row, column;
};

/** The same of one that is written. */
struct Target {
  float* data;
  long row, column;
};
