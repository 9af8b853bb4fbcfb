// Softmax of rows, one block each, with the device's fast exponential, and
// parameters in a structure.
struct Shape { float* data; unsigned columns; float scale; };
extern "C" __global__ void softmax(Shape shape) {
    __shared__ float reduced[128];
    float* row = shape.data + (size_t)blockIdx.x * shape.columns;
    float most = -INFINITY;
    for (unsigned i = threadIdx.x; i < shape.columns; i += blockDim.x) most = fmaxf(most, row[i] * shape.scale);
    reduced[threadIdx.x] = most;
    __syncthreads();
    for (unsigned by = blockDim.x / 2; by > 0; by /= 2) {
        if (threadIdx.x < by) reduced[threadIdx.x] = fmaxf(reduced[threadIdx.x], reduced[threadIdx.x + by]);
        __syncthreads();
    }
    most = reduced[0];
    __syncthreads();
    float sum = 0.0f;
    for (unsigned i = threadIdx.x; i < shape.columns; i += blockDim.x) {
        row[i] = __expf(row[i] * shape.scale - most);
        sum += row[i];
    }
    reduced[threadIdx.x] = sum;
    __syncthreads();
    for (unsigned by = blockDim.x / 2; by > 0; by /= 2) {
        if (threadIdx.x < by) reduced[threadIdx.x] += reduced[threadIdx.x + by];
        __syncthreads();
    }
    for (unsigned i = threadIdx.x; i < shape.columns; i += blockDim.x) row[i] /= reduced[0];
}
