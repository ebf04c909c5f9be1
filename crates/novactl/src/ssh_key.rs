//! SSH public keys, as ssh-keygen writes them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

/// The MD5 fingerprint of a public key, in pairs with colons (nova `crypto.py`,
/// `generate_fingerprint`).
///
/// # Errors
/// What is wrong with the key, as a fragment.
pub(crate) fn fingerprint(public_key: &str) -> Result<String, String> {
    let mut parts = public_key.split_whitespace();
    let (Some(algorithm), Some(data)) = (parts.next(), parts.next()) else {
        return Err("it is not of the form `ALGORITHM BASE64 [COMMENT]`".to_owned());
    };
    if algorithm.starts_with("-----BEGIN") {
        return Err("it is no public key but a PEM file; give the .pub file beside it".to_owned());
    }
    let blob = STANDARD
        .decode(data)
        .map_err(|error| format!("its second word is no base64: {error}"))?;
    let named = field(&blob).and_then(|name| std::str::from_utf8(name).ok());
    if named != Some(algorithm) {
        return Err(format!("its data is not that of a {algorithm} key"));
    }
    let digest = Md5::digest(&blob);
    Ok(digest
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .join(":"))
}

/// The first field of a key: a length of four bytes and as many bytes.
fn field(blob: &[u8]) -> Option<&[u8]> {
    let (length, rest) = blob.split_first_chunk::<4>()?;
    rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn it_is_what_ssh_keygen_shows() {
        // ssh-keygen -l -E md5
        let key = include_str!("../tests/it/keys/id_ed25519.pub");
        let shown = include_str!("../tests/it/keys/id_ed25519.md5");
        assert_eq!(fingerprint(key).as_deref(), Ok(shown.trim()));
    }

    #[test]
    fn other_things_are_refused_with_a_reason() {
        for (text, reason) in [
            ("", "not of the form"),
            ("ssh-rsa", "not of the form"),
            (
                "-----BEGIN OPENSSH PRIVATE KEY----- b3Blbn",
                "no public key",
            ),
            ("ssh-rsa ***", "no base64"),
            ("ssh-rsa AAAA", "not that of a ssh-rsa key"),
            ("ssh-rsa AAAAC3NzaC1lZDI1NTE5", "not that of a ssh-rsa key"),
        ] {
            let refused = fingerprint(text).expect_err(text);
            assert!(refused.contains(reason), "{text}: {refused}");
        }
    }
}
