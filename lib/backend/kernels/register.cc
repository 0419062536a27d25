/** Telling TensorFlow of an op: its definition, and the kernel that computes it on the CPU. */
#include "op.h"
#include <stdio.h>
#include <initializer_list>

static void* create(TF_OpKernelConstruction* construction) {
  auto* attributes = new Attributes;
  TF_Status* status = TF_NewStatus();
  TF_OpKernelConstruction_GetAttrInt32(construction, "flags", &attributes->flags, status);
  if (TF_GetCode(status) == TF_OK)
    TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &attributes->epsilon, status);
  if (TF_GetCode(status) == TF_OK)
    TF_OpKernelConstruction_GetAttrFloat(construction, "factor", &attributes->factor, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return attributes;
}

static void destroy(void* attributes) { delete static_cast<Attributes*>(attributes); }

void registerOp(const char* name, Names inputs, Names outputs, void (*compute)(void*, TF_OpKernelContext*)) {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(name);
  for (const char* attribute : {"flags: int", "epsilon: float", "factor: float", "F: int >= 0", "M: int >= 0"})
    TF_OpDefinitionBuilderAddAttr(op, attribute);
  for (; *inputs; inputs++) TF_OpDefinitionBuilderAddInput(op, *inputs);
  for (; *outputs; outputs++) TF_OpDefinitionBuilderAddOutput(op, *outputs);
  TF_RegisterOpDefinition(op, status);
  if (TF_GetCode(status) == TF_OK)
    TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", create, compute, destroy), status);
  if (TF_GetCode(status) != TF_OK) fprintf(stderr, "the op %s cannot be registered: %s\n", name, TF_Message(status));
  TF_DeleteStatus(status);
}
