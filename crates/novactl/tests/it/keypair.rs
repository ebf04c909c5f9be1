//! `novactl keypair`

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Deployment, key};

const MD5: &str = include_str!("keys/id_ed25519.md5");

#[test]
fn a_key_is_imported_listed_shown_and_deleted() {
    let deployment = Deployment::new();
    let created = deployment.json(&["keypair", "create", "laptop", "--public-key", &key()]);
    assert_eq!(created["keypair"]["fingerprint"], MD5.trim());
    assert_eq!(created["keypair"]["user_id"], "admin");
    let table = format!("NAME    TYPE  FINGERPRINT\nlaptop  ssh   {MD5}");
    assert_eq!(deployment.ok(&["keypair", "list"]), table);
    assert!(
        deployment
            .ok(&["keypair", "show", "laptop"])
            .contains("public key   ssh-ed25519 AAAA")
    );
    assert_eq!(
        deployment.ok(&["keypair", "delete", "laptop"]),
        "deleted keypair laptop\n"
    );
    assert!(
        deployment
            .fails(1, &["keypair", "show", "laptop"])
            .contains("novactl keypair list")
    );
}

#[test]
fn keys_belong_to_a_user() {
    let deployment = Deployment::new();
    deployment.ok(&[
        "keypair",
        "create",
        "laptop",
        "--public-key",
        &key(),
        "--os-user-id",
        "alice",
    ]);
    assert_eq!(
        deployment.json(&["keypair", "list"])["keypairs"]
            .as_array()
            .map(Vec::len),
        Some(0)
    );
    let output = deployment
        .command(&["keypair", "list"])
        .env("OS_USER_ID", "alice")
        .output()
        .expect("it runs");
    assert!(String::from_utf8_lossy(&output.stdout).contains("laptop"));
}

#[test]
fn a_key_comes_through_standard_input_too() {
    let deployment = Deployment::new();
    let mut command = deployment.command(&["keypair", "create", "piped", "--public-key", "-"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let key = std::fs::read(key()).expect("the key is there");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(&key)
        .expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(String::from_utf8_lossy(&output.stdout).contains(MD5.trim()));
}

#[test]
fn what_is_no_public_key_is_refused_with_advice() {
    let deployment = Deployment::new();
    let file = deployment.path("id");
    std::fs::write(&file, "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n").expect("written");
    let said = deployment.fails(
        1,
        &[
            "keypair",
            "create",
            "x",
            "--public-key",
            &file.display().to_string(),
        ],
    );
    assert!(
        said.contains(".pub") && said.contains("ssh-keygen"),
        "{said}"
    );
    assert!(
        !said.contains("c2VjcmV0"),
        "what is in a private key is not repeated"
    );
    let said = deployment.fails(
        1,
        &["keypair", "create", "x", "--public-key", "/no/such/file"],
    );
    assert!(said.contains("/no/such/file"), "{said}");
}
