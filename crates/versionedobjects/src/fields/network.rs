//! IP networks: oslo's `IPNetwork` and its variants, which follow the Python
//! library netaddr: the host's bits are kept, and an address alone is a
//! network of one.

use std::fmt;
use std::net::IpAddr;
use std::ops::Deref;

use super::{integer, ip};
use crate::error::ValueErrorKind;
use crate::{FieldType, Plain, Reader, Result, Shape, TypeDef, Value, ValueError, Writer};

/// An IP network together with the address of a host in it: `10.0.0.5/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpNetwork {
    address: IpAddr,
    prefix: u8,
}

impl IpNetwork {
    /// # Errors
    /// When the prefix is longer than the address.
    pub fn new(address: impl Into<IpAddr>, prefix: u8) -> Result<Self, ValueError> {
        let address = address.into();
        if prefix > width(address) {
            return Err(ValueError::new(format!(
                "a prefix of {prefix} bits is too long for {address}"
            )));
        }
        Ok(Self { address, prefix })
    }

    /// The address, with the bits of the host.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits belong to the network.
    #[must_use]
    pub const fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether an address is in the network.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let host_bits = u32::from(width(self.address) - self.prefix);
        let same = |a: u128, b: u128| (a ^ b).checked_shr(host_bits).unwrap_or(0) == 0;
        match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(u32::from(a).into(), u32::from(b).into()),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.into(), b.into()),
            _ => false,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (host, prefix) = text
            .split_once('/')
            .map_or((text, None), |(host, prefix)| (host, Some(prefix)));
        let address = ip::parse(host)?;
        let prefix = match prefix {
            None => width(address),
            Some(prefix) => match integer::parse(prefix) {
                Some(number) => u8::try_from(number).ok()?,
                None => mask(ip::parse(prefix)?, address)?,
            },
        };
        Self::new(address, prefix).ok()
    }
}

const fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The length of a prefix given as a mask of the network's bits, or of the host's.
fn mask(mask: IpAddr, of: IpAddr) -> Option<u8> {
    let (bits, all) = match (mask, of) {
        (IpAddr::V4(mask), IpAddr::V4(_)) => (u128::from(u32::from(mask)), u128::from(u32::MAX)),
        (IpAddr::V6(mask), IpAddr::V6(_)) => (u128::from(mask), u128::MAX),
        _ => return None,
    };
    let is_low_run = |bits: u128| bits & bits.wrapping_add(1) == 0;
    let ones = |bits: u128| u8::try_from(bits.count_ones()).ok();
    if is_low_run(!bits & all) {
        ones(bits)
    } else if is_low_run(bits) {
        ones(!bits & all)
    } else {
        None
    }
}

fn network(value: Value) -> Result<IpNetwork, ValueError> {
    match value {
        Value::Str(text) => IpNetwork::parse(&text).ok_or_else(|| {
            let shown: String = text.chars().take(64).collect();
            ValueError::new(format!("invalid IPNetwork {shown}"))
        }),
        Value::Null => Err(ValueError::new("an IP network is required")),
        other => Err(ValueError::of(
            ValueErrorKind::Type,
            format!("an IP network is required, not a {}", other.type_name()),
        )),
    }
}

fn of_family(
    value: Value,
    fits: fn(&IpAddr) -> bool,
    family: &str,
) -> Result<IpNetwork, ValueError> {
    let network = network(value)?;
    if fits(&network.address) {
        Ok(network)
    } else {
        Err(ValueError::new(format!(
            "base address '{}' is not {family}",
            network.address
        )))
    }
}

impl fmt::Display for IpNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ip::show(self.address, f)?;
        write!(f, "/{}", self.prefix)
    }
}

macro_rules! network_field {
    ($name:ident, $oslo:literal, |$value:ident| $coerce:expr, $plain:expr) => {
        impl FieldType for $name {
            type View<'a> = Self;
            const TYPE: &'static TypeDef = &TypeDef {
                name: $oslo,
                shape: Shape::Plain($plain),
            };

            fn coerce($value: Value) -> Result<Self, ValueError> {
                $coerce
            }

            fn view(&self) -> Self {
                *self
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

macro_rules! family {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(IpNetwork);

        impl Deref for $name {
            type Target = IpNetwork;

            fn deref(&self) -> &IpNetwork {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

family! {
    /// An IPv4 network.
    Ipv4Network
}
family! {
    /// An IPv6 network.
    Ipv6Network
}

/// oslo's pattern of an IPv4 network.
const V4: &str = concat!(
    r"^(([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\.){3}",
    r"([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])(\/([0-9]|[1-2][0-9]|3[0-2]))$",
);

network_field!(IpNetwork, "IPNetwork", |value| network(value), Plain::TEXT);
network_field!(
    Ipv4Network,
    "IPV4Network",
    |value| of_family(value, IpAddr::is_ipv4, "IPv4").map(Self),
    Plain::pattern(V4)
);
// oslo's pattern of an IPv6 network refuses what its own field writes: a digit
// of the prefix stands there as the letter `d`. Text is all that can be said.
network_field!(
    Ipv6Network,
    "IPV6Network",
    |value| of_family(value, IpAddr::is_ipv6, "IPv6").map(Self),
    Plain::TEXT
);

#[cfg(test)]
mod tests {
    use super::*;

    /// What netaddr 1.3 says, asked for each.
    #[test]
    fn takes_and_shows_what_netaddr_does() {
        for (text, expected) in [
            ("10.0.0.5/24", Some("10.0.0.5/24")),
            ("10.0.0.5", Some("10.0.0.5/32")),
            ("fe80::", Some("fe80::/128")),
            ("10.0.0.5/255.255.255.0", Some("10.0.0.5/24")),
            ("10.0.0.5/0.0.0.255", Some("10.0.0.5/24")),
            ("10.0.0.5/0.0.0.0", Some("10.0.0.5/0")),
            ("10.0.0.5/255.255.255.255", Some("10.0.0.5/32")),
            ("fe80::1/ffff::", Some("fe80::1/16")),
            ("::ffff:1.2.3.4/96", Some("::ffff:1.2.3.4/96")),
            ("10.0.0.5/ 24", Some("10.0.0.5/24")),
            ("10.0.0.5/024", Some("10.0.0.5/24")),
            ("10.0.0.5/+8", Some("10.0.0.5/8")),
            ("10.0.0.5/1_0", Some("10.0.0.5/10")),
            ("10.0.0.5/33", None),
            ("10.0.0.5/-1", None),
            ("10.0.0.5/", None),
            ("/24", None),
            ("10/8", None),
            ("10.0/16", None),
            ("10", None),
            ("::1/129", None),
            ("10.0.0.0/255.0.255.0", None),
            ("1.2.3.4/24/3", None),
            ("10.0.0.5/::", None),
        ] {
            let found = IpNetwork::coerce(Value::from(text))
                .ok()
                .map(|network| network.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn families_are_kept_apart() {
        for (text, v4, v6) in [
            ("10.0.0.5/24", true, false),
            ("fe80::1/64", false, true),
            ("::ffff:1.2.3.4/96", false, true),
        ] {
            assert_eq!(Ipv4Network::coerce(text.into()).is_ok(), v4, "{text}");
            assert_eq!(Ipv6Network::coerce(text.into()).is_ok(), v6, "{text}");
        }
    }

    #[test]
    fn contains_is_decided_by_the_prefix() {
        let contains = |network: &str, address: &str| {
            IpNetwork::parse(network)
                .expect(network)
                .contains(address.parse().expect(address))
        };
        assert!(contains("10.0.0.5/24", "10.0.0.200"));
        assert!(!contains("10.0.0.5/24", "10.0.1.5"));
        assert!(contains("0.0.0.0/0", "255.1.2.3"));
        assert!(contains("::/0", "fe80::1"));
        assert!(contains("fe80::1", "fe80::1"));
        assert!(!contains("::/0", "1.2.3.4"));
    }
}
