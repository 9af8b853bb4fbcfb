// The softmax of each row, a warp a row.
//
// Lane l takes the columns l, l + 32, ...; the lanes are added as `warp_sum`
// does: bit-equal to its twin. A NaN makes its whole row NaN.

KERNEL softmax(const float* __restrict__ x, float* __restrict__ y, u32 rows, u32 columns) {
    u64 row = thread_index() / 32;
    u32 lane = threadIdx.x % 32;
    // A warp is in one row, so that it leaves as a whole.
    if (row >= rows) return;
    const float* from = x + row * columns;
    float* to = y + row * columns;
    float most = -infinity();
    for (u32 c = lane; c < columns; c += 32) most = larger(from[c], most);
    for (int distance = 16; distance > 0; distance /= 2) {
        most = larger(__shfl_xor_sync(0xffffffffu, most, distance), most);
    }
    float sum = 0.0f;
    for (u32 c = lane; c < columns; c += 32) {
        float value = exponential(from[c] - most);
        to[c] = value;
        sum += value;
    }
    sum = warp_sum(sum);
    for (u32 c = lane; c < columns; c += 32) to[c] = to[c] / sum;
}
