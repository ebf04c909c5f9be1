//! Names of reply and fanout queues: random, or fixed by the queue manager. oslo.messaging `amqpdriver.py`, `QManager`.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::PathBuf;

use uuid::Uuid;

use crate::options::QueueManager;

/// The part of a queue's name that is this process's own. Asked for once a queue; the name then stays for good.
pub(crate) fn unique(manager: Option<&QueueManager>) -> String {
    let Some(manager) = manager else {
        return Uuid::new_v4().simple().to_string();
    };
    match count(manager) {
        Ok(count) => format!("{}:{}:{count}", manager.hostname, manager.processname),
        Err(error) => {
            tracing::warn!(
                %error,
                file = %counter_file(manager).display(),
                "use_queue_manager: cannot count this host's queues; this one gets a random name and expires by itself"
            );
            Uuid::new_v4().simple().to_string()
        }
    }
}

/// The file all processes of a service count in. Those of one generation (a process group, told from an earlier one of the
/// same number by its start time) get different numbers; the next generation starts at 1 again.
pub(crate) fn counter_file(manager: &QueueManager) -> PathBuf {
    let name = format!("{}_{}_qmanager", manager.hostname, manager.processname);
    PathBuf::from("/dev/shm").join(name.replace('/', "_"))
}

fn count(manager: &QueueManager) -> std::io::Result<u64> {
    let (group, started) = generation()?;
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(counter_file(manager))?;
    File::lock(&file)?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let count = next(&text, group, started);
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{group}:{count}:{started}")?;
    Ok(count)
}

/// The number after the one in the file, or 1 if that was another generation's.
fn next(text: &str, group: u64, started: u64) -> u64 {
    let mut parts = text.trim().split(':').map(str::parse::<u64>);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Ok(a)), Some(Ok(count)), Some(Ok(b))) if (a, b) == (group, started) => {
            count.saturating_add(1)
        }
        _ => 1,
    }
}

/// The process group and when its leader started.
fn generation() -> std::io::Result<(u64, u64)> {
    let own = fs::read_to_string("/proc/self/stat")?;
    let group = stat_field(&own, 5).filter(|group| *group != 0);
    let leader = match group {
        // The leader may be gone while its group lives on.
        Some(group) => fs::read_to_string(format!("/proc/{group}/stat")).unwrap_or(own),
        None => own,
    };
    let group = group.unwrap_or_else(|| std::process::id().into());
    Ok((group, stat_field(&leader, 22).unwrap_or_default()))
}

/// A field of `/proc/PID/stat`, counted from 1. The second is the program's name in parentheses, which may hold anything.
fn stat_field(stat: &str, field: usize) -> Option<u64> {
    let after_name = stat.rsplit_once(')')?.1;
    after_name
        .split_whitespace()
        .nth(field.checked_sub(3)?)?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_counts_on_and_the_next_one_starts_over() {
        assert_eq!(next("", 7, 100), 1);
        assert_eq!(next("7:1:100", 7, 100), 2);
        assert_eq!(next("7:41:100\n", 7, 100), 42);
        assert_eq!(next("8:41:100", 7, 100), 1);
        assert_eq!(next("7:41:99", 7, 100), 1);
        assert_eq!(next("nonsense", 7, 100), 1);
    }

    #[test]
    fn a_program_name_may_hold_anything() {
        let stat = "12 (a) b (c)) S 1 34 34 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5678 9";
        assert_eq!(stat_field(stat, 5), Some(34));
        assert_eq!(stat_field(stat, 22), Some(5678));
        assert_eq!(stat_field("", 5), None);
    }

    #[test]
    fn managed_names_differ_and_say_whose_they_are() {
        let manager = QueueManager {
            hostname: "h1".to_owned(),
            processname: format!("test{}", Uuid::new_v4().simple()),
        };
        let names = [unique(Some(&manager)), unique(Some(&manager))];
        assert_eq!(names[0], format!("h1:{}:1", manager.processname));
        assert_eq!(names[1], format!("h1:{}:2", manager.processname));
        fs::remove_file(counter_file(&manager)).unwrap();
        assert_eq!(unique(None).len(), 32);
    }
}
