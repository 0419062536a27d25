/** Matrix products of any size, which other kernels call as well (matmul.cc). */
#pragma once
#include "level.h"
#include "matrix.h"

/** Floats of working memory that `multiply` needs. */
constexpr long MULTIPLY_SPACE = 256 * 512 + 256 * 96;

/** C [m, n] = A [m, k] B [k, n]. */
KERNEL(multiply, (Matrix a, Matrix b, Target c, long m, long n, long k, float* space))

/** The same by all threads; every element is summed in the same order, however many there are. @returns false where no memory is left */
bool multiplyAll(Matrix a, Matrix b, Target c, long m, long n, long k);
