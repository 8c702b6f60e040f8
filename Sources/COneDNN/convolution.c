// Convolutions, part by part of the batch. Each part is turned into the library's blocked layout, computed and turned back
// while it is in cache.
#include "internal.h"

#include <stdatomic.h>

// MARK: - Plans

static dnnl_status_t images(
  const od_library *library, dnnl_memory_desc_t *layout, int64_t batch, int64_t channels,
  const int64_t size[2], dnnl_format_tag_t tag) {
  dnnl_dims_t dims = {batch, channels, size[0], size[1]};
  return library->dnnl_memory_desc_init_by_tag(layout, 4, dims, dnnl_f32, tag);
}

static dnnl_status_t weights(
  const od_library *library, dnnl_memory_desc_t *layout, const od_convolution *shape, bool any) {
  if (shape->groups == 1) {
    dnnl_dims_t dims = {
      shape->out_channels, shape->in_channels, shape->kernel[0], shape->kernel[1]};
    return library->dnnl_memory_desc_init_by_tag(
      layout, 4, dims, dnnl_f32, any ? dnnl_format_tag_any : dnnl_abcd);
  }
  dnnl_dims_t dims = {
    shape->groups, shape->out_channels, shape->in_channels, shape->kernel[0], shape->kernel[1]};
  return library->dnnl_memory_desc_init_by_tag(
    layout, 5, dims, dnnl_f32, any ? dnnl_format_tag_any : dnnl_abcde);
}

typedef struct {
  dnnl_memory_desc_t x, w, y, bias;
  dnnl_dims_t strides, dilations, before, after;
} parameters;

static bool layouts(
  const od_library *library, const od_convolution *shape, bool any, parameters *out) {
  dnnl_format_tag_t tag = any ? dnnl_format_tag_any : dnnl_abcd;
  for (int axis = 0; axis < 2; axis++) {
    out->strides[axis] = shape->stride[axis];
    out->dilations[axis] = shape->dilation[axis] - 1;
    out->before[axis] = shape->padding[axis];
    // What the windows reach beyond the end; negative where they stop short of it.
    out->after[axis] = (shape->out[axis] - 1) * shape->stride[axis]
                       + (shape->kernel[axis] - 1) * shape->dilation[axis] + 1 - shape->in[axis]
                       - shape->padding[axis];
  }
  dnnl_dims_t outputs = {shape->groups * shape->out_channels};
  return images(library, &out->x, shape->batch, shape->groups * shape->in_channels, shape->in, tag)
           == dnnl_success
         && images(
              library, &out->y, shape->batch, shape->groups * shape->out_channels, shape->out, tag)
              == dnnl_success
         && weights(library, &out->w, shape, any) == dnnl_success
         && library->dnnl_memory_desc_init_by_tag(&out->bias, 1, outputs, dnnl_f32, dnnl_a)
              == dnnl_success;
}

static od_convolution shape_of(const od_key *key) {
  od_convolution shape;
  _Static_assert(sizeof shape == sizeof key->sizes, "a key holds a convolution");
  memcpy(&shape, key->sizes, sizeof shape);
  return shape;
}

static bool describe(
  const od_library *library, const od_key *key, dnnl_primitive_desc_t *description) {
  od_convolution shape = shape_of(key);
  parameters p;
  if (!layouts(library, &shape, true, &p)) return false;
  const dnnl_memory_desc_t *bias = key->types[0] ? &p.bias : NULL;
  dnnl_convolution_desc_t forward, back;
  if (library->dnnl_dilated_convolution_forward_desc_init(
        &forward, dnnl_forward_training, dnnl_convolution_direct, &p.x, &p.w, bias, &p.y, p.strides,
        p.dilations, p.before, p.after) != dnnl_success) {
    return false;
  }
  dnnl_primitive_desc_t hint;
  if (library->dnnl_primitive_desc_create(
        &hint, &forward, library->attributes, library->engine, NULL) != dnnl_success) {
    return false;
  }
  if (key->kind == OD_FORWARD) {
    *description = hint;
    return true;
  }
  dnnl_status_t status =
    key->kind == OD_BACK_DATA
      ? library->dnnl_dilated_convolution_backward_data_desc_init(
          &back, dnnl_convolution_direct, &p.x, &p.w, &p.y, p.strides, p.dilations, p.before,
          p.after)
      : library->dnnl_dilated_convolution_backward_weights_desc_init(
          &back, dnnl_convolution_direct, &p.x, &p.w, NULL, &p.y, p.strides, p.dilations, p.before,
          p.after);
  if (status == dnnl_success) {
    status = library->dnnl_primitive_desc_create(
      description, &back, library->attributes, library->engine, hint);
  }
  library->dnnl_primitive_desc_destroy(hint);
  return status == dnnl_success;
}

// Operands: of the forward step x, w, y; of the others g with w, or x with g.
static bool make(const od_library *library, const od_key *key, od_plan *plan) {
  static const dnnl_query_t queries[3][OD_OPERANDS] = {
    {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md},
    {dnnl_query_diff_dst_md, dnnl_query_weights_md, dnnl_query_diff_src_md},
    {dnnl_query_src_md, dnnl_query_diff_dst_md, dnnl_query_diff_weights_md}};
  static const int32_t arguments[3][OD_OPERANDS] = {
    {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
    {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC},
    {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS}};
  od_convolution shape = shape_of(key);
  parameters p;
  dnnl_primitive_desc_t description;
  if (!layouts(library, &shape, false, &p) || !describe(library, key, &description)) return false;
  const dnnl_memory_desc_t *given[3][OD_OPERANDS] = {
    {&p.x, &p.w, &p.y}, {&p.y, &p.w, &p.x}, {&p.x, &p.y, &p.w}};
  plan->has_bias = key->types[0] != 0;
  plan->bias = p.bias;
  for (int i = 0; i < OD_OPERANDS; i++) {
    plan->given[i] = *given[key->kind][i];
    plan->wanted[i] =
      *library->dnnl_primitive_desc_query_md(description, queries[key->kind][i], 0);
    plan->arguments[i] = arguments[key->kind][i];
  }
  bool made = od_plan_complete(library, description, plan)
              && library->dnnl_primitive_create(&plan->primitive, description) == dnnl_success;
  library->dnnl_primitive_desc_destroy(description);
  return made;
}

static const od_plan *take(
  const od_library *library, const od_convolution *shape, int64_t batch, int32_t kind,
  bool has_bias) {
  od_key key;
  memset(&key, 0, sizeof key);
  key.kind = kind;
  key.types[0] = has_bias;
  od_convolution part = *shape;
  part.batch = batch;
  memcpy(key.sizes, &part, sizeof part);
  return od_plan_take(library, &key, make);
}

// MARK: - Jobs

// Of `kind`, the plans of a whole part [0] and of the last, smaller one [1], with the weights as each wants them.
typedef struct {
  const od_plan *plans[2];
  void *weights[2];
} step;

typedef struct {
  const od_library *library;
  const od_convolution *shape;
  const float *x, *w, *bias, *g;
  float *y, *gx;
  // Images of a part.
  int64_t part;
  step forward, data, gradient;
  // Each part's cotangent of the weights, in the layout of the plan.
  char *sums;
  _Atomic int32_t status;
} job;

static int64_t image_elements(const od_convolution *shape) {
  return shape->groups * shape->in_channels * shape->in[0] * shape->in[1];
}

static int64_t result_elements(const od_convolution *shape) {
  return shape->groups * shape->out_channels * shape->out[0] * shape->out[1];
}

static int64_t weight_elements(const od_convolution *shape) {
  return shape->groups * shape->out_channels * shape->in_channels * shape->kernel[0]
         * shape->kernel[1];
}

static bool prepare(job *job, step *step, int32_t kind, bool turns_weights) {
  const od_library *library = job->library;
  int64_t rest = job->shape->batch % job->part;
  for (int i = 0; i < 2; i++) {
    int64_t batch = i == 0 ? job->part : rest;
    if (batch == 0) continue;
    step->plans[i] = take(library, job->shape, batch, kind, kind == OD_FORWARD && job->bias);
    const od_plan *plan = step->plans[i];
    if (!plan) {
      atomic_store(&job->status, OD_UNAVAILABLE);
      return false;
    }
    if (!turns_weights) continue;
    step->weights[i] = (void *)job->w;
    if (!plan->turns[OD_SECOND]) continue;
    step->weights[i] = ck_pool_allocate(plan->bytes[OD_SECOND]);
    if (!step->weights[i]) {
      atomic_store(&job->status, OD_NO_MEMORY);
      return false;
    }
    if (!od_turn(library, plan, OD_SECOND, job->w, step->weights[i])) {
      atomic_store(&job->status, OD_UNAVAILABLE);
      return false;
    }
  }
  return true;
}

static void finish(const job *job, step *step) {
  for (int i = 0; i < 2; i++) {
    const od_plan *plan = step->plans[i];
    if (plan && step->weights[i] && step->weights[i] != job->w) {
      ck_pool_free(step->weights[i], plan->bytes[OD_SECOND]);
    }
    od_plan_return(plan);
  }
}

// An operand of a part in the plan's layout: a copy, or what was given.
static void *turned(job *job, const od_plan *plan, int operand, const float *given) {
  if (!plan->turns[operand]) return (void *)given;
  void *copy = ck_pool_allocate(plan->bytes[operand]);
  if (!copy) {
    atomic_store(&job->status, OD_NO_MEMORY);
    return NULL;
  }
  if (!od_turn(job->library, plan, operand, given, copy)) {
    atomic_store(&job->status, OD_UNAVAILABLE);
  }
  return copy;
}

static void release(const od_plan *plan, int operand, const void *turned, const float *given) {
  if (turned && turned != given) ck_pool_free((void *)turned, plan->bytes[operand]);
}

// Runs a plan into `result`, which is in the caller's layout.
static void compute(
  job *job, const od_plan *plan, void *first, void *second, const float *bias, float *result) {
  if (!first || !second) return;
  bool turns = plan->turns[OD_RESULT] != NULL;
  void *target = turns ? ck_pool_allocate(plan->bytes[OD_RESULT]) : result;
  void *scratch = plan->scratch_bytes > 0 ? ck_pool_allocate(plan->scratch_bytes) : NULL;
  if (!target || (plan->scratch_bytes > 0 && !scratch)) {
    atomic_store(&job->status, OD_NO_MEMORY);
  } else {
    void *operands[OD_OPERANDS] = {first, second, target};
    bool done = od_run(job->library, plan, operands, bias, scratch)
                && (!turns || od_turn(job->library, plan, OD_RESULT, target, result));
    if (!done) atomic_store(&job->status, OD_UNAVAILABLE);
  }
  if (turns && target) ck_pool_free(target, plan->bytes[OD_RESULT]);
  if (scratch) ck_pool_free(scratch, plan->scratch_bytes);
}

static void forward_part(void *context, ck_int low, ck_int high) {
  job *job = context;
  if (ck_interrupted() || atomic_load(&job->status) != OD_OK) return;
  int which = high - low == job->part ? 0 : 1;
  const od_plan *plan = job->forward.plans[which];
  const float *x = job->x + low * image_elements(job->shape);
  void *first = turned(job, plan, OD_FIRST, x);
  compute(
    job, plan, first, job->forward.weights[which], job->bias,
    job->y + low * result_elements(job->shape));
  release(plan, OD_FIRST, first, x);
}

static void back_part(void *context, ck_int low, ck_int high) {
  job *job = context;
  if (ck_interrupted() || atomic_load(&job->status) != OD_OK) return;
  int which = high - low == job->part ? 0 : 1;
  const float *g = job->g + low * result_elements(job->shape);
  const od_plan *data = job->data.plans[which], *gradient = job->gradient.plans[which];
  void *changes = NULL;
  if (data) {
    changes = turned(job, data, OD_FIRST, g);
    compute(
      job, data, changes, job->data.weights[which], NULL,
      job->gx + low * image_elements(job->shape));
  }
  if (gradient) {
    const float *x = job->x + low * image_elements(job->shape);
    bool shares =
      data && changes
      && job->library->dnnl_memory_desc_equal(&data->wanted[OD_FIRST], &gradient->wanted[OD_SECOND]);
    void *second = shares ? changes : turned(job, gradient, OD_SECOND, g);
    void *first = turned(job, gradient, OD_FIRST, x);
    compute(
      job, gradient, first, second, NULL,
      (float *)job->sums + low / job->part * weight_elements(job->shape));
    release(gradient, OD_FIRST, first, x);
    if (!shares) release(gradient, OD_SECOND, second, g);
  }
  if (data) release(data, OD_FIRST, changes, g);
}

// How many images a part has: up to 16 parts of some 20 µs, fewer where what is summed for each part is large.
static int64_t images_of_part(const od_convolution *shape, bool sums) {
  double work = (double)weight_elements(shape) * (double)(shape->out[0] * shape->out[1])
                * (double)shape->batch;
  int64_t parts = work < 32e6 ? (int64_t)(work / 2e6) + 2 : 16;
  if (sums) {
    int64_t most = (1 << 23) / (weight_elements(shape) + 1) + 2;
    parts = parts < most ? parts : most;
  }
  return (shape->batch + parts - 1) / parts;
}

static od_status status_of(job *job) {
  od_status status = (od_status)atomic_load(&job->status);
  return status == OD_OK && ck_interrupted() ? OD_INTERRUPTED : status;
}

od_status od_convolve(
  const od_convolution *shape, const float *x, const float *w, const float *bias, float *y) {
  const od_library *library = od_load();
  if (!library) return OD_UNAVAILABLE;
  job job = {
    .library = library, .shape = shape, .x = x, .w = w, .bias = bias, .y = y,
    .part = images_of_part(shape, false)};
  if (prepare(&job, &job.forward, OD_FORWARD, true)) {
    ck_parallel_for(shape->batch, job.part, forward_part, &job);
  }
  finish(&job, &job.forward);
  return status_of(&job);
}

typedef struct {
  const float *sums;
  float *target;
  int64_t parts, count;
} total_job;

static void add_parts(void *context, ck_int low, ck_int high) {
  const total_job *job = context;
  memcpy(job->target + low, job->sums + low, (size_t)(high - low) * sizeof(float));
  for (int64_t part = 1; part < job->parts; part++) {
    const float *from = job->sums + part * job->count;
    for (int64_t i = low; i < high; i++) job->target[i] += from[i];
  }
}

od_status od_convolve_back(
  const od_convolution *shape, const float *x, const float *w, const float *g, float *gx, float *gw) {
  const od_library *library = od_load();
  if (!library) return OD_UNAVAILABLE;
  job job = {
    .library = library, .shape = shape, .x = x, .w = w, .g = g, .gx = gx,
    .part = images_of_part(shape, gw != NULL)};
  int64_t parts = (shape->batch + job.part - 1) / job.part, count = weight_elements(shape);
  int64_t bytes = gw ? parts * count * (int64_t)sizeof(float) : 0;
  if (gw && !(job.sums = ck_pool_allocate(bytes))) return OD_NO_MEMORY;
  bool ready = (!gx || prepare(&job, &job.data, OD_BACK_DATA, true))
               && (!gw || prepare(&job, &job.gradient, OD_BACK_WEIGHTS, false));
  if (ready) ck_parallel_for(shape->batch, job.part, back_part, &job);
  finish(&job, &job.data);
  finish(&job, &job.gradient);
  if (gw) {
    total_job total = {(const float *)job.sums, gw, parts, count};
    if (atomic_load(&job.status) == OD_OK) ck_parallel_for(count, 16384, add_parts, &total);
    ck_pool_free(job.sums, bytes);
  }
  return status_of(&job);
}
