// What the files of this target share. Not for Swift.
#ifndef LAMELLA_ONEDNN_INTERNAL_H
#define LAMELLA_ONEDNN_INTERNAL_H
#include "include/onednn.h"

#include <dnnl.h>
#include <kernels.h>
#include <string.h>

// The functions of the library in use.
#define OD_FUNCTIONS(X)                                                                           \
  X(dnnl_engine_create) X(dnnl_stream_create) X(dnnl_primitive_attr_create)                       \
  X(dnnl_primitive_attr_set_scratchpad_mode) X(dnnl_memory_desc_init_by_tag)                      \
  X(dnnl_memory_desc_init_by_strides) X(dnnl_memory_desc_equal) X(dnnl_memory_desc_get_size)      \
  X(dnnl_dilated_convolution_forward_desc_init)                                                   \
  X(dnnl_dilated_convolution_backward_data_desc_init)                                             \
  X(dnnl_dilated_convolution_backward_weights_desc_init) X(dnnl_matmul_desc_init)                 \
  X(dnnl_primitive_desc_create) X(dnnl_primitive_desc_destroy) X(dnnl_primitive_desc_query_md)    \
  X(dnnl_primitive_create) X(dnnl_primitive_destroy) X(dnnl_primitive_execute)                    \
  X(dnnl_reorder_primitive_desc_create) X(dnnl_memory_create) X(dnnl_memory_destroy)                 \
  X(dnnl_sgemm)

typedef struct {
#define X(name) __typeof__(&name) name;
  OD_FUNCTIONS(X)
#undef X
  void (*omp_set_num_threads)(int);
  dnnl_engine_t engine;
  // Scratch memory is ours, so that a primitive may run on several threads at once.
  dnnl_primitive_attr_t attributes;
} od_library;

// NULL when the library is not there.
const od_library *od_load(void);

// What a primitive is made for; compared byte by byte, so it is cleared first.
typedef struct {
  int32_t kind;
  int32_t types[2];
  int64_t sizes[16];
} od_key;

enum { OD_FORWARD = 0, OD_BACK_DATA = 1, OD_BACK_WEIGHTS = 2, OD_PRODUCT = 3 };

// The arguments of a plan: first, second and result as the caller has them, bias.
enum { OD_FIRST = 0, OD_SECOND = 1, OD_RESULT = 2, OD_OPERANDS = 3 };

// A primitive with the layouts it wants. `given` are the caller's, `wanted` the primitive's; `turns` convert, and are NULL
// where both are the same.
typedef struct {
  dnnl_primitive_t primitive;
  dnnl_memory_desc_t given[OD_OPERANDS], wanted[OD_OPERANDS], bias, scratch;
  dnnl_primitive_t turns[OD_OPERANDS];
  int64_t bytes[OD_OPERANDS], scratch_bytes;
  int32_t arguments[OD_OPERANDS];
  bool has_bias;
} od_plan;

typedef bool (*od_plan_maker)(const od_library *library, const od_key *key, od_plan *plan);

// The plan for a key, made when it is not there yet. At most some hundred are kept. NULL when the library has none. To be
// given back.
const od_plan *od_plan_take(const od_library *library, const od_key *key, od_plan_maker make);
void od_plan_return(const od_plan *plan);
// Fills in turns and sizes from the layouts; false when the library has no such turn.
bool od_plan_complete(const od_library *library, dnnl_primitive_desc_t description, od_plan *plan);

// Copies an operand between the caller's layout and the plan's.
bool od_turn(
  const od_library *library, const od_plan *plan, int operand, const void *from, void *to);
// Runs with operands in the plan's layouts.
bool od_run(
  const od_library *library, const od_plan *plan, void *const operands[OD_OPERANDS],
  const void *bias, void *scratch);

#endif
