//! The two programs of the example, run as a person would.

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// An office with records of its own, ended when dropped.
struct Office {
    process: Child,
    url: String,
    pilot: PathBuf,
    _folder: tempfile::TempDir,
}

impl Office {
    fn open() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let program = Path::new(env!("CARGO_BIN_EXE_harbour-office"));
        let mut process = Command::new(program)
            .arg("--database")
            .arg(folder.path().join("harbour.sqlite"))
            .stdout(Stdio::piped())
            .spawn()?;
        let mut first = String::new();
        let output = process.stdout.take().ok_or("the office has no output")?;
        BufReader::new(output).read_line(&mut first)?;
        let url = first
            .trim()
            .strip_prefix("listening on ")
            .ok_or("the office did not say where it listens")?
            .to_owned();
        Ok(Self {
            process,
            url,
            pilot: pilot(program)?,
            _folder: folder,
        })
    }

    fn ask(&self, arguments: &[&str]) -> Result<Output> {
        Ok(Command::new(&self.pilot)
            .args(["--office", &self.url])
            .args(arguments)
            .output()?)
    }

    /// What the pilot prints, when it succeeds.
    fn told(&self, arguments: &[&str]) -> Result<String> {
        let output = self.ask(arguments)?;
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// What the pilot says when it does not.
    fn refused(&self, arguments: &[&str]) -> Result<String> {
        let output = self.ask(arguments)?;
        assert!(
            !output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
        Ok(String::from_utf8(output.stderr)?.trim().to_owned())
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        // A second end does no harm.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The other program. A run of all tests has built it beside the office, for
/// the pilot's own tests; otherwise cargo builds it now.
fn pilot(office: &Path) -> Result<PathBuf> {
    let pilot = office.with_file_name(format!("harbour-pilot{}", std::env::consts::EXE_SUFFIX));
    if std::env::var_os("NEXTEST").is_none() || !pilot.is_file() {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "harbour-pilot"])
            .status()?;
        assert!(built.success(), "harbour-pilot does not build");
    }
    Ok(pilot)
}

#[test]
fn a_pilot_without_database_works_on_the_offices_records() -> Result {
    let office = Office::open()?;
    let fram = [
        "arrive", "Fram", "Norway", "3", "--cargo", "sledges", "--length", "39",
    ];
    assert_eq!(
        office.told(&fram)?,
        "1: Fram (Norway) moored at berth 3, with sledges, 39 m [Visit 1.2, Ship 1.1]"
    );
    assert_eq!(
        office.refused(&["arrive", "Gauss", "Germany", "3"])?,
        "harbour-pilot: berth 3 is taken by Fram; choose another or wait until it has left"
    );
    assert_eq!(
        office.told(&["leave", "1"])?,
        "1: Fram (Norway) left at berth 3, with sledges, 39 m [Visit 1.2, Ship 1.1]"
    );
    assert!(
        office
            .told(&["arrive", "Gauss", "Germany", "3"])?
            .starts_with("2: Gauss (Germany) moored at berth 3")
    );
    assert_eq!(
        office.refused(&["leave", "7"])?,
        "harbour-pilot: there is no visit 7"
    );
    Ok(())
}

#[test]
fn a_pilot_of_the_first_release_is_sent_what_it_can_read() -> Result {
    let office = Office::open()?;
    office.told(&[
        "arrive",
        "Vega",
        "Sweden",
        "1",
        "--cargo",
        "walrus",
        "--length",
        "43",
        "--quarantine",
    ])?;
    assert_eq!(
        office.told(&["list"])?,
        "1: Vega (Sweden) quarantined at berth 1, with walrus, 43 m [Visit 1.2, Ship 1.1]"
    );
    assert_eq!(
        office.told(&["--release", "1", "list"])?,
        "1: Vega (Sweden) moored at berth 1 [Visit 1.0, Ship 1.0]"
    );
    // What it does not know, it does not destroy either.
    office.told(&["--release", "1", "leave", "1"])?;
    assert_eq!(
        office.told(&["list"])?,
        "1: Vega (Sweden) left at berth 1, with walrus, 43 m [Visit 1.2, Ship 1.1]"
    );
    Ok(())
}

#[test]
fn nothing_of_a_database_is_linked_into_the_pilot() -> Result {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            "harbour-pilot",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--offline",
        ])
        .output()?;
    let tree = String::from_utf8(tree.stdout)?;
    assert!(tree.contains("nova-rpc"), "cargo gave no tree:\n{tree}");
    assert!(!tree.contains("sqlx") && !tree.contains("sqlite"), "{tree}");
    Ok(())
}
