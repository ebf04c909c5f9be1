//! Two thousand simulated computes against one broker and one conductor: how long it takes until all are served, what it
//! costs whom, and what limits it.

use std::time::Duration;

use test_support::fleet;

use crate::Result;
use crate::report::Report;

/// How many computes, unless `NOVA_FLEET` says otherwise.
const COMPUTES: usize = 2000;

/// As often as Nova's computes report.
const INTERVAL: Duration = Duration::from_secs(10);

/// Measures them. Call it from the main thread, with which the servers end.
///
/// # Errors
/// When `NOVA_FLEET` is no number.
pub fn run(report: &mut Report) -> Result<()> {
    let computes = match std::env::var("NOVA_FLEET") {
        Ok(number) => number
            .parse()
            .map_err(|_| format!("NOVA_FLEET is a number of computes, not {number:?}"))?,
        Err(_) => COMPUTES,
    };
    let program = std::env::current_exe()?.with_file_name("nova-conductor");
    for phase in fleet::run(&program, computes, INTERVAL) {
        let what = format!("{computes} computes, {}", phase.what);
        let mut fact = |part: String, value: f64, unit| {
            report.fact("fleet", format!("{what}: {part}"), value, unit);
        };
        fact("all served after".to_owned(), phase.took.as_secs_f64(), "s");
        if let Some([half, most]) = phase.reports {
            fact("a report, p50".to_owned(), half.as_secs_f64() * 1e3, "ms");
            fact("a report, p99".to_owned(), most.as_secs_f64() * 1e3, "ms");
        }
        for (who, used) in phase.used.by_name() {
            fact(format!("processor of {who}"), used.as_secs_f64(), "s");
        }
        #[expect(clippy::cast_precision_loss, reason = "thousands")]
        {
            fact("queues".to_owned(), phase.queues as f64, "");
            fact("asked again".to_owned(), phase.again as f64, "times");
            fact(
                "most memory of the conductor so far".to_owned(),
                phase.conductor_peak as f64,
                "MiB",
            );
        }
        report.remark(format!("{what}: limited by {}", phase.limit()));
    }
    Ok(())
}
