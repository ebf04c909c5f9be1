//! The servers of a topic, as one of them knows them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::profile::Abilities;
use super::{Announcement, Profile};

/// How many are kept at most: what peers say must not pile up.
const MOST: usize = 1024;

/// One server, and the others it has heard of lately.
#[derive(Debug)]
pub(super) struct Roll {
    pub(super) own: Profile,
    lease: Duration,
    others: Mutex<HashMap<String, (Profile, Instant)>>,
}

impl Roll {
    /// Nobody but `own`. Others count for `lease` after they were heard last.
    pub(super) fn new(own: Profile, lease: Duration) -> Self {
        Self {
            own,
            lease,
            others: Mutex::default(),
        }
    }

    fn others(&self) -> MutexGuard<'_, HashMap<String, (Profile, Instant)>> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what one of the others says.
    pub(super) fn hear(&self, heard: Announcement) {
        let Announcement { member, gone, .. } = heard;
        if member.process == self.own.process || member.topic != self.own.topic {
            return;
        }
        let mut others = self.others();
        let now = Instant::now();
        others.retain(|_, (_, last)| now.duration_since(*last) < self.lease);
        if gone {
            if others.remove(&member.process).is_some() {
                tracing::info!(host = member.host, "a server of this topic left");
            }
            return;
        }
        if others.len() >= MOST && !others.contains_key(&member.process) {
            return;
        }
        if !others.contains_key(&member.process) {
            tracing::info!(
                host = member.host,
                program = member.program,
                "another server of this topic"
            );
        }
        // A host has one process at a time: a new one takes the old one's place.
        others
            .retain(|process, (other, _)| other.host != member.host || *process == member.process);
        others.insert(member.process.clone(), (member, now));
    }

    /// What all of them can do, and their hosts.
    pub(super) fn common(&self) -> (Abilities, Vec<String>) {
        let now = Instant::now();
        let mut hosts = vec![self.own.host.clone()];
        let mut abilities = self.own.abilities().clone();
        for (profile, last) in self.others().values() {
            if now.duration_since(*last) < self.lease {
                abilities = abilities.common(profile.abilities());
                hosts.push(profile.host.clone());
            }
        }
        hosts.sort_unstable();
        hosts.dedup();
        (abilities, hosts)
    }
}

#[cfg(test)]
mod tests {
    use versionedobjects::{Manifest, Version};

    use super::*;

    fn profile(host: &str, minor: u16) -> Profile {
        let reads: Manifest = [("A", Version::new(1, minor))].into_iter().collect();
        Profile::new("t", host, "test", reads)
    }

    fn heard(member: &Profile, gone: bool) -> Announcement {
        Announcement {
            member: member.clone(),
            hello: false,
            gone,
        }
    }

    fn minor(roll: &Roll) -> u16 {
        let version = roll.common().0.reads.get("A");
        version.map_or(99, |version| version.minor)
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_not_heard_of_any_more_does_not_count() {
        let roll = Roll::new(profile("a", 5), Duration::from_secs(3));
        let old = profile("b", 2);
        roll.hear(heard(&old, false));
        assert_eq!(minor(&roll), 2);
        tokio::time::advance(Duration::from_millis(2900)).await;
        assert_eq!(minor(&roll), 2);
        tokio::time::advance(Duration::from_millis(200)).await;
        assert_eq!(minor(&roll), 5, "it died");
        roll.hear(heard(&old, false));
        assert_eq!(minor(&roll), 2, "it is back");
        roll.hear(heard(&old, true));
        assert_eq!(minor(&roll), 5, "it left");
    }

    #[tokio::test(start_paused = true)]
    async fn a_restarted_host_counts_as_what_it_is_now() {
        let roll = Roll::new(profile("a", 5), Duration::from_secs(3));
        roll.hear(heard(&profile("b", 2), false));
        roll.hear(heard(&profile("b", 4), false));
        assert_eq!(minor(&roll), 4);
        assert_eq!(roll.common().1, ["a", "b"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_kept_is_bounded() {
        let roll = Roll::new(profile("a", 5), Duration::from_secs(3));
        for number in 0..2 * MOST {
            roll.hear(heard(&profile(&format!("h{number}"), 3), false));
        }
        assert_eq!(roll.others().len(), MOST);
        tokio::time::advance(Duration::from_secs(4)).await;
        roll.hear(heard(&profile("late", 4), false));
        assert_eq!(roll.others().len(), 1);
    }
}
