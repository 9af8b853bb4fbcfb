use std::fmt;

/// One node of a tree: a question about one feature, or a leaf.
///
/// Four 32-bit words, so that a device reads a node at once; see
/// [`words`](Self::words). The rules are the same for models of every origin:
///
/// | node | goes left | value |
/// | --- | --- | --- |
/// | numeric split | if the feature is less than the [threshold](Self::threshold) | bits of the `f32` |
/// | categorical split | if the feature's [category](Self::category) is in its set | where the set begins in [`Model::categories`] |
/// | leaf | | bits of the leaf's value as `f32` |
///
/// A feature that is missing goes where [`MISSING_LEFT`](Self::MISSING_LEFT)
/// says, before anything is compared. Missing is NaN, and with
/// [`ZERO_IS_MISSING`](Self::ZERO_IS_MISSING) whatever is at most
/// [`ZERO`](Self::ZERO) away from zero.
///
/// [`Model::categories`]: super::Model::categories
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// The number of the feature in the lower 24 bits, and the flags.
    pub split: u32,
    /// By the kind of node, see there.
    pub value: u32,
    /// The node to the left; the number of the leaf in [`Model::leaves`] if
    /// this is one.
    ///
    /// [`Model::leaves`]: super::Model::leaves
    pub left: u32,
    /// The node to the right; that of the leaf itself if this is one.
    pub right: u32,
}

impl Node {
    /// A flag of [`split`](Self::split): this is a leaf.
    pub const LEAF: u32 = 1 << 31;
    /// A flag of [`split`](Self::split): a set of categories is asked for.
    pub const CATEGORICAL: u32 = 1 << 30;
    /// A flag of [`split`](Self::split): what is missing goes left.
    pub const MISSING_LEFT: u32 = 1 << 29;
    /// A flag of [`split`](Self::split): zero is missing as well.
    pub const ZERO_IS_MISSING: u32 = 1 << 28;
    /// A flag of [`split`](Self::split): what lies between -1 and 0 is the
    /// category 0, and no category without the flag.
    pub const CUTS_FRACTION: u32 = 1 << 27;
    /// The bits of [`split`](Self::split) that are the feature's number.
    pub const FEATURE: u32 = (1 << 24) - 1;
    /// How far from zero still is zero.
    pub const ZERO: f32 = 1e-35;

    /// Tells whether this is a leaf.
    pub fn is_leaf(self) -> bool {
        self.split & Self::LEAF != 0
    }

    /// Tells whether a set of categories is asked for.
    pub fn is_categorical(self) -> bool {
        self.split & Self::CATEGORICAL != 0
    }

    /// Returns the number of the feature that is asked for.
    pub fn feature(self) -> usize {
        (self.split & Self::FEATURE) as usize
    }

    /// Returns the threshold of a numeric split.
    pub fn threshold(self) -> f32 {
        f32::from_bits(self.value)
    }

    /// Returns the four words in the order of the fields.
    pub fn words(self) -> [u32; 4] {
        [self.split, self.value, self.left, self.right]
    }

    /// Tells whether a row with this feature goes left here.
    pub fn goes_left(self, feature: f32, categories: &[u32]) -> bool {
        let zero = self.split & Self::ZERO_IS_MISSING != 0 && feature.abs() <= Self::ZERO;
        if zero || feature.is_nan() {
            self.split & Self::MISSING_LEFT != 0
        } else if self.is_categorical() {
            self.category(feature)
                .is_some_and(|category| self.holds(category, categories))
        } else {
            feature < self.threshold()
        }
    }

    /// The category that a feature says, cut to a whole number.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the bounds are checked before; the fraction is to be cut"
    )]
    pub fn category(self, feature: f32) -> Option<u32> {
        let least_open = if self.split & Self::CUTS_FRACTION == 0 {
            feature >= 0.0
        } else {
            feature > -1.0
        };
        (least_open && feature < Categories::LIMIT).then_some(feature as u32)
    }

    fn holds(self, category: u32, categories: &[u32]) -> bool {
        let start = self.value as usize;
        let Some((&count, words)) = categories.get(start..).and_then(<[u32]>::split_first) else {
            return false;
        };
        let (word, bit) = (category / 32, category % 32);
        word < count
            && words
                .get(word as usize)
                .is_some_and(|word| word >> bit & 1 == 1)
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (left, right) = (self.left, self.right);
        if self.is_leaf() {
            return write!(f, "leaf {left} of {}", self.threshold());
        }
        let feature = self.feature();
        if self.is_categorical() {
            write!(f, "feature {feature} in set {}", self.value)?;
        } else {
            write!(f, "feature {feature} < {}", self.threshold())?;
        }
        let missing = if self.split & Self::MISSING_LEFT != 0 {
            left
        } else {
            right
        };
        write!(f, " ? {left} : {right}, missing {missing}")
    }
}

/// What holds of the sets of categories.
pub(super) struct Categories;

impl Categories {
    /// No category is so large or larger.
    pub(super) const LIMIT: f32 = 16_777_216.0;
}
