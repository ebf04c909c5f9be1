//! The pilot alone. With an office it is tested there.

use std::process::Command;

#[test]
fn a_pilot_says_that_no_office_answers() -> std::io::Result<()> {
    let pilot = env!("CARGO_BIN_EXE_harbour-pilot");
    let office = "grpc+unix:///nowhere/harbour";
    let output = Command::new(pilot)
        .args(["--office", office, "--patience", "1", "list"])
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(
        said.starts_with("harbour-pilot: call VisitList.all: "),
        "{said}"
    );
    Ok(())
}
