/**
 * One source, three instruction sets. Every kernel is compiled three times, into the namespaces plain, avx2 and avx512, and
 * the processor decides at run time which is called: a library that was built on one machine runs on another.
 */
#pragma once

#if defined(__AVX512F__)
#define LEVEL avx512
#define WIDTH 16
#elif defined(__AVX2__)
#define LEVEL avx2
#define WIDTH 8
#else
#define LEVEL plain
#define WIDTH 4
// Ops are registered once, by the build that every processor can run.
#define BASE 1
#endif

/** The level in use: 0 plain, 1 AVX2 with FMA, 2 AVX-512. */
extern int level;

/** Declares a kernel in all levels. */
#define KERNEL(name, parameters)         \
  namespace plain {                      \
  void name parameters;                  \
  }                                      \
  namespace avx2 {                       \
  void name parameters;                  \
  }                                      \
  namespace avx512 {                     \
  void name parameters;                  \
  }

/** The kernel of the level in use. */
#define PICK(name) (level == 2 ? avx512::name : level == 1 ? avx2::name : plain::name)
