#ifndef LAMELLA_CODING_H
#define LAMELLA_CODING_H
#include "kernels.h"

// Channels written with a few bits: buckets, packing, distances (packing.c). Everything is contiguous unless it says
// otherwise. Results are the same for any number of threads.

// How many of the ascending edges each element is above, 0 for NaN; both of CK_F32 or of CK_F64.
ck_status ck_bucketize(
  int32_t dtype, const void *x, ck_int count, const void *edges, ck_int edge_count, int64_t *out);

// Codes of 1 to 8 bits in bytes: code i of a row is in bits i · bits … of the row, the lowest first.
// Rows of `width` codes, one byte each, into rows of (width · bits + 7) / 8 bytes. A code that does not fit gives
// CK_OUT_OF_RANGE.
ck_status ck_pack_codes(const uint8_t *codes, ck_int rows, ck_int width, int32_t bits, uint8_t *out);
// The reverse: `width` codes of each row of `bytes` bytes, at most bytes · 8 / bits.
ck_status ck_unpack_codes(
  const uint8_t *packed, ck_int rows, ck_int bytes, int32_t bits, ck_int width, uint8_t *out);

// What the distance of two codes a, b is: |a - b|, (a - b)², a ^ b (bit j weighs 2^j).
typedef enum { CK_DISTANCE_L1 = 0, CK_DISTANCE_L2 = 1, CK_DISTANCE_XOR = 2 } ck_distance_metric;

// Rows of packed codes that are compared: of each operand one for each place of a shape, strides in bytes (0 repeats).
typedef struct {
  int32_t rank;
  ck_int shape[CK_MAX_RANK], a_strides[CK_MAX_RANK], b_strides[CK_MAX_RANK];
  ck_int bytes;
  int32_t bits;
  ck_distance_metric metric;
} ck_packed_rows;

// The sum of the distances of the codes of each pair of rows.
ck_status ck_packed_distances(
  const ck_packed_rows *rows, const uint8_t *a, const uint8_t *b, int64_t *out);

#endif
