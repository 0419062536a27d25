/** What an op of ours is made of: its inputs, its outputs, its attributes, and a refusal where they do not fit together. */
#pragma once
#include "level.h"
#ifdef BASE
#include "tensorflow.h"

/** An input as the op sees it: rows of the last axis. */
struct Input {
  TF_Tensor* tensor = nullptr;
  int64_t count = 0;
  /** Size of the last axis, and how many rows of it there are. */
  int64_t width = 1, rows = 0;
  const float* floats() const { return static_cast<const float*>(TF_TensorData(tensor)); }
  const int32_t* ints() const { return static_cast<const int32_t*>(TF_TensorData(tensor)); }
  const bool* bools() const { return static_cast<const bool*>(TF_TensorData(tensor)); }
};

/** One call of an op. */
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    for (int i = 0; i < held_; i++) TF_DeleteTensor(tensors_[i]);
    TF_DeleteStatus(status_);
  }

  int inputs() const { return TF_NumInputs(context_); }

  Input input(int index) {
    Input found;
    TF_GetInput(context_, index, &found.tensor, status_);
    if (TF_GetCode(status_) != TF_OK) return found;
    hold(found.tensor);
    found.count = TF_TensorElementCount(found.tensor);
    const int rank = TF_NumDims(found.tensor);
    found.width = rank > 0 ? TF_Dim(found.tensor, rank - 1) : 1;
    found.rows = found.width > 0 ? found.count / found.width : 0;
    return found;
  }

  /** An output of the shape of an input. */
  void* outputLike(int index, TF_DataType type, const Input& like) {
    int64_t dims[16];
    const int rank = TF_NumDims(like.tensor);
    for (int i = 0; i < rank && i < 16; i++) dims[i] = TF_Dim(like.tensor, i);
    return output(index, type, dims, rank);
  }

  float* floats(int index, const Input& like) { return static_cast<float*>(outputLike(index, TF_FLOAT, like)); }

  float* floats(int index, int64_t rows, int64_t width) {
    const int64_t dims[] = {rows, width};
    return static_cast<float*>(output(index, TF_FLOAT, dims, 2));
  }

  float* floats(int index, int64_t size) { return static_cast<float*>(output(index, TF_FLOAT, &size, 1)); }

  void* output(int index, TF_DataType type, const int64_t* dims, int rank) {
    int64_t count = 1;
    for (int i = 0; i < rank; i++) count *= dims[i];
    const size_t bytes = count * (type == TF_BOOL ? 1 : 4);
    TF_Tensor* made = TF_AllocateOutput(context_, index, type, dims, rank, bytes, status_);
    if (TF_GetCode(status_) != TF_OK || !made) {
      fail();
      return nullptr;
    }
    hold(made);
    return TF_TensorData(made);
  }

  /** False, and the op fails with these words, where something does not fit. */
  bool check(bool fits, const char* message) {
    if (fits || failed_) return fits && !failed_;
    TF_SetStatus(status_, TF_INVALID_ARGUMENT, message);
    fail();
    return false;
  }

  bool failed() const { return failed_; }

 private:
  void fail() {
    failed_ = true;
    TF_OpKernelContext_Failure(context_, status_);
  }
  void hold(TF_Tensor* tensor) {
    if (held_ < 24) tensors_[held_++] = tensor;
  }

  TF_OpKernelContext* context_;
  TF_Status* status_;
  TF_Tensor* tensors_[24];
  int held_ = 0;
  bool failed_ = false;
};

/** The attributes of an op, read once: which optional inputs there are, and numbers that stay the same. */
struct Attributes {
  int32_t flags = 0;
  /** Layer norm's ε. */
  float epsilon = 0;
  /** Dropout's factor, 1 / (1 - rate). */
  float factor = 1;
};

/** What `flags` may say of an op's optional inputs and outputs. */
enum Flag { HAS_BIAS = 1, HAS_MASK = 2, HAS_RESIDUAL = 4, KEEPS = 8, GELU = 16, RELU = 32, POSITIONS = 64, TRANSPOSE_A = 128, TRANSPOSE_B = 256 };

/** A list of names that ends in nullptr. */
using Names = const char* const*;

/**
 * Registers an op for the CPU. Every op has the attributes `flags`, `epsilon` and `factor`; its float inputs are a list `floats`,
 * its masks a list `masks` behind them.
 */
void registerOp(const char* name, Names inputs, Names outputs, void (*compute)(void*, TF_OpKernelContext*));
#endif
