//! IP addresses: oslo's `IPAddress` and its variants, which follow the Python
//! library netaddr in what they take.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Deref;

use crate::error::ValueErrorKind;
use crate::{
    FieldType, IntoField, Plain, Reader, Result, Shape, TypeDef, Value, ValueError, Writer,
};

/// What netaddr's `IPAddress()` makes of a value: text in full notation, or a
/// number, which is an IPv4 address as long as it fits one.
fn address(value: Value) -> Result<IpAddr, ValueError> {
    let invalid = |shown: String| {
        let shown: String = shown.chars().take(64).collect();
        ValueError::new(format!("failed to detect a valid IP address from {shown}"))
    };
    match value {
        Value::Str(text) => parse(&text).ok_or_else(|| invalid(Value::from(text).python_repr())),
        Value::Int(number) => match (u32::try_from(number), u128::try_from(number)) {
            (Ok(number), _) => Ok(Ipv4Addr::from(number).into()),
            (_, Ok(number)) => Ok(Ipv6Addr::from(number).into()),
            _ => Err(invalid(number.to_string())),
        },
        Value::Bool(value) => Ok(Ipv4Addr::from(u32::from(value)).into()),
        Value::Null => Err(ValueError::new("an IP address is required")),
        // The kinds are those of netaddr stumbling over its argument.
        other @ (Value::List(_)
        | Value::Set(_)
        | Value::Map(_)
        | Value::OddMap(_)
        | Value::Object(_)) => Err(ValueError::of(
            ValueErrorKind::Attribute,
            format!("an IP address is required, not a {}", other.type_name()),
        )),
        other => Err(ValueError::of(
            ValueErrorKind::Type,
            format!("an IP address is required, not a {}", other.type_name()),
        )),
    }
}

pub(super) fn parse(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

/// The text of an address, as the C library writes it: an IPv6 address that
/// is an IPv4 one with nothing before it ends in that.
pub(super) fn show(address: IpAddr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match address {
        IpAddr::V4(address) => write!(f, "{address}"),
        IpAddr::V6(address) => match address.segments() {
            [0, 0, 0, 0, 0, 0, high, _] if high != 0 => {
                let [.., a, b, c, d] = address.octets();
                write!(f, "::{}", Ipv4Addr::new(a, b, c, d))
            }
            _ => write!(f, "{address}"),
        },
    }
}

fn not_valid(address: IpAddr) -> ValueError {
    ValueError::new(format!("Network \"{}\" is not valid here", Shown(address)))
}

struct Shown(IpAddr);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(self.0, f)
    }
}

fn any(address: IpAddr) -> Option<IpAddr> {
    Some(address)
}

const fn v4(address: IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    }
}

const fn v6(address: IpAddr) -> Option<Ipv6Addr> {
    match address {
        IpAddr::V6(address) => Some(address),
        IpAddr::V4(_) => None,
    }
}

macro_rules! ip_field {
    ($(#[$meta:meta])* $name:ident, $oslo:literal, $std:ty, $select:expr, $plain:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $std);

        impl Deref for $name {
            type Target = $std;

            fn deref(&self) -> &$std {
                &self.0
            }
        }

        impl From<$std> for $name {
            fn from(address: $std) -> Self {
                Self(address)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show(self.0.into(), f)
            }
        }

        impl IntoField<$name> for $std {
            fn into_field(self) -> $name {
                $name(self)
            }
        }

        impl IntoField<Option<$name>> for $std {
            fn into_field(self) -> Option<$name> {
                Some($name(self))
            }
        }

        impl FieldType for $name {
            type View<'a> = $std;
            const TYPE: &'static TypeDef = &TypeDef { name: $oslo, shape: Shape::Plain($plain) };

            fn coerce(value: Value) -> Result<Self, ValueError> {
                let found = address(value)?;
                let select: fn(IpAddr) -> Option<$std> = $select;
                select(found).map(Self).ok_or_else(|| not_valid(found))
            }

            fn view(&self) -> $std {
                self.0
            }

            fn to_value(&self) -> Value {
                Value::Str(self.to_string())
            }

            fn write(&self, writer: &mut Writer<'_>) {
                writer.str(&self.to_string());
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self> {
                Ok(Self::coerce(reader.value()?)?)
            }
        }
    };
}

ip_field! {
    /// An IP address.
    IpAddress, "IPAddress", IpAddr, any, Plain::TEXT
}
ip_field! {
    /// An IPv4 address. One mapped into IPv6 is refused.
    Ipv4Address, "IPV4Address", Ipv4Addr, v4, Plain::formats(&["ipv4"])
}
ip_field! {
    /// An IPv6 address.
    Ipv6Address, "IPV6Address", Ipv6Addr, v6, Plain::formats(&["ipv6"])
}
ip_field! {
    /// An IP address, whose schema names both forms.
    Ipv4AndV6Address, "IPV4AndV6Address", IpAddr, any, Plain::formats(&["ipv4", "ipv6"])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What netaddr 1.3 says, asked for each.
    #[test]
    fn takes_and_shows_what_netaddr_does() {
        for (value, expected) in [
            (Value::from("::1.2.3.4"), Some("::1.2.3.4")),
            ("::102:304".into(), Some("::1.2.3.4")),
            ("0:0:0:0:0:0:13.1.68.3".into(), Some("::13.1.68.3")),
            ("::ffff:1.2.3.4".into(), Some("::ffff:1.2.3.4")),
            ("::ffff:0:1.2.3.4".into(), Some("::ffff:0:102:304")),
            ("1:2:3:4:5:6:7::".into(), Some("1:2:3:4:5:6:7:0")),
            ("1:0:0:2::".into(), Some("1:0:0:2::")),
            ("2001:db8:0:1:1:1:1:1".into(), Some("2001:db8:0:1:1:1:1:1")),
            ("FE80::1".into(), Some("fe80::1")),
            (Value::Int((1 << 32) - 1), Some("255.255.255.255")),
            (Value::Int(1 << 32), Some("::1:0:0")),
            ("10.1".into(), None),
            ("010.0.0.1".into(), None),
            (" 10.0.0.1".into(), None),
            ("1.2.3.4\n".into(), None),
            ("10.0.0.1/24".into(), None),
            ("::1%eth0".into(), None),
            ("".into(), None),
        ] {
            let found = IpAddress::coerce(value.clone())
                .ok()
                .map(|address| address.to_string());
            assert_eq!(found.as_deref(), expected, "{value:?}");
        }
    }
}
