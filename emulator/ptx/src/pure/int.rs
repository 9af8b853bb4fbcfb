//! Whole numbers of each width, seen as the low bits of a `u64`.

/// A whole number's type.
pub(crate) trait Int: Copy + Ord + 'static {
    const BITS: u32;
    const ZERO: Self;
    fn of(bits: u64) -> Self;
    fn bits(self) -> u64;
    fn wide(self) -> i128;
    /// Cuts to the low bits.
    fn cut(wide: i128) -> Self;
    /// Takes the nearest number that the type has.
    fn clamp_from(wide: i128) -> Self;
    fn from_f64(value: f64) -> Self;
    fn wrapping_div(self, by: Self) -> Self;
    fn wrapping_rem(self, by: Self) -> Self;
}

macro_rules! ints {
    ($($type:ident $unsigned:ident)*) => {$(
        impl Int for $type {
            const BITS: u32 = Self::BITS;
            const ZERO: Self = 0;
            fn of(bits: u64) -> Self {
                bits as Self
            }
            fn bits(self) -> u64 {
                u64::from(self as $unsigned)
            }
            fn wide(self) -> i128 {
                i128::from(self)
            }
            fn cut(wide: i128) -> Self {
                wide as Self
            }
            fn clamp_from(wide: i128) -> Self {
                wide.clamp(i128::from(Self::MIN), i128::from(Self::MAX)) as Self
            }
            fn from_f64(value: f64) -> Self {
                value as Self
            }
            fn wrapping_div(self, by: Self) -> Self {
                self.wrapping_div(by)
            }
            fn wrapping_rem(self, by: Self) -> Self {
                self.wrapping_rem(by)
            }
        }
    )*};
}

ints! { i8 u8 i16 u16 i32 u32 i64 u64 u8 u8 u16 u16 u32 u32 u64 u64 }

/// Chooses the instance of a generic function for a type; none for floats.
macro_rules! for_int {
    ($scalar:expr, $function:ident $(, $more:tt)*) => {
        match $scalar {
            Scalar::B8 | Scalar::U8 => Some($function::<u8 $(, $more)*>),
            Scalar::S8 => Some($function::<i8 $(, $more)*>),
            Scalar::B16 | Scalar::U16 => Some($function::<u16 $(, $more)*>),
            Scalar::S16 => Some($function::<i16 $(, $more)*>),
            Scalar::B32 | Scalar::U32 => Some($function::<u32 $(, $more)*>),
            Scalar::S32 => Some($function::<i32 $(, $more)*>),
            Scalar::B64 | Scalar::U64 => Some($function::<u64 $(, $more)*>),
            Scalar::S64 => Some($function::<i64 $(, $more)*>),
            _ => None,
        }
    };
}

pub(super) use for_int;
