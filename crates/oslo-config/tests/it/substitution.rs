//! `$option` in values. Cases were run through oslo.config.

use crate::load;

fn check(text: &str, expected: &str) {
    let found: Option<String> = load(text).unwrap().get("DEFAULT", "s").unwrap();
    assert_eq!(found.as_deref(), Some(expected), "{text:?}");
}

fn refuse(text: &str, part: &str) {
    let error = load(text)
        .unwrap()
        .get::<String>("DEFAULT", "s")
        .unwrap_err()
        .to_string();
    assert!(error.contains(part), "{text:?}: {error}");
}

#[test]
fn options_stand_for_their_values() {
    check("[DEFAULT]\ns = $a\na=1", "1");
    check("[DEFAULT]\ns = ${a}b$$c\\$d", "b$c$d");
    check("[DEFAULT]\ns = $g.x\n[g]\nx=9", "9");
    check("[DEFAULT]\ns = $n-$t-$b", "7-True-");
    check("[DEFAULT]\ns = $a\na=<$b>\nb=1", "<1>");
}

#[test]
fn a_groups_own_option_goes_first() {
    let config = load("[DEFAULT]\na=1\ns=outer\n[g]\nx = $s/$a\ns=inner").unwrap();
    assert_eq!(config.get::<String>("g", "x").unwrap(), "inner/1");
}

#[test]
fn options_of_nova_that_are_not_used_here_can_be_referred_to() {
    check("[DEFAULT]\ns = $pybasedir/x\npybasedir = /opt", "/opt/x");
}

#[test]
fn what_cannot_be_resolved_is_an_error_with_its_place() {
    refuse(
        "[DEFAULT]\ns = $zz",
        "test.conf:2:5: no option is called zz",
    );
    refuse(
        "[DEFAULT]\ns = $DEFAULT.zz",
        "no option is called DEFAULT.zz",
    );
    refuse("[DEFAULT]\ns = $a\na=$b\nb=$a", "refers back to itself");
    refuse("[DEFAULT]\ns = $s", "refers back to itself");
    refuse("[DEFAULT]\ns = $u\nu=$u", "refers back to itself");
}

#[test]
fn growth_is_bounded() {
    let mut text = String::from("[DEFAULT]\ns = $u0\n");
    for n in 0..30 {
        let next = n + 1;
        text.push_str(&format!("u{n} = $u{next}$u{next}\n"));
    }
    text.push_str("u30 =\n");
    refuse(&text, "too deeply");
}

#[test]
fn a_password_is_not_quoted_back() {
    let config = load("[DEFAULT]\npassword_url = mysql://u:pa$sword@h/x").unwrap();
    let error = config.get::<String>("DEFAULT", "password_url").unwrap_err();
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("sword@"), "{text}");
    }
}
