#ifndef LAMELLA_FOURIER_H
#define LAMELLA_FOURIER_H
// Fourier transforms of single rows by FFTW, whose libraries (libfftw3, libfftw3f) are loaded on first use.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a transform takes and gives. Results are not scaled.
typedef enum {
  // n complex numbers to n complex numbers, with exp(-2πi jk / n).
  FT_FORWARD = 0,
  // The same with exp(+2πi jk / n).
  FT_BACKWARD = 1,
  // n real numbers to the first n / 2 + 1 complex ones of FT_FORWARD.
  FT_REAL_FORWARD = 2,
  // n / 2 + 1 complex numbers to n real ones: what FT_BACKWARD gives when the rest are the conjugates.
  FT_REAL_BACKWARD = 3
} ft_kind;

typedef struct ft_plan ft_plan;

// Whether the library for the precision is there.
bool ft_is_loaded(bool is_double);
// How to transform rows of n; `is_aligned` says that all rows begin at multiples of 16 bytes. NULL without memory, or without
// the library. The same arguments give the same sequence of operations every time.
ft_plan *ft_plan_create(ft_kind kind, int32_t n, bool is_double, bool is_aligned);
void ft_plan_free(ft_plan *plan);
// Transforms one row; `in` is kept. May run on several threads at once.
void ft_run(const ft_plan *plan, const void *in, void *out);

#endif
