//! Which of several values counts.

use std::fs;

use oslo_config::{Error, Location};

use crate::{bare, load};

fn check(text: &str, name: &str, expected: &str) {
    let found: String = load(text).unwrap().get("DEFAULT", name).unwrap();
    assert_eq!(found, expected, "{text:?}");
}

#[test]
fn the_last_value_counts() {
    check("[DEFAULT]\ns=1\ns=2", "s", "2");
    check("[DEFAULT]\ns=1\n[g]\ns=3\n[DEFAULT]\ns=2", "s", "2");
}

#[test]
fn every_value_of_a_multi_option_counts() {
    let config = bare()
        .text("1", "[DEFAULT]\nm=a\nm=b,c\n")
        .text("2", "[DEFAULT]\nm=d")
        .load()
        .unwrap();
    assert_eq!(
        config.get::<Vec<String>>("DEFAULT", "m").unwrap(),
        ["a", "b,c", "d"]
    );
}

#[test]
fn todays_name_goes_before_a_former_one_within_a_file() {
    check("[DEFAULT]\nt=false\ntruth=true", "t", "False");
    let config = bare()
        .text("1", "[DEFAULT]\nt=false")
        .text("2", "[DEFAULT]\nverity=true")
        .load()
        .unwrap();
    assert!(config.get::<bool>("DEFAULT", "t").unwrap());
}

#[test]
fn groups_are_found_whatever_their_case_but_default() {
    let config = load("[G]\nx=1\n[Default]\ns=2").unwrap();
    assert_eq!(config.get::<String>("g", "x").unwrap(), "1");
    assert!(!config.is_set("DEFAULT", "s"));
}

#[test]
fn flags_go_before_the_environment_and_that_before_files() {
    let text = "[DEFAULT]\ns=file\na=file\nb=file";
    let loader = || {
        let variables = [
            ("OS_DEFAULT__S", "env"),
            ("OS_DEFAULT__A", "env"),
            ("OS_G__X", "env"),
        ];
        bare()
            .text("f.conf", text)
            .environment(variables)
            .set("s=flag")
            .set("g.s=flag")
    };
    let config = loader().load().unwrap();
    let get = |group, name| {
        (
            config.get::<String>(group, name).unwrap(),
            config.location(group, name).to_string(),
        )
    };
    let is = |value: &str, at: &str| (value.to_owned(), at.to_owned());
    assert_eq!(get("DEFAULT", "s"), is("flag", "flag --set s"));
    assert_eq!(
        get("DEFAULT", "a"),
        is("env", "environment variable OS_DEFAULT__A")
    );
    assert_eq!(get("DEFAULT", "b"), is("file", "f.conf:4:3"));
    assert_eq!(get("g", "x"), is("env", "environment variable OS_G__X"));
    assert_eq!(get("g", "s"), is("flag", "flag --set g.s"));
    assert_eq!(config.location("DEFAULT", "n"), Location::Default);
}

#[test]
fn files_are_read_in_order_and_directories_after_them() {
    let root = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    };
    let one = write("one.conf", "[DEFAULT]\ns=one\na=one\nb=one");
    let two = write("two.conf", "[DEFAULT]\ns=two\na=two");
    write("d/20.conf", "[DEFAULT]\ns=d20");
    write("d/10.conf", "[DEFAULT]\ns=d10");
    write("d/.hidden.conf", "[DEFAULT]\ns=hidden");
    write("d/other.txt", "not INI");
    let config = bare()
        .directory(root.path().join("d"))
        .file(one)
        .file(two)
        .load()
        .unwrap();
    let get = |name| config.get::<String>("DEFAULT", name).unwrap();
    assert_eq!(
        (get("s"), get("a"), get("b")),
        ("d20".into(), "two".into(), "one".into())
    );
}

#[test]
fn files_that_were_named_have_to_exist() {
    assert!(matches!(
        bare().file("/nowhere/x.conf").load(),
        Err(Error::Read { .. })
    ));
    assert!(matches!(
        bare().directory("/nowhere/d").load(),
        Err(Error::ReadDir { .. })
    ));
}

#[test]
fn flags_have_to_name_an_option() {
    let error = bare().set("g.xx=1").load().unwrap_err().to_string();
    assert_eq!(
        error,
        "set [g] xx by --set g.xx: there is no such option; did you mean [g] x?"
    );
    assert!(matches!(
        bare().set("nothing").load(),
        Err(Error::BadSet { .. })
    ));
    assert!(matches!(
        bare().set(".x=1").load(),
        Err(Error::BadSet { .. })
    ));
}

#[test]
fn errors_show_the_line() {
    let config = load("[DEFAULT]\n# many\nn = lots\n").unwrap();
    let error = config.get::<i64>("DEFAULT", "n").unwrap_err().to_string();
    let expected = "read option [DEFAULT] n from test.conf:3:5: \"lots\" is not an integer\n  |\n3 | n = lots\n  |     ^";
    assert_eq!(error, expected);
}
