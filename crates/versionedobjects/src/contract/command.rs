//! The program that records contracts: a line of `main` for those who want one
//! beside the test.

use std::io::Write as _;
use std::process::ExitCode;

use super::{Comparison, Recorder};

const HELP: &str = "\
Compares the classes with their recorded contracts, and says what differs, which bump each
difference needs, and who breaks without it.

  --accept         record what differs, if the bumps are there
  --reason TEXT    with --accept: record also what lacks its bump; the reason goes into the file
  --help           this text

Exit status: 0 nothing differs, or it was recorded; 1 something differs; 2 wrong usage.
";

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    accept: bool,
    reason: Option<String>,
    help: bool,
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--accept" => options.accept = true,
            "--reason" => {
                let reason = arguments.next().filter(|reason| !reason.trim().is_empty());
                options.reason = Some(reason.ok_or("--reason needs a text, which is recorded")?);
            }
            "--help" | "-h" => options.help = true,
            other => return Err(format!("there is no argument `{other}`; see --help")),
        }
    }
    if options.reason.is_some() && !options.accept {
        return Err("--reason goes with --accept".to_owned());
    }
    Ok(options)
}

impl Recorder<'_> {
    /// Runs the command line of this process: compares, or records with
    /// `--accept`.
    #[must_use]
    pub fn run(&self) -> ExitCode {
        let say = |text: &str| {
            // Whoever closed the pipe has seen enough.
            let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
        };
        let fail = |text: &str, code: u8| {
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::from(code)
        };
        let options = match options(std::env::args().skip(1)) {
            Ok(options) => options,
            Err(wrong) => return fail(&wrong, 2),
        };
        if options.help {
            say(HELP);
            return ExitCode::SUCCESS;
        }
        let result = if options.accept {
            self.accept(options.reason.as_deref())
        } else {
            self.compare().map_err(super::Error::from)
        };
        match result {
            Err(error) => fail(&error.to_string(), 1),
            Ok(found) if found.is_empty() => {
                say("every class is as recorded");
                ExitCode::SUCCESS
            }
            Ok(found) => {
                let shown: Vec<String> = found.iter().map(Comparison::to_string).collect();
                say(&shown.join("\n\n"));
                if options.accept {
                    say("\nrecorded");
                    return ExitCode::SUCCESS;
                }
                let next = if found.iter().all(Comparison::is_accepted) {
                    format!("run `{}` to record it", self.command)
                } else {
                    format!("make the bumps, then run `{}`", self.command)
                };
                fail(&format!("\n{next}"), 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Options, String> {
        options(arguments.iter().map(ToString::to_string))
    }

    #[test]
    fn a_reason_is_a_text_and_goes_with_accept() {
        let reason = parsed(&["--accept", "--reason", "nobody has it yet"]);
        assert_eq!(
            reason.map(|options| options.reason),
            Ok(Some("nobody has it yet".to_owned()))
        );
        assert!(parsed(&["--reason", "x"]).is_err());
        assert!(parsed(&["--accept", "--reason", " "]).is_err());
        assert!(parsed(&["--accept", "--reason"]).is_err());
        assert!(parsed(&["--acept"]).is_err());
    }
}
