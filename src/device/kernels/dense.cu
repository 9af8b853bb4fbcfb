// A dense layer: y = activation(x weights + bias).
//
// x is [rows, inputs], weights [inputs, outputs], y [rows, outputs]. A block of
// 16 x 16 threads makes 16 rows of 64 outputs, four outputs a thread, from
// tiles in shared memory. Each sum runs over the inputs in their order, one
// product after another: bit-equal to its twin.

#define TILE 16
#define WIDE 64

KERNEL dense(const float* __restrict__ x, const float* __restrict__ weights,
             const float* __restrict__ bias, float* __restrict__ y, u32 rows, u32 inputs,
             u32 outputs, u32 activation, float alpha) {
    __shared__ float x_tile[TILE][TILE];
    __shared__ float w_tile[TILE][WIDE];
    u32 row = blockIdx.y * TILE + threadIdx.y;
    u32 first = blockIdx.x * WIDE + threadIdx.x;
    float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (u32 start = 0; start < inputs; start += TILE) {
        u32 across = start + threadIdx.x;
        u32 down = start + threadIdx.y;
        x_tile[threadIdx.y][threadIdx.x] =
            row < rows && across < inputs ? x[(u64)row * inputs + across] : 0.0f;
        for (u32 part = 0; part < 4; part++) {
            u32 column = first + part * TILE;
            w_tile[threadIdx.y][threadIdx.x + part * TILE] =
                down < inputs && column < outputs ? weights[(u64)down * outputs + column] : 0.0f;
        }
        __syncthreads();
        // Zeros beyond the last input leave the sums as they are.
        for (u32 k = 0; k < TILE; k++) {
            float value = x_tile[threadIdx.y][k];
            for (u32 part = 0; part < 4; part++) {
                sum[part] += value * w_tile[k][threadIdx.x + part * TILE];
            }
        }
        __syncthreads();
    }
    if (row >= rows) return;
    for (u32 part = 0; part < 4; part++) {
        u32 column = first + part * TILE;
        if (column < outputs) {
            y[(u64)row * outputs + column] =
                activated(sum[part] + bias[column], activation, alpha);
        }
    }
}
