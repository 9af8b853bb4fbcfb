// 1 where x is above the limit, else 0; NaN is above nothing.

KERNEL threshold(const float* __restrict__ x, u8* __restrict__ y, u64 elements, float limit) {
    u64 i = thread_index();
    if (i < elements) y[i] = x[i] > limit ? 1 : 0;
}
