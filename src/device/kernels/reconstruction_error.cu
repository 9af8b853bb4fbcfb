// The mean squared difference of each row from what was made of it, a warp a row.
//
// Lane l takes the columns l, l + 32, ...; the lanes are added as `warp_sum`
// does: bit-equal to its twin.

KERNEL reconstruction_error(const float* __restrict__ x, const float* __restrict__ rebuilt,
                            float* __restrict__ y, u32 rows, u32 columns) {
    u64 row = thread_index() / 32;
    u32 lane = threadIdx.x % 32;
    if (row >= rows) return;
    float sum = 0.0f;
    for (u32 c = lane; c < columns; c += 32) {
        float difference = x[row * columns + c] - rebuilt[row * columns + c];
        sum += difference * difference;
    }
    sum = warp_sum(sum);
    if (lane == 0) y[row] = sum / (float)columns;
}
