// The mean over those tokens of each row whose mask is not 0.
//
// x is [rows, tokens, width], mask [rows, tokens], y [rows, width]; a thread
// makes one element and adds in the order of the tokens. Without a token the
// mean is 0.

template <typename Mask>
__device__ __forceinline__ void masked_mean(const float* x, const Mask* mask, float* y, u32 rows,
                                            u32 tokens, u32 width) {
    u64 i = thread_index();
    if (i >= (u64)rows * width) return;
    u64 row = i / width;
    u64 place = i % width;
    float sum = 0.0f;
    float count = 0.0f;
    for (u32 t = 0; t < tokens; t++) {
        u64 token = row * tokens + t;
        if (mask[token] != 0) {
            sum += x[token * width + place];
            count += 1.0f;
        }
    }
    y[i] = count > 0.0f ? sum / count : 0.0f;
}

KERNEL masked_mean_u8(const float* __restrict__ x, const u8* __restrict__ mask,
                      float* __restrict__ y, u32 rows, u32 tokens, u32 width) {
    masked_mean(x, mask, y, rows, tokens, width);
}

KERNEL masked_mean_i32(const float* __restrict__ x, const int* __restrict__ mask,
                       float* __restrict__ y, u32 rows, u32 tokens, u32 width) {
    masked_mean(x, mask, y, rows, tokens, width);
}

KERNEL masked_mean_i64(const float* __restrict__ x, const i64* __restrict__ mask,
                       float* __restrict__ y, u32 rows, u32 tokens, u32 width) {
    masked_mean(x, mask, y, rows, tokens, width);
}
