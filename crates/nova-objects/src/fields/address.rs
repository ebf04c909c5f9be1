//! Places on buses. As in the original a text counts when it *begins* with an
//! address.

use versionedobjects::{Value, ValueError, text_field};

text_field! {
    /// A place on the USB: two hexadecimal numbers, `1:2`.
    pub struct UsbAddress, "USBAddress", |value| beginning(value, "[a-f0-9]+:[a-f0-9]+", |text| hex_parts(text, 2))
}

text_field! {
    /// A place on a SCSI bus: four hexadecimal numbers, `1:0:2:0`.
    pub struct ScsiAddress, "SCSIAddress",
    |value| beginning(value, "[a-f0-9]+:[a-f0-9]+:[a-f0-9]+:[a-f0-9]+", |text| hex_parts(text, 4))
}

text_field! {
    /// A place on an IDE bus: channel and unit, `0:1`.
    pub struct IdeAddress, "IDEAddress",
    |value| beginning(value, "[0-1]:[0-1]", |text| matches!(text.as_bytes(), [b'0' | b'1', b':', b'0' | b'1', ..]))
}

text_field! {
    /// A place on Xen's bus: `00` and two digits and `00`, or a number from 10.
    pub struct XenAddress, "XenAddress", |value| beginning(value, "(00[0-9]{2}00)|[1-9][0-9]+", |text| {
        matches!(text.as_bytes(), [b'0', b'0', b'0'..=b'9', b'0'..=b'9', b'0', b'0', ..] | [b'1'..=b'9', b'0'..=b'9', ..])
    })
}

/// The text of a value if its beginning is an address (nova `objects/fields.py`,
/// `AddressBase`: `re.match` does not look at the end).
fn beginning(
    value: Value,
    pattern: &str,
    is_address: fn(&str) -> bool,
) -> Result<String, ValueError> {
    let text = value.python_str();
    if is_address(&text) {
        Ok(text)
    } else {
        Err(ValueError::new(format!("Value must match {pattern}")))
    }
}

/// Whether the text begins with that many hexadecimal numbers between colons.
fn hex_parts(text: &str, count: usize) -> bool {
    let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let mut parts = text.split(':');
    let whole = (1..count).all(|_| {
        parts
            .next()
            .is_some_and(|part| !part.is_empty() && part.as_bytes().iter().all(is_hex))
    });
    whole
        && parts
            .next()
            .and_then(|part| part.as_bytes().first())
            .is_some_and(is_hex)
}

#[cfg(test)]
mod tests {
    use versionedobjects::FieldType;

    use super::*;

    fn accepts<T: FieldType>(text: &str) -> bool {
        T::coerce(Value::from(text)).is_ok()
    }

    #[test]
    fn what_follows_an_address_does_not_matter() {
        assert!(accepts::<UsbAddress>("1:2"));
        assert!(accepts::<UsbAddress>("0a:bxyz"));
        assert!(!accepts::<UsbAddress>("1:"));
        assert!(!accepts::<UsbAddress>("1x:2"));
        assert!(!accepts::<UsbAddress>("A:1"));
        assert!(accepts::<ScsiAddress>("1:0:2:0"));
        assert!(!accepts::<ScsiAddress>("1:0:2"));
        assert!(accepts::<IdeAddress>("0:1 and more"));
        assert!(!accepts::<IdeAddress>("0:2"));
        assert!(accepts::<XenAddress>("000100"));
        assert!(accepts::<XenAddress>("51712"));
        assert!(!accepts::<XenAddress>("7"));
        assert!(!accepts::<XenAddress>("000101"));
    }
}
