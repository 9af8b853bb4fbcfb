// y = (x - mean) / deviation, each column with its own.

KERNEL normalise(const float* __restrict__ x, const float* __restrict__ mean,
                 const float* __restrict__ deviation, float* __restrict__ y, u64 elements,
                 u32 columns) {
    u64 i = thread_index();
    if (i >= elements) return;
    u64 column = i % columns;
    y[i] = (x[i] - mean[column]) / deviation[column];
}
