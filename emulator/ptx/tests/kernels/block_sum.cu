// One sum per block: shuffles within warps, shared memory between them.
extern "C" __global__ void block_sum(const float* in, float* out, unsigned n) {
    __shared__ float sums[32];
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    float value = i < n ? in[i] : 0.0f;
    for (int by = 16; by > 0; by >>= 1) value += __shfl_down_sync(0xFFFFFFFFu, value, by);
    if (threadIdx.x % 32 == 0) sums[threadIdx.x / 32] = value;
    __syncthreads();
    if (threadIdx.x < 32) {
        value = threadIdx.x < blockDim.x / 32 ? sums[threadIdx.x] : 0.0f;
        for (int by = 16; by > 0; by >>= 1) value += __shfl_down_sync(0xFFFFFFFFu, value, by);
        if (threadIdx.x == 0) out[blockIdx.x] = value;
    }
}
