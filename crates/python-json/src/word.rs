//! Looking for bytes eight at a time.
//!
//! A mark is the highest bit of a byte. The lowest mark of a word is right;
//! those above it mean nothing, because what a subtraction borrows goes
//! upwards. So there is one way to use them: [`first`].

/// The bytes of a word.
pub const BYTES: usize = size_of::<u64>();

/// The highest bits of all bytes.
const HIGH: u64 = 0x8080_8080_8080_8080;

const ONES: u64 = 0x0101_0101_0101_0101;

/// Marks the first byte that is this one.
#[must_use]
#[inline]
pub const fn equal(word: u64, byte: u8) -> u64 {
    let difference = word ^ (ONES * byte as u64);
    difference.wrapping_sub(ONES) & !difference & HIGH
}

/// Marks the first byte that is a control character.
#[must_use]
#[inline]
pub const fn control(word: u64) -> u64 {
    word.wrapping_sub(ONES * 0x20) & !word & HIGH
}

/// Marks all bytes that are not ASCII.
#[must_use]
#[inline]
pub const fn beyond_ascii(word: u64) -> u64 {
    word & HIGH
}

/// Which byte of the word is the first that is marked by any of the marks
/// that were joined; of a word in little-endian order.
#[must_use]
#[inline]
pub const fn first(marks: u64) -> Option<usize> {
    if marks == 0 {
        None
    } else {
        Some(marks.trailing_zeros() as usize / 8)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{beyond_ascii, control, equal, first};

    proptest! {
        #[test]
        fn the_first_byte_is_found(bytes in prop::array::uniform8(prop_oneof![any::<u8>(), 0x1e..0x25_u8, Just(b'\\')])) {
            let word = u64::from_le_bytes(bytes);
            let at = |found: fn(&u8) -> bool| bytes.iter().position(found);
            prop_assert_eq!(first(equal(word, b'"')), at(|byte| *byte == b'"'));
            prop_assert_eq!(first(control(word)), at(|byte| *byte < 0x20));
            prop_assert_eq!(first(beyond_ascii(word)), at(|byte| *byte >= 0x80));
            let joined = equal(word, b'"') | equal(word, b'\\') | control(word) | beyond_ascii(word);
            prop_assert_eq!(first(joined), at(|byte| !matches!(byte, 0x20..0x80) || matches!(byte, b'"' | b'\\')));
        }
    }
}
