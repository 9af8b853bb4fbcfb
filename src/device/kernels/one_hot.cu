// One element for each class, 1 at the code and 0 elsewhere.
//
// A code that is no class leaves zeros.

template <typename Code>
__device__ __forceinline__ void one_hot(const Code* codes, float* y, u64 elements, u32 classes) {
    u64 i = thread_index();
    if (i < elements) y[i] = codes[i / classes] == (Code)(i % classes) ? 1.0f : 0.0f;
}

KERNEL one_hot_i32(const int* __restrict__ codes, float* __restrict__ y, u64 elements,
                   u32 classes) {
    one_hot(codes, y, elements, classes);
}

KERNEL one_hot_i64(const i64* __restrict__ codes, float* __restrict__ y, u64 elements,
                   u32 classes) {
    one_hot(codes, y, elements, classes);
}
