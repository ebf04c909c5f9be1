//! Text that stands for bytes: what a capture has in hexadecimal, and what a
//! column has in base64.
//!
//! What the bytes mean is not looked into, so whatever may be read in them is
//! not shown. Numbers by which something is known (a UUID without dashes, a
//! digest) are bytes in hexadecimal too, and are.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE};

/// Shorter ones say nothing that their name does not.
const SHORTEST: usize = 16;

/// Longer ones are no number of anything.
const LONGEST_NUMBER: usize = 64;

/// The lengths of UUIDs and of digests.
const NUMBERS: [usize; 6] = [16, 20, 28, 32, 48, 64];

/// So many characters in a row are text, in hexadecimal and in base64, where
/// words may look like it.
const TEXT_IN_HEX: usize = 6;
const TEXT_IN_BASE64: usize = 8;

/// How many bytes a text stands for, if somebody might read in them.
pub(super) fn hidden(text: &str) -> Option<usize> {
    if let Some(bytes) = hex(text) {
        let number = NUMBERS.contains(&bytes.len());
        return is_readable(&bytes, (!number).then_some(TEXT_IN_HEX)).then_some(bytes.len());
    }
    let bytes = base64(text)?;
    is_readable(&bytes, Some(TEXT_IN_BASE64)).then_some(bytes.len())
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits: Vec<char> = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace() && *c != ':')
        .collect();
    if digits.len() < SHORTEST || !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks(2)
        .map(|pair| {
            let [high, low] = pair else { return None };
            let (high, low) = (high.to_digit(16)?, low.to_digit(16)?);
            u8::try_from(high * 16 + low).ok()
        })
        .collect()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    if text.len() < SHORTEST {
        return None;
    }
    [BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE]
        .iter()
        .find_map(|form| form.decode(&text).ok())
}

/// Whether bytes are nearly all text, have so much of it in a row, or are more
/// than any number.
fn is_readable(bytes: &[u8], row: Option<usize>) -> bool {
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    let texts = bytes.iter().filter(|byte| is_text(byte)).count();
    let longest = bytes.split(|byte| !is_text(byte)).map(<[u8]>::len).max();
    bytes.len() > LONGEST_NUMBER
        || texts * 10 >= bytes.len() * 9
        || row.is_some_and(|row| longest >= Some(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_read_in_bytes_is_hidden() {
        // A frame with a password and little else, and one with a message.
        assert_eq!(hidden("0300010000000768756e74657232ce"), Some(15));
        assert_eq!(hidden(&"7b2261223a2031207d".repeat(20)), Some(180));
        assert_eq!(hidden("0x68756e746572322068756e7465723220"), Some(16));
        assert_eq!(hidden("68 75 6e 74 65 72 32 20"), Some(8));
        let script = "#cloud-config\npassword: hunter2\n";
        assert_eq!(hidden(&BASE64_STANDARD.encode(script)), Some(script.len()));
        assert_eq!(hidden(&BASE64_STANDARD.encode([0xff; 90])), Some(90));
    }

    #[test]
    fn numbers_and_names_are_shown() {
        for text in [
            "2f0a0b5c7a334f5e9d7c1a2b3c4d5e6f",
            "d41d8cd98f00b204e9800998ecf8427e",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "52:54:00:12:34:56",
            "12345678",
            "internalhostname",
            "availability-zone-1",
            "/var/lib/nova/instances",
            "hw:cpu_policy=dedicated",
            "",
        ] {
            assert_eq!(hidden(text), None, "{text}");
        }
    }
}
