use std::fmt;

/// What a dense layer does with its sums.
///
/// Its text is the name that model files use, such as `leaky-relu(0.01)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Activation {
    /// Nothing.
    #[default]
    Identity,
    /// `x`, or 0 if that is less.
    Relu,
    /// `x`, or so many times `x` below zero.
    LeakyRelu(f32),
    /// `x`, or so many times `e^x - 1` below zero.
    Elu(f32),
    /// `1 / (1 + e^-x)`.
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `x` times the share of a normal distribution below `x`.
    Gelu,
    /// `e^x` over the sum of that in the row.
    Softmax,
}

impl Activation {
    /// The number and the parameter by which the kernels know what works on
    /// single elements; a softmax works on rows and is a kernel of its own.
    #[cfg(feature = "cuda")]
    pub(crate) fn of_elements(self) -> Option<(u32, f32)> {
        match self {
            Self::Identity => Some((0, 0.0)),
            Self::Relu => Some((1, 0.0)),
            Self::LeakyRelu(alpha) => Some((2, alpha)),
            Self::Elu(alpha) => Some((3, alpha)),
            Self::Sigmoid => Some((4, 0.0)),
            Self::Tanh => Some((5, 0.0)),
            Self::Gelu => Some((6, 0.0)),
            Self::Softmax => None,
        }
    }

    /// Reads the text that it is displayed as; a parameter may be left out.
    #[cfg(any(feature = "dense", test))]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (name, alpha) = match text.split_once('(') {
            Some((name, rest)) => {
                let alpha: f32 = rest.strip_suffix(')')?.trim().parse().ok()?;
                (name.trim(), Some(alpha).filter(|alpha| alpha.is_finite()))
            }
            None => (text.trim(), None),
        };
        match (name, alpha, text.contains('(')) {
            ("leaky-relu", Some(alpha), _) => Some(Self::LeakyRelu(alpha)),
            ("elu", Some(alpha), _) => Some(Self::Elu(alpha)),
            (_, _, true) => None,
            ("identity", ..) => Some(Self::Identity),
            ("relu", ..) => Some(Self::Relu),
            ("leaky-relu", ..) => Some(Self::LeakyRelu(0.01)),
            ("elu", ..) => Some(Self::Elu(1.0)),
            ("sigmoid", ..) => Some(Self::Sigmoid),
            ("tanh", ..) => Some(Self::Tanh),
            ("gelu", ..) => Some(Self::Gelu),
            ("softmax", ..) => Some(Self::Softmax),
            _ => None,
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity => f.write_str("identity"),
            Self::Relu => f.write_str("relu"),
            Self::LeakyRelu(alpha) => write!(f, "leaky-relu({alpha})"),
            Self::Elu(alpha) => write!(f, "elu({alpha})"),
            Self::Sigmoid => f.write_str("sigmoid"),
            Self::Tanh => f.write_str("tanh"),
            Self::Gelu => f.write_str("gelu"),
            Self::Softmax => f.write_str("softmax"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_each_reads_as_itself() {
        let all = [
            Activation::Identity,
            Activation::Relu,
            Activation::LeakyRelu(0.2),
            Activation::Elu(1.5),
            Activation::Sigmoid,
            Activation::Tanh,
            Activation::Gelu,
            Activation::Softmax,
        ];
        for each in all {
            assert_eq!(Activation::parse(&each.to_string()), Some(each));
        }
    }

    #[test]
    fn a_parameter_may_be_left_out_but_not_added() {
        assert_eq!(Activation::parse("elu"), Some(Activation::Elu(1.0)));
        assert_eq!(
            Activation::parse("leaky-relu"),
            Some(Activation::LeakyRelu(0.01))
        );
        for wrong in [
            "relu(2)", "elu(x)", "elu(inf)", "elu(1", "Relu", "", "swish",
        ] {
            assert_eq!(Activation::parse(wrong), None, "{wrong}");
        }
    }
}
