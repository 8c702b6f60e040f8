// Windows of an image as columns, so that a convolution is a matrix product; and back. On the calling thread.
#include "neural.h"

// The places of a row of the result whose column `start + place · stride` is on the image: low ≤ place < high.
static void inside(
  int64_t start, int64_t stride, int64_t size, int64_t count, int64_t *low, int64_t *high) {
  *low = start < 0 ? (-start + stride - 1) / stride : 0;
  *high = size - start <= 0 ? 0 : (size - start + stride - 1) / stride;
  if (*high > count) *high = count;
  if (*low > *high) *low = *high;
}

#define WINDOWS(F, T)                                                                             \
  static void windows_##T(const ck_window_layout *layout, const F *image, F *columns) {           \
    int64_t width = layout->out_width, stride = layout->stride[1];                                \
    for (int64_t c = 0; c < layout->channels; c++, image += layout->height * layout->width) {     \
      for (int64_t i = 0; i < layout->kernel[0]; i++) {                                           \
        for (int64_t j = 0; j < layout->kernel[1]; j++) {                                         \
          int64_t start = j * layout->dilation[1] - layout->padding[1], low, high;                \
          inside(start, stride, layout->width, width, &low, &high);                               \
          for (int64_t row = 0; row < layout->out_height; row++, columns += width) {              \
            int64_t y = row * layout->stride[0] + i * layout->dilation[0] - layout->padding[0];   \
            if (y < 0 || y >= layout->height) {                                                   \
              memset(columns, 0, (size_t)width * sizeof(F));                                      \
              continue;                                                                           \
            }                                                                                     \
            const F *from = image + y * layout->width + start;                                    \
            for (int64_t x = 0; x < low; x++) columns[x] = 0;                                     \
            if (stride == 1) {                                                                    \
              memcpy(columns + low, from + low, (size_t)(high - low) * sizeof(F));                \
            } else {                                                                              \
              for (int64_t x = low; x < high; x++) columns[x] = from[x * stride];                 \
            }                                                                                     \
            for (int64_t x = high; x < width; x++) columns[x] = 0;                                \
          }                                                                                       \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
  }                                                                                               \
  static void windows_back_##T(const ck_window_layout *layout, const F *columns, F *image) {      \
    int64_t width = layout->out_width, stride = layout->stride[1];                                \
    for (int64_t c = 0; c < layout->channels; c++, image += layout->height * layout->width) {     \
      for (int64_t i = 0; i < layout->kernel[0]; i++) {                                           \
        for (int64_t j = 0; j < layout->kernel[1]; j++) {                                         \
          int64_t start = j * layout->dilation[1] - layout->padding[1], low, high;                \
          inside(start, stride, layout->width, width, &low, &high);                               \
          for (int64_t row = 0; row < layout->out_height; row++, columns += width) {              \
            int64_t y = row * layout->stride[0] + i * layout->dilation[0] - layout->padding[0];   \
            if (y < 0 || y >= layout->height) continue;                                           \
            F *to = image + y * layout->width + start;                                            \
            for (int64_t x = low; x < high; x++) to[x * stride] += columns[x];                    \
          }                                                                                       \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
  }

WINDOWS(float, f32)
WINDOWS(double, f64)

void ck_windows(int32_t dtype, const ck_window_layout *layout, const void *image, void *columns) {
  if (dtype == CK_F32) {
    windows_f32(layout, image, columns);
  } else {
    windows_f64(layout, image, columns);
  }
}

void ck_windows_back(
  int32_t dtype, const ck_window_layout *layout, const void *columns, void *image) {
  if (dtype == CK_F32) {
    windows_back_f32(layout, columns, image);
  } else {
    windows_back_f64(layout, columns, image);
  }
}
