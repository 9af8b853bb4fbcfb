// The margins of a forest, one thread for each row and group.
//
// Nodes, trees, leaves and categories are those of `inference::forest::Model`,
// as they lie there. A sum takes the leaves of its group's trees in their order
// and is then divided: bit-equal to its twin, in 32 bits or in 64. The link is
// not applied.

#define LEAF 0x80000000u
#define CATEGORICAL 0x40000000u
#define MISSING_LEFT 0x20000000u
#define ZERO_IS_MISSING 0x10000000u
#define CUTS_FRACTION 0x08000000u
#define FEATURE 0x00ffffffu

__device__ __forceinline__ bool in_set(float feature, uint4 node, const u32* categories) {
    bool open = node.x & CUTS_FRACTION ? feature > -1.0f : feature >= 0.0f;
    if (!open || !(feature < 16777216.0f)) return false;
    u32 category = (u32)feature;
    u32 word = category / 32;
    if (word >= categories[node.y]) return false;
    return categories[(u64)node.y + 1 + word] >> category % 32 & 1;
}

__device__ __forceinline__ bool goes_left(float feature, uint4 node, const u32* categories) {
    bool zero = node.x & ZERO_IS_MISSING && fabsf(feature) <= 1e-35f;
    if (zero || feature != feature) return node.x & MISSING_LEFT;
    if (node.x & CATEGORICAL) return in_set(feature, node, categories);
    return feature < __uint_as_float(node.y);
}

// The leaf at which a row ends.
__device__ __forceinline__ uint4 leaf_of(const float* row, const uint4* nodes, u32 root,
                                         const u32* categories) {
    uint4 node = nodes[root];
    while (!(node.x & LEAF)) {
        bool left = goes_left(row[node.x & FEATURE], node, categories);
        node = nodes[left ? node.z : node.w];
    }
    return node;
}

__device__ __forceinline__ void add_leaf(float* sum, uint4 leaf, const double*) {
    *sum += __uint_as_float(leaf.y);
}

__device__ __forceinline__ void add_leaf(double* sum, uint4 leaf, const double* leaves) {
    *sum += leaves[leaf.z];
}

template <typename Sum>
__device__ __forceinline__ void forest(const float* x, const uint4* nodes, const uint4* trees,
                                       const double* leaves, const u32* categories,
                                       const double* base, Sum* y, u32 rows, u32 features,
                                       u32 count, u32 groups, u32 divisor) {
    u64 i = thread_index();
    if (i >= (u64)rows * groups) return;
    const float* row = x + i / groups * features;
    u32 group = i % groups;
    Sum sum = (Sum)base[group];
    for (u32 t = 0; t < count; t++) {
        uint4 tree = trees[t];
        if (tree.w == group) add_leaf(&sum, leaf_of(row, nodes, tree.x, categories), leaves);
    }
    y[i] = divisor == 1 ? sum : sum / (Sum)divisor;
}

KERNEL forest_f32(const float* __restrict__ x, const uint4* __restrict__ nodes,
                  const uint4* __restrict__ trees, const double* __restrict__ leaves,
                  const u32* __restrict__ categories, const double* __restrict__ base,
                  float* __restrict__ y, u32 rows, u32 features, u32 count, u32 groups,
                  u32 divisor) {
    forest(x, nodes, trees, leaves, categories, base, y, rows, features, count, groups, divisor);
}

KERNEL forest_f64(const float* __restrict__ x, const uint4* __restrict__ nodes,
                  const uint4* __restrict__ trees, const double* __restrict__ leaves,
                  const u32* __restrict__ categories, const double* __restrict__ base,
                  double* __restrict__ y, u32 rows, u32 features, u32 count, u32 groups,
                  u32 divisor) {
    forest(x, nodes, trees, leaves, categories, base, y, rows, features, count, groups, divisor);
}
