/** Every kernel, to be compiled once for each instruction set: plain, with -mavx2 -mfma, and with AVX-512. */
#include "adamw.cc"
#include "attention.cc"
#include "dropout.cc"
#include "gelu.cc"
#include "linear.cc"
#include "lstm.cc"
#include "norm.cc"
#include "spans.cc"
