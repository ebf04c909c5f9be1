//! What this process occupies, as Linux tells.

use crate::Result;

/// Resident bytes now.
///
/// # Errors
/// Where `/proc` is not as on Linux.
pub fn resident() -> Result<f64> {
    status("VmRSS:")
}

/// The most resident bytes since [`forget_peak`].
///
/// # Errors
/// As [`resident`].
pub fn peak() -> Result<f64> {
    status("VmHWM:")
}

/// Begins to look for the peak anew.
///
/// # Errors
/// As [`resident`].
pub fn forget_peak() -> Result<()> {
    Ok(std::fs::write("/proc/self/clear_refs", "5")?)
}

fn status(key: &str) -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    let kib = line.and_then(|line| line.split_whitespace().next());
    let kib: f64 = kib.ok_or("no such line in /proc/self/status")?.parse()?;
    Ok(kib * 1024.0)
}
