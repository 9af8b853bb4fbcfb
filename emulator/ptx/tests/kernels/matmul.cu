// c = a * b, square, by tiles in shared memory; n is any number.
#define TILE 16
extern "C" __global__ void matmul(const float* a, const float* b, float* c, int n) {
    __shared__ float left[TILE][TILE];
    __shared__ float right[TILE][TILE];
    int row = blockIdx.y * TILE + threadIdx.y;
    int column = blockIdx.x * TILE + threadIdx.x;
    float sum = 0.0f;
    for (int tile = 0; tile < n; tile += TILE) {
        int across = tile + threadIdx.x, down = tile + threadIdx.y;
        left[threadIdx.y][threadIdx.x] = row < n && across < n ? a[row * n + across] : 0.0f;
        right[threadIdx.y][threadIdx.x] = down < n && column < n ? b[down * n + column] : 0.0f;
        __syncthreads();
        for (int k = 0; k < TILE; k++) sum += left[threadIdx.y][k] * right[k][threadIdx.x];
        __syncthreads();
    }
    if (row < n && column < n) c[row * n + column] = sum;
}
