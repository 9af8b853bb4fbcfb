use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// The options of a stage that has none.
#[derive(Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NoOptions {}

/// The schema of a stage without options, with its help.
pub fn schema_without_options(generator: &mut SchemaGenerator, help: &str) -> Schema {
    let mut schema = NoOptions::json_schema(generator);
    schema.remove("description");
    if !help.is_empty() {
        schema.insert("description".to_owned(), help.into());
    }
    schema
}

/// Makes a unit struct readable from, and writable as, a table of no options.
#[doc(hidden)]
#[macro_export]
macro_rules! without_options {
    ($stage:ident, $name:literal, $help:literal) => {
        impl $crate::__private::serde::Serialize for $stage {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::__private::serde::Serialize::serialize(
                    &$crate::__private::NoOptions {},
                    serializer,
                )
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $stage {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let read: ::core::result::Result<$crate::__private::NoOptions, D::Error> =
                    $crate::__private::serde::Deserialize::deserialize(deserializer);
                read.map(|_| Self)
            }
        }

        impl $crate::__private::schemars::JsonSchema for $stage {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed($name)
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(::core::concat!(::core::module_path!(), "::", $name))
            }

            fn json_schema(
                generator: &mut $crate::__private::schemars::SchemaGenerator,
            ) -> $crate::__private::schemars::Schema {
                $crate::__private::schema_without_options(generator, $help)
            }
        }
    };
}
