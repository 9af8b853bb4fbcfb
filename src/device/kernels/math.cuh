// Arithmetic that the kernels share, put before each of them.
//
// Only additions, multiplications, divisions and bit patterns, each rounded on
// its own (compiled with --fmad=false), so that `device::ops::math` gives the
// same bits on a host. The library's own exp and tanh differ from one platform
// to the next, and so cannot have a twin.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#define KERNEL extern "C" __global__ void

// The index of this thread in a grid of one dimension.
__device__ __forceinline__ u64 thread_index() {
    return (u64)blockIdx.x * blockDim.x + threadIdx.x;
}

__device__ __forceinline__ float infinity() { return __int_as_float(0x7f800000); }

// 2^n, for n from -126 to 127.
__device__ __forceinline__ float power_of_two(int n) { return __int_as_float((n + 127) << 23); }

// Splits x into n ln 2 + r and returns e^r - 1, by the series of e^r.
__device__ __forceinline__ float reduced(float x, int* n) {
    float shifted = x * 1.44269504f + 12582912.0f;
    float whole = shifted - 12582912.0f;
    *n = __float_as_int(shifted) - 0x4b400000;
    // ln 2 in two parts, of which the first has so few digits that the product is exact.
    float r = (x - whole * 0.693359375f) - whole * -2.12194440e-4f;
    float p = 1.98412698e-4f;
    p = p * r + 1.38888889e-3f;
    p = p * r + 8.33333333e-3f;
    p = p * r + 4.16666667e-2f;
    p = p * r + 1.66666667e-1f;
    p = p * r + 5.00000000e-1f;
    return p * (r * r) + r;
}

__device__ __forceinline__ float exponential(float x) {
    if (x != x) return x;
    if (x > 88.72284f) return infinity();
    if (x < -103.98f) return 0.0f;
    int n;
    float p = reduced(x, &n) + 1.0f;
    // In two steps, since 2^128 is no float and 2^-149 has lost its digits.
    int half = n / 2;
    return p * power_of_two(half) * power_of_two(n - half);
}

// e^x - 1, without the cancellation near zero.
__device__ __forceinline__ float exponential_less_one(float x) {
    if (x < -17.5f) return -1.0f;
    if (!(x < 88.0f)) return exponential(x);
    int n;
    float p = reduced(x, &n);
    float scale = power_of_two(n);
    return scale * p + (scale - 1.0f);
}

__device__ __forceinline__ float logistic(float x) { return 1.0f / (1.0f + exponential(-x)); }

__device__ __forceinline__ float hyperbolic_tangent(float x) {
    if (x != x) return x;
    float size = fabsf(x);
    float e = exponential_less_one(2.0f * size);
    float t = size > 10.0f ? 1.0f : e / (e + 2.0f);
    return x < 0.0f ? -t : t;
}

// The error function, within 5e-7.
__device__ __forceinline__ float error_function(float x) {
    if (x != x) return x;
    float size = fabsf(x);
    float t = 1.0f / (1.0f + 0.3275911f * size);
    float p = 1.061405429f;
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    float y = 1.0f - p * t * exponential(-(size * size));
    return x < 0.0f ? -y : y;
}

// The numbers are those of `device::Activation::number`.
__device__ __forceinline__ float activated(float x, u32 activation, float alpha) {
    switch (activation) {
        case 1: return x < 0.0f ? 0.0f : x;
        case 2: return x < 0.0f ? alpha * x : x;
        case 3: return x < 0.0f ? alpha * exponential_less_one(x) : x;
        case 4: return logistic(x);
        case 5: return hyperbolic_tangent(x);
        case 6: return 0.5f * x * (1.0f + error_function(x * 0.70710678f));
        default: return x;
    }
}

// Adds what the 32 lanes of a warp hold, always in the same order.
__device__ __forceinline__ float warp_sum(float x) {
    for (int distance = 16; distance > 0; distance /= 2) {
        x += __shfl_xor_sync(0xffffffffu, x, distance);
    }
    return x;
}

__device__ __forceinline__ float larger(float a, float b) { return a > b ? a : b; }
