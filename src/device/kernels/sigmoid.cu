// y = 1 / (1 + e^-x).

KERNEL sigmoid(const float* __restrict__ x, float* __restrict__ y, u64 elements) {
    u64 i = thread_index();
    if (i < elements) y[i] = logistic(x[i]);
}
