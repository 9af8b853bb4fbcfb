// What the other kernels do not have: calls that stay calls, arrays indexed
// at run time, tables, doubles, switches, 64-bit division, the libraries' sine.
__constant__ int table[4] = {3, 1, 4, 1};
__device__ double scale = 0.5;
__device__ __noinline__ int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
extern "C" __global__ void calls(double* out, const int* in, int n) {
    int i = threadIdx.x;
    int order[8];
    for (int k = 0; k < 8; k++) order[k] = in[(i + k) % n];
    for (int k = 1; k < 8; k++)
        for (int j = k; j > 0 && order[j - 1] > order[j]; j--) { int t = order[j]; order[j] = order[j - 1]; order[j - 1] = t; }
    double value = fibonacci(i % 10) + order[in[i % n] & 7] * scale + table[i & 3];
    switch (i % 6) {
        case 0: value += sin((double)i); break;
        case 1: value += sinf((float)i); break;
        case 2: value += (long long)i * 1000003 / (in[i % n] + 7); break;
        case 3: value += __popc(i) + __clz(i) + __brev(i) % 7; break;
        case 4: value = sqrt(value); break;
        default: value += expf((float)i / 100.0f) + logf((float)i);
    }
    out[i] = value;
}
