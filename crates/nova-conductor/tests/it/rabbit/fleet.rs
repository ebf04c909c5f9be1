//! A fleet of simulated computes against one broker and one conductor. `cargo xtask bench --only fleet` has the same with
//! thousands, and says what limits it.

use std::path::Path;
use std::time::Duration;

use test_support::fleet;

#[test]
fn a_hundred_computes_start_and_start_again_at_once() {
    let program = Path::new(env!("CARGO_BIN_EXE_nova-conductor"));
    for phase in fleet::run(program, 100, Duration::from_secs(3)) {
        assert!(phase.took < Duration::from_secs(60), "{phase}");
    }
}
