// What follows a matrix product: y = activation(y + bias), in place.

KERNEL bias_activate(float* __restrict__ y, const float* __restrict__ bias, u64 elements,
                     u32 columns, u32 activation, float alpha) {
    u64 i = thread_index();
    if (i < elements) y[i] = activated(y[i] + bias[i % columns], activation, alpha);
}
