/**
 * Vectors of WIDTH floats and the functions that the kernels need of them. Nothing of the standard library is used in code
 * that is compiled for one instruction set: the linker would take one copy of it for all.
 *
 * NaN passes through everything here: comparisons are written so that they fail for it.
 */
#pragma once
#include "level.h"

namespace LEVEL {

typedef float F __attribute__((vector_size(4 * WIDTH)));
typedef int I __attribute__((vector_size(4 * WIDTH)));
typedef float Loose __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

constexpr int W = WIDTH;

static inline F load(const float* p) { return *reinterpret_cast<const Loose*>(p); }
static inline void store(float* p, F v) { *reinterpret_cast<Loose*>(p) = v; }
static inline F splat(float x) { return x - F{}; }

/** The first n of a vector, the others 0. */
static inline F loadFirst(const float* p, long n) {
  F v = {};
  for (long i = 0; i < n; i++) v[i] = p[i];
  return v;
}
static inline void storeFirst(float* p, F v, long n) {
  for (long i = 0; i < n; i++) p[i] = v[i];
}

/** A vector of the row at `i` of n, filled up with zeros behind its end. */
static inline F at(const float* row, long i, long n) { return i + W <= n ? load(row + i) : loadFirst(row + i, n - i); }
static inline void put(float* row, long i, long n, F v) {
  if (i + W <= n)
    store(row + i, v);
  else
    storeFirst(row + i, v, n - i);
}

/** All ones where the mask is true, of its next n values. */
static inline I keptOf(const bool* mask, long n) {
  I kept = {};
  if (n >= W) {
    typedef signed char Bytes __attribute__((vector_size(W)));
    Bytes bytes;
    __builtin_memcpy(&bytes, mask, W);
    kept = __builtin_convertvector(bytes, I) != 0;
  } else
    for (long i = 0; i < n; i++) kept[i] = mask[i] ? -1 : 0;
  return kept;
}

static inline float sum(F v) {
  float total = 0;
  float half[W];
  store(half, v);
  for (int n = W / 2; n > 0; n /= 2)
    for (int i = 0; i < n; i++) half[i] += half[i + n];
  total = half[0];
  return total;
}

/** eˣ for x up to 88 (beyond, e⁸⁸), within two units of the last place; after Cephes' expf. */
static inline F exponential(F x) {
  const F low = splat(-87.33654f), high = splat(88.37626f);
  F c = x > high ? high : x;
  c = c < low ? low : c;
  const F shift = splat(12582912.f);  // 1.5 * 2^23: adding it rounds to a whole number
  const F shifted = c * 1.44269504f + shift;
  const F n = shifted - shift;
  c = c - n * 0.693359375f;
  c = c + n * 2.12194440e-4f;
  F p = splat(1.9875691500e-4f);
  p = p * c + 1.3981999507e-3f;
  p = p * c + 8.3334519073e-3f;
  p = p * c + 4.1665795894e-2f;
  p = p * c + 1.6666665459e-1f;
  p = p * c + 5.0000001201e-1f;
  p = p * (c * c) + c + 1.f;
  const I power = ((I)shifted - (I)shift + 127) << 23;
  const F value = p * (F)power;
  return x < low ? F{} : value;
}

/** 1 / (1 + e⁻ˣ) */
static inline F sigmoid(F x) { return 1.f / (1.f + exponential(-x)); }

/** tanh(x), as Eigen's quotient of polynomials. */
static inline F tanh(F x) {
  const F far = splat(7.90531111f);
  F z = x > far ? far : x;
  z = z < -far ? -far : z;
  const F s = z * z;
  F a = splat(-2.76076847742355e-16f);
  a = a * s + 2.00018790482477e-13f;
  a = a * s - 8.60467152213735e-11f;
  a = a * s + 5.12229709037114e-08f;
  a = a * s + 1.48572235717979e-05f;
  a = a * s + 6.37261928875436e-04f;
  a = a * s + 4.89352455891786e-03f;
  F b = splat(1.19825839466702e-06f);
  b = b * s + 1.18534705686654e-04f;
  b = b * s + 2.26843463243900e-03f;
  b = b * s + 4.89352518554385e-03f;
  return z * a / b;
}

/** Φ(x) = (1 + erf(x/√2)) / 2, erf as Eigen's quotient of polynomials. */
static inline F normalCdf(F x) {
  F z = x * 0.70710678f;
  const F far = splat(4.f);
  z = z > far ? far : z;
  z = z < -far ? -far : z;
  const F s = z * z;
  F a = splat(-2.72614225801306e-10f);
  a = a * s + 2.77068142495902e-08f;
  a = a * s - 2.10102402082508e-06f;
  a = a * s - 5.69250639462346e-05f;
  a = a * s - 7.34990630326855e-04f;
  a = a * s - 2.95459980854025e-03f;
  a = a * s - 1.60960333262415e-02f;
  F b = splat(-1.45660718464996e-05f);
  b = b * s - 2.13374055278905e-04f;
  b = b * s - 1.68282697438203e-03f;
  b = b * s - 7.37332916720468e-03f;
  b = b * s - 1.42647390514189e-02f;
  const F cdf = 0.5f + 0.5f * (z * a / b);
  return x < splat(-5.6f) ? F{} : cdf;
}

/** x Φ(x) */
static inline F gelu(F x) { return x * normalCdf(x); }

/** Φ(x) + x φ(x) */
static inline F geluSlope(F x) { return normalCdf(x) + x * (exponential(x * x * -0.5f) * 0.39894228f); }

}  // namespace LEVEL
