// The largest row of each message, column by column.
//
// Row r belongs to the message seq_ids[r]; one that belongs to none is passed
// over. The maxima are kept as integers in the order of the floats, so that
// the order of the atomics does not matter: bit-equal to its twin. NaN is above
// all else, and a message without rows has minus infinity.
//
// Three kernels, one after another: row_max_begin, row_max, row_max_end.

__device__ __forceinline__ int key_of(float x) {
    if (x != x) return 0x7fc00000;
    int bits = __float_as_int(x);
    return bits < 0 ? bits ^ 0x7fffffff : bits;
}

KERNEL row_max_begin(int* __restrict__ keys, u64 elements) {
    u64 i = thread_index();
    if (i < elements) keys[i] = key_of(-infinity());
}

KERNEL row_max(const float* __restrict__ x, const int* __restrict__ seq_ids,
               int* __restrict__ keys, u64 elements, u32 columns, u32 messages) {
    u64 i = thread_index();
    if (i >= elements) return;
    int message = seq_ids[i / columns];
    if (message < 0 || message >= (i64)messages) return;
    atomicMax(&keys[(u64)message * columns + i % columns], key_of(x[i]));
}

// Turns the keys into floats, in place.
KERNEL row_max_end(int* __restrict__ keys, u64 elements) {
    u64 i = thread_index();
    if (i >= elements) return;
    int key = keys[i];
    keys[i] = key < 0 ? key ^ 0x7fffffff : key;
}
