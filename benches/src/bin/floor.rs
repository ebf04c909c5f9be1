//! The bare echo of the benchmarks over RabbitMQ, in a process of its own so
//! that what it uses can be told: `floor PLAN`, started by `benches`.

use benches::Result;
use benches::conductors::floor::{Plan, serve};

/// As the services have it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let plan = std::env::args_os()
        .nth(1)
        .ok_or("usage: floor PLAN; `cargo xtask bench` starts it")?;
    let plan: Plan = serde_json::from_slice(&std::fs::read(plan)?)?;
    tokio::runtime::Runtime::new()?.block_on(serve(plan))
}
