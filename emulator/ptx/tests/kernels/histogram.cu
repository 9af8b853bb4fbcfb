// Counts bytes: in shared memory of the launch's size, then in global memory.
extern "C" __global__ void histogram(const unsigned char* in, unsigned* out, unsigned n) {
    extern __shared__ unsigned counts[];
    for (unsigned i = threadIdx.x; i < 256; i += blockDim.x) counts[i] = 0;
    __syncthreads();
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        atomicAdd(&counts[in[i]], 1u);
    __syncthreads();
    for (unsigned i = threadIdx.x; i < 256; i += blockDim.x) atomicAdd(&out[i], counts[i]);
}
