// Picking and placing elements by offset: masks and integer tensors as indices come down to a list of offsets, with
// axes before and after the picked one.
#include "kernel.h"

#include <stdatomic.h>

// Bytes a thread is given at least.
static const int64_t part_bytes = 1 << 16;

ck_int ck_count_true(const uint8_t *mask, ck_int count) {
  int64_t total = 0;
  for (int64_t i = 0; i < count; i++) total += mask[i] != 0;
  return total;
}

// True elements of one row, whose first has the offset `base`.
static int64_t *row_offsets(
  const uint8_t *mask, int64_t count, int64_t base, int64_t stride, int64_t *out) {
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    uint64_t word;
    memcpy(&word, mask + i, 8);
    for (; word != 0; word &= word - 1) {
      *out++ = base + (i + __builtin_ctzll(word) / 8) * stride;
    }
  }
  for (; i < count; i++) {
    if (mask[i]) *out++ = base + i * stride;
  }
  return out;
}

void ck_mask_offsets(
  const uint8_t *mask, const ck_int *shape, const ck_int *strides, int32_t rank, int64_t *out) {
  if (rank == 0) {
    if (*mask) *out = 0;
    return;
  }
  int64_t position[CK_MAX_RANK] = {0};
  int64_t rows = 1, base = 0, length = shape[rank - 1];
  for (int32_t axis = 0; axis < rank - 1; axis++) rows *= shape[axis];
  for (int64_t row = 0; row < rows; row++) {
    out = row_offsets(mask + row * length, length, base, strides[rank - 1], out);
    for (int32_t axis = rank - 2; axis >= 0; axis--) {
      base += strides[axis];
      if (++position[axis] < shape[axis]) break;
      base -= strides[axis] * shape[axis];
      position[axis] = 0;
    }
  }
}

ck_int ck_index_offsets(
  const int64_t *positions, ck_int count, ck_int size, ck_int stride, int64_t *out) {
  int64_t outside = 0;
  for (int64_t i = 0; i < count; i++) {
    int64_t p = positions[i];
    int64_t place = p < 0 ? p + size : p;
    outside |= (place < 0) | (place >= size);
    out[i] = (int64_t)((uint64_t)place * (uint64_t)stride);
  }
  if (!outside) return -1;
  for (int64_t i = 0; i < count; i++) {
    if (positions[i] < -size || positions[i] >= size) return i;
  }
  return -1;
}

typedef struct {
  bool scatters;
  // The strided side, and the contiguous one.
  char *strided;
  char *dense;
  const int64_t *offsets;
  int64_t count;
  const ck_axes *before;
  ck_axes after;
  int64_t after_count;
  int64_t size;
  _Atomic bool stopped;
} transfer;

static void copy_block(const transfer *t, char *dense, char *strided, int64_t bytes) {
  if (t->scatters) {
    memcpy(strided, dense, (size_t)bytes);
  } else {
    memcpy(dense, strided, (size_t)bytes);
  }
}

// The elements of the axes after the picked one, for one offset.
static void transfer_after(const transfer *t, char *dense, char *strided) {
  const ck_axes *after = &t->after;
  int32_t inner = after->rank - 1;
  int64_t block = t->size, rows = t->after_count;
  if (inner >= 0 && after->strides[inner] == t->size) {
    block *= after->shape[inner];
    rows /= after->shape[inner];
    inner--;
  }
  int64_t position[CK_MAX_RANK] = {0};
  for (int64_t row = 0; row < rows; row++) {
    copy_block(t, dense, strided, block);
    dense += block;
    for (int32_t axis = inner; axis >= 0; axis--) {
      strided += after->strides[axis];
      if (++position[axis] < after->shape[axis]) break;
      strided -= after->strides[axis] * after->shape[axis];
      position[axis] = 0;
    }
  }
}

#define PICK(type)                                                             \
  if (t->scatters) {                                                           \
    for (int64_t i = low; i < high; i++) {                                     \
      ((type *)strided)[t->offsets[i]] = ((const type *)dense)[i];             \
    }                                                                          \
  } else {                                                                     \
    for (int64_t i = low; i < high; i++) {                                     \
      ((type *)dense)[i] = ((const type *)strided)[t->offsets[i]];             \
    }                                                                          \
  }

// Offsets low ..< high, for one place on the axes before.
static void transfer_offsets(
  const transfer *t, char *dense, char *strided, int64_t low, int64_t high) {
  if (t->after_count == 1) {
    switch (t->size) {
    case 1: PICK(uint8_t) break;
    case 2: PICK(uint16_t) break;
    case 4: PICK(uint32_t) break;
    case 8: PICK(uint64_t) break;
    case 16: PICK(complex128) break;
    }
    return;
  }
  for (int64_t i = low; i < high; i++) {
    transfer_after(
      t, dense + i * t->after_count * t->size, strided + t->offsets[i] * t->size);
  }
}

// Offsets low ..< high, counted through all places before.
static void transfer_part(void *context, int64_t low, int64_t high) {
  transfer *t = context;
  for (int64_t index = low; index < high;) {
    if (ck_interrupted()) {
      atomic_store_explicit(&t->stopped, true, memory_order_relaxed);
      return;
    }
    int64_t place = index / t->count, first = index % t->count;
    int64_t n = t->count - first < high - index ? t->count - first : high - index;
    if (n > 4096) n = 4096;
    char *strided = t->strided;
    int64_t rest = place;
    for (int32_t axis = t->before->rank - 1; axis >= 0; axis--) {
      strided += rest % t->before->shape[axis] * t->before->strides[axis];
      rest /= t->before->shape[axis];
    }
    char *dense = t->dense + place * t->count * t->after_count * t->size;
    transfer_offsets(t, dense, strided, first, first + n);
    index += n;
  }
}

static ck_status run(transfer *t, const ck_axes *after) {
  int64_t places = 1;
  for (int32_t axis = 0; axis < t->before->rank; axis++) places *= t->before->shape[axis];
  t->after_count = 1;
  t->after.rank = 0;
  for (int32_t axis = 0; axis < after->rank; axis++) {
    int64_t length = after->shape[axis];
    t->after_count *= length;
    int32_t last = t->after.rank - 1;
    if (length == 1) continue;
    if (last >= 0 && t->after.strides[last] == after->strides[axis] * length) {
      t->after.shape[last] *= length;
    } else {
      last = t->after.rank++;
      t->after.shape[last] = length;
    }
    t->after.strides[last] = after->strides[axis];
  }
  if (places * t->count * t->after_count == 0) return CK_OK;
  int64_t grain = part_bytes / (t->after_count * t->size);
  if (t->scatters) {
    transfer_part(t, 0, places * t->count);
  } else {
    ck_parallel_for(places * t->count, grain < 1 ? 1 : grain, transfer_part, t);
  }
  return atomic_load_explicit(&t->stopped, memory_order_relaxed) ? CK_INTERRUPTED : CK_OK;
}

ck_status ck_gather(
  void *target, const void *source, const int64_t *offsets, ck_int count, const ck_axes *before,
  const ck_axes *after, ck_int element_size) {
  transfer t = {
    .strided = (char *)source, .dense = target, .offsets = offsets, .count = count,
    .before = before, .size = element_size};
  return run(&t, after);
}

ck_status ck_scatter(
  void *target, const void *source, const int64_t *offsets, ck_int count, const ck_axes *before,
  const ck_axes *after, ck_int element_size) {
  transfer t = {
    .scatters = true, .strided = target, .dense = (char *)source, .offsets = offsets,
    .count = count, .before = before, .size = element_size};
  return run(&t, after);
}
