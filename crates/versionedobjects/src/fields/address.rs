//! Addresses of network cards and PCI devices: oslo's `MACAddress` and
//! `PCIAddress`.

use crate::{Plain, Value, ValueError, text_field};

const MAC: &str = "^[0-9a-f]{2}(:[0-9a-f]{2}){5}$";
/// oslo's pattern, in which the dot stands for any character.
const PCI: &str = "^[0-9a-f]{4}:[0-9a-f]{2}:[0-1][0-9a-f].[0-7]$";
const STRICT_PCI: &str = r"^[0-9a-f]{4}:[0-9a-f]{2}:[0-1][0-9a-f]\.[0-7]$";

text_field! {
    /// A MAC address, made lower case and separated by colons. Like oslo's, it
    /// takes one with a line break behind it; see [`StrictMacAddress`].
    pub struct MacAddress, "MACAddress", |value| {
        address(value, "Malformed MAC", |text| {
            let text = text.to_lowercase().replace('-', ":");
            is_mac(text.strip_suffix('\n').unwrap_or(&text)).then_some(text)
        })
    }, schema = Plain::pattern(MAC)
}

text_field! {
    /// A MAC address and nothing else, made lower case and separated by colons.
    pub struct StrictMacAddress, "MACAddress", |value| {
        address(value, "Malformed MAC", |text| {
            let text = text.to_lowercase().replace('-', ":");
            is_mac(&text).then_some(text)
        })
    }, schema = Plain::pattern(MAC).variant("strict")
}

text_field! {
    /// The address of a PCI device, made lower case: `0000:0a:1f.7`. Like oslo's,
    /// it takes any character in the place of the dot; see [`StrictPciAddress`].
    pub struct PciAddress, "PCIAddress", |value| {
        address(value, "Malformed PCI address", |text| {
            let text = text.to_lowercase();
            is_pci(text.strip_suffix('\n').unwrap_or(&text), |separator| separator != '\n').then_some(text)
        })
    }, schema = Plain::pattern(PCI)
}

text_field! {
    /// The address of a PCI device and nothing else, made lower case.
    pub struct StrictPciAddress, "PCIAddress", |value| {
        address(value, "Malformed PCI address", |text| {
            let text = text.to_lowercase();
            is_pci(&text, |separator| separator == '.').then_some(text)
        })
    }, schema = Plain::pattern(STRICT_PCI).variant("strict")
}

fn address(
    value: Value,
    what: &str,
    normal: impl Fn(&str) -> Option<String>,
) -> Result<String, ValueError> {
    let found = match &value {
        Value::Str(text) => normal(text),
        _ => None,
    };
    found.ok_or_else(|| {
        let shown: String = value.python_str().chars().take(64).collect();
        ValueError::new(format!("{what} {shown}"))
    })
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn is_mac(text: &str) -> bool {
    let mut groups = 0;
    text.split(':').all(|group| {
        groups += 1;
        group.len() == 2 && group.bytes().all(is_hex)
    }) && groups == 6
}

fn is_pci(text: &str, separates: impl Fn(char) -> bool) -> bool {
    let mut parts = text.splitn(3, ':');
    let (Some(domain), Some(bus), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let hex = |part: &str, length| part.len() == length && part.bytes().all(is_hex);
    let mut rest = rest.chars();
    let mut next = || rest.next().unwrap_or('\n');
    let (high, low, separator, function) = (next(), next(), next(), next());
    hex(domain, 4)
        && hex(bus, 2)
        && matches!(high, '0' | '1')
        && u8::try_from(low).is_ok_and(is_hex)
        && separates(separator)
        && matches!(function, '0'..='7')
        && rest.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldType;

    fn check<T: FieldType>(text: &str, expected: Option<&str>) {
        let found = T::coerce(Value::from(text))
            .ok()
            .map(|value| value.to_value().python_str());
        assert_eq!(found.as_deref(), expected, "{text:?}");
    }

    #[test]
    fn oslo_s_leniency_ends_where_its_patterns_end() {
        check::<MacAddress>("aa:bb:cc:dd:ee:ff\n", Some("aa:bb:cc:dd:ee:ff\n"));
        check::<MacAddress>("aa:bb:cc:dd:ee:ff\n\n", None);
        check::<MacAddress>("aa:bb:cc:dd:ee", None);
        check::<MacAddress>("aa:bb:cc:dd:ee:ff:00", None);
        check::<MacAddress>("aabbccddeeff", None);
        check::<PciAddress>("0000:0a:1fé7", Some("0000:0a:1fé7"));
        check::<PciAddress>("0000:0a:2f.7", None);
        check::<PciAddress>("0000:0a:1f.8", None);
        check::<PciAddress>("0000:0a:1f.77", None);
        check::<PciAddress>("0000:0a:1f\n7", None);
    }

    #[test]
    fn strict_types_take_no_more_than_they_say() {
        check::<StrictMacAddress>("AA-BB-CC-DD-EE-FF", Some("aa:bb:cc:dd:ee:ff"));
        check::<StrictMacAddress>("aa:bb:cc:dd:ee:ff\n", None);
        check::<StrictPciAddress>("0000:0A:1F.7", Some("0000:0a:1f.7"));
        check::<StrictPciAddress>("0000:0a:1fx7", None);
        check::<StrictPciAddress>("0000:0a:1f.7\n", None);
    }
}
