/** What Node loads: registers the ops with TensorFlow when it is loaded, and lets JavaScript choose level and threads. */
#include <node_api.h>
#include "level.h"
#include "pool.h"

void registerAdamW();
void registerAttention();
void registerBias();
void registerDropout();
void registerEight();
void registerGelu();
void registerLstm();
void registerMatMul();
void registerNorm();
void registerPanels();
void registerSpans();

int level = 0;

/** The best level that this processor has. */
static int best() {
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  return avx2 ? (wide ? 2 : 1) : 0;
}

static napi_value number(napi_env env, int value) {
  napi_value made = nullptr;
  napi_create_int32(env, value, &made);
  return made;
}

/** use(level, threads): a level beyond the processor's becomes its best. Returns the level taken. */
static napi_value use(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value given[2];
  int32_t wanted = 0, threads = 1;
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  if (count > 0) napi_get_value_int32(env, given[0], &wanted);
  if (count > 1) napi_get_value_int32(env, given[1], &threads);
  level = wanted < best() ? wanted : best();
  useThreads(threads);
  return number(env, level);
}

NAPI_MODULE_INIT() {
  // A process loads this once for every worker thread of Node; TensorFlow takes an op once.
  static const bool registered = [] {
    registerAdamW();
    registerAttention();
    registerBias();
    registerDropout();
    registerEight();
    registerGelu();
    registerLstm();
    registerMatMul();
    registerNorm();
    registerPanels();
    registerSpans();
    return true;
  }();
  (void)registered;
  napi_value function = nullptr;
  napi_create_function(env, "use", NAPI_AUTO_LENGTH, use, nullptr, &function);
  napi_set_named_property(env, exports, "use", function);
  return exports;
}
