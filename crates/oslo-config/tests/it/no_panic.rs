//! No file makes the parser panic, and what is written is read back.

use oslo_config::{Error, Loader, Settings, ini, mask_urls};
use proptest::prelude::*;

/// Pieces a configuration is made of, well and badly put together.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[DEFAULT]".to_owned()),
        Just("[database]".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        Just(" ".to_owned()),
        Just("\t".to_owned()),
        Just("#".to_owned()),
        Just(" = ".to_owned()),
        Just(":".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("$".to_owned()),
        Just("${host}".to_owned()),
        Just("$my_ip".to_owned()),
        Just("$database.connection".to_owned()),
        Just("\\$".to_owned()),
        Just("connection".to_owned()),
        Just("host".to_owned()),
        Just("state_path".to_owned()),
        Just("mysql://u:p@h/".to_owned()),
        Just("max_pool_size".to_owned()),
        Just("\u{feff}é\u{2028}".to_owned()),
        "[a-z_]{1,8}",
        "-?[0-9_]{1,22}",
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_are_parsed_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        match ini::parse("x.conf", &bytes) {
            Ok(file) => prop_assert!(file.assignments.iter().all(|a| a.key_at.line >= 1 && a.value_at.column >= 1)),
            Err(error) => {
                let in_place = matches!(&error, Error::Parse { at, .. } if at.line >= 1 && at.column >= 1);
                prop_assert!(in_place);
                prop_assert!(error.to_string().contains("x.conf:"));
            }
        }
    }

    #[test]
    fn any_text_is_read_as_settings_or_refused(text in soup()) {
        let loader = Loader::nova("test").without_default_files().environment([("OS_", "")]).text("x.conf", text);
        if let Ok(config) = loader.load() {
            if let Err(error) = Settings::read(&config) {
                let in_value = matches!(error, Error::Value { .. });
                prop_assert!(in_value);
                let _ = error.to_string();
            }
            for finding in config.findings() {
                let _ = finding.to_string();
            }
        }
    }

    #[test]
    fn what_is_written_is_read_back(
        values in proptest::collection::vec(("[a-z_]{1,10}", "[!-~é]([ -~é]{0,20}[!-~é])?"), 1..20),
        section in "[a-zA-Z_]{1,10}",
        crlf in any::<bool>(),
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text = format!("[{section}]{end}");
        for (key, value) in &values {
            // Quotes would be taken off; another pair keeps them.
            text.push_str(&format!("{key} = \"{value}\"{end}# {value}{end}"));
        }
        let file = ini::parse("x.conf", text.as_bytes()).unwrap();
        let found: Vec<_> = file.assignments.into_iter().map(|a| (a.key, a.value)).collect();
        prop_assert_eq!(found, values);
    }

    #[test]
    fn continuation_lines_are_joined(parts in proptest::collection::vec("[!-~]{1,10}", 1..8)) {
        let text = format!("[DEFAULT]\nkey = x\n  {}\n", parts.join("\n\t"));
        let file = ini::parse("x.conf", text.as_bytes()).unwrap();
        prop_assert_eq!(&file.assignments[0].value, &format!("x\n{}", parts.join("\n")));
    }

    #[test]
    fn passwords_are_masked_whatever_they_are(password in "[a-zA-Z0-9:/@?,&=%$#]{6,20}") {
        let url = format!("mysql+pymysql://nova:Q{password}Q@db.example/nova");
        let masked = mask_urls(&url);
        let hidden = format!("Q{password}Q");
        prop_assert!(!masked.contains(&hidden), "{}", masked);
        prop_assert!(masked.starts_with("mysql+pymysql://nova:***@"), "{}", masked);
    }

    #[test]
    fn masking_takes_any_text(text in ".{0,200}") {
        let _ = mask_urls(&text);
    }
}
