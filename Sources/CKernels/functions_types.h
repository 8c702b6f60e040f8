// The two instances of functions.h: `name_f32` and `name_f64`.

#define F float
#define I int32_t
#define U uint32_t
#define FN(name) name##_f32
#define MANTISSA 23
#define BIAS 127
#define MAGIC 12582912.0f
#define EPSILON FLT_EPSILON
#define SMALLEST_NORMAL FLT_MIN
#define SQRT_HALF 0.70710678f
#define LOG2E 0x1.715476p+0f
#define LN2_HI 0x1.62ep-1f
#define LN2_LO 0x1.0bfbe8p-15f
#define EXP_MAX 89.0f
#define EXP_MIN -104.0f
#define LN_SMALLEST_NORMAL -87.0f
#define EXPM1_MIN -20.0f
#define TANH_MAX 10.0f
#define EXP_Q(r)                                                               \
  (0.5f                                                                        \
   + (r) * (0x1.5554dcp-3f + (r) * (0x1.555518p-5f + (r) * (0x1.120be2p-7f + (r) * 0x1.6d117cp-10f))))
#define LOG_R(z)                                                               \
  (0x1.555556p-1f + (z) * (0x1.9999ecp-2f + (z) * (0x1.245c0ap-2f + (z) * 0x1.dddadep-3f)))
#define SIN_S(z) (-0x1.555552p-3f + (z) * (0x1.110c1ep-7f + (z) * -0x1.9ac446p-13f))
#define COS_C(z) (0x1.555554p-5f + (z) * (-0x1.6c12cap-10f + (z) * 0x1.9bd444p-16f))
#define ERFC_MAX 10.1f
#define LOW_HALF 0xfff
#define ERF_P(z)                                                               \
  (0x1.06eba8p-3f                                                              \
  + (z) * (-0x1.81273ep-2f                                                     \
  + (z) * (0x1.ce2d1p-4f                                                       \
  + (z) * (-0x1.b7fabap-6f                                                     \
  + (z) * (0x1.54127p-8f                                                       \
  + (z) * (-0x1.a45088p-11f                                                    \
  + (z) * 0x1.4a569p-14f))))))
#define ERFC_Q(u)                                                              \
  (0x1.e144dp-2f                                                               \
  + (u) * (0x1.3d029cp-1f                                                      \
  + (u) * (0x1.0e42dcp-1f                                                      \
  + (u) * (0x1.79691ap-3f                                                      \
  + (u) * (-0x1.13544p-3f                                                      \
  + (u) * (-0x1.1430a8p-3f                                                     \
  + (u) * (0x1.0f30e6p-4f                                                      \
  + (u) * (0x1.60a91ep-4f                                                      \
  + (u) * (-0x1.c80ef8p-5f                                                     \
  + (u) * -0x1.57f842p-6f)))))))))

static inline float magnitude_f32(float x) {
  return __builtin_fabsf(x);
}

static inline float with_sign_f32(float x, float sign) {
  return __builtin_copysignf(x, sign);
}

// x less the nearest multiple n of π / 2, in double: two parts of π / 2 whose products with n are exact.
static inline float reduce_f32(float x, int32_t *n) {
  double t = (double)x * 0x1.45f306dc9c883p-1 + 6755399441055744.0;
  double k = t - 6755399441055744.0;
  int64_t i;
  memcpy(&i, &t, sizeof i);
  *n = (int32_t)i;
  return (float)(((double)x - k * 0x1.921fb544p+0) - k * 0x1.0b4611a626331p-34);
}

#include "functions.h"

#undef F
#undef I
#undef U
#undef FN
#undef MANTISSA
#undef BIAS
#undef MAGIC
#undef EPSILON
#undef SMALLEST_NORMAL
#undef SQRT_HALF
#undef LOG2E
#undef LN2_HI
#undef LN2_LO
#undef EXP_MAX
#undef EXP_MIN
#undef LN_SMALLEST_NORMAL
#undef EXPM1_MIN
#undef TANH_MAX
#undef EXP_Q
#undef LOG_R
#undef SIN_S
#undef COS_C
#undef ERFC_MAX
#undef LOW_HALF
#undef ERF_P
#undef ERFC_Q

#define F double
#define I int64_t
#define U uint64_t
#define FN(name) name##_f64
#define MANTISSA 52
#define BIAS 1023
#define MAGIC 6755399441055744.0
#define EPSILON DBL_EPSILON
#define SMALLEST_NORMAL DBL_MIN
#define SQRT_HALF 0.7071067811865476
#define LOG2E 0x1.71547652b82fep+0
#define LN2_HI 0x1.62e42feep-1
#define LN2_LO 0x1.a39ef35793c76p-33
#define EXP_MAX 710.0
#define EXP_MIN -746.0
#define LN_SMALLEST_NORMAL -708.0
#define EXPM1_MIN -40.0
#define TANH_MAX 22.0
#define EXP_Q(r)                                                               \
  (0.5                                                                         \
   + (r)                                                                       \
       * (0x1.5555555555556p-3                                                 \
          + (r)                                                                \
              * (0x1.5555555553d37p-5                                          \
                 + (r)                                                         \
                     * (0x1.11111111109a6p-7                                   \
                        + (r)                                                  \
                            * (0x1.6c16c1789d1d7p-10                           \
                               + (r)                                           \
                                   * (0x1.a01a01a7cebcdp-13                    \
                                      + (r)                                    \
                                          * (0x1.a019b8ca26fcfp-16             \
                                             + (r)                             \
                                                 * (0x1.71de0d85293b8p-19      \
                                                    + (r)                      \
                                                        * (0x1.2891d4ffbb0f9p-22 \
                                                           + (r) * 0x1.af390ba7e6f47p-26)))))))))
#define LOG_R(z)                                                               \
  (0x1.5555555555558p-1                                                        \
   + (z)                                                                       \
       * (0x1.9999999995204p-2                                                 \
          + (z)                                                                \
              * (0x1.2492492e09d1ap-2                                          \
                 + (z)                                                         \
                     * (0x1.c71c62c63e016p-3                                   \
                        + (z)                                                  \
                            * (0x1.7462bd8e53c17p-3                            \
                               + (z) * (0x1.39fd39474ad34p-3 + (z) * 0x1.2b6686d1072f3p-3))))))
#define SIN_S(z)                                                               \
  (-0x1.5555555555555p-3                                                       \
   + (z)                                                                       \
       * (0x1.1111111110b97p-7                                                 \
          + (z)                                                                \
              * (-0x1.a01a019e7d21ap-13                                        \
                 + (z)                                                         \
                     * (0x1.71de378e148cap-19                                  \
                        + (z) * (-0x1.ae60023696a43p-26 + (z) * 0x1.5e07f04f301b6p-33)))))
#define COS_C(z)                                                               \
  (0x1.5555555555555p-5                                                        \
   + (z)                                                                       \
       * (-0x1.6c16c16c16959p-10                                               \
          + (z)                                                                \
              * (0x1.a01a019f4b6aap-16                                         \
                 + (z)                                                         \
                     * (-0x1.27e4fa139e45dp-22                                 \
                        + (z) * (0x1.1eeb64821c697p-29 + (z) * -0x1.907a78f9a8549p-37)))))
#define ERFC_MAX 27.5
#define LOW_HALF 0x7ffffff
#define ERF_P(z)                                                               \
  (0x1.06eba8214db69p-3                                                        \
  + (z) * (-0x1.812746b0379e6p-2                                               \
  + (z) * (0x1.ce2f21a042b30p-4                                                \
  + (z) * (-0x1.b82ce31284e00p-6                                               \
  + (z) * (0x1.565bcd0dbaa38p-8                                                \
  + (z) * (-0x1.c02db3dac435fp-11                                              \
  + (z) * (0x1.f9a321d5b8e1ep-14                                               \
  + (z) * (-0x1.f4d1e3183f7aep-17                                              \
  + (z) * (0x1.b9df224ca4b97p-20                                               \
  + (z) * (-0x1.5f1ecb6f0764cp-23                                              \
  + (z) * (0x1.f7b4bf3b13964p-27                                               \
  + (z) * (-0x1.389d4f2641625p-30                                              \
  + (z) * 0x1.05ffd737fb32ep-34))))))))))))
#define ERFC_Q(u)                                                              \
  (0x1.e144d0fea7ee2p-2                                                        \
  + (u) * (0x1.3d029aa6575fbp-1                                                \
  + (u) * (0x1.0e42d9bbc26b1p-1                                                \
  + (u) * (0x1.796d851a62836p-3                                                \
  + (u) * (-0x1.1355cdedd37b2p-3                                               \
  + (u) * (-0x1.14f55e6424216p-3                                               \
  + (u) * (0x1.10cd8c98b8656p-4                                                \
  + (u) * (0x1.7acff349414f7p-4                                                \
  + (u) * (-0x1.0e0c4809384e0p-4                                               \
  + (u) * (-0x1.e6eb7d7d3f882p-5                                               \
  + (u) * (0x1.4fe6a1013319ep-4                                                \
  + (u) * (0x1.2372c083be605p-6                                                \
  + (u) * (-0x1.7d31ab7d4ae45p-4                                               \
  + (u) * (0x1.532b612471886p-5                                                \
  + (u) * (0x1.2ed5b8bc12155p-4                                                \
  + (u) * (-0x1.b35f21f2fa33fp-4                                               \
  + (u) * (-0x1.cad7efc4bad4cp-9                                               \
  + (u) * (0x1.11d785afcbcc4p-3                                                \
  + (u) * (-0x1.75ad59b000e15p-4                                               \
  + (u) * (-0x1.4447e825c8226p-4                                               \
  + (u) * (0x1.a374e6db738ddp-4                                                \
  + (u) * -0x1.7aadb79b40b22p-8)))))))))))))))))))))

static inline double magnitude_f64(double x) {
  return __builtin_fabs(x);
}

static inline double with_sign_f64(double x, double sign) {
  return __builtin_copysign(x, sign);
}

// x less the nearest multiple n of π / 2; the products with the first two parts of π / 2 are exact.
static inline double reduce_f64(double x, int64_t *n) {
  double t = x * 0x1.45f306dc9c883p-1 + 6755399441055744.0;
  double k = t - 6755399441055744.0;
  memcpy(n, &t, sizeof *n);
  return ((x - k * 0x1.921fb544p+0) - k * 0x1.0b4611a6p-34) - k * 0x1.3198a2e037073p-69;
}

#include "functions.h"

#undef F
#undef I
#undef U
#undef FN
