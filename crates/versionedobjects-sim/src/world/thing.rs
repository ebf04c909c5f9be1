//! Things: what services make, work on, keep and read again.

use versionedobjects::{Error, ObjectExt as _, VersionedObject};

use super::truth::Truth;
use super::{World, kind};
use crate::check::missing;
use crate::service::at_rest;
use crate::{Kind, Mistake};

impl World<'_> {
    pub(super) fn make(&mut self, service: usize) {
        let thing = self.truths.len() as u64;
        let release = self.services[service].release;
        let made = self.domain.make(release, thing, &mut self.random);
        let made = made.and_then(|object| {
            let says = self.domain.truth(release, &*object)?;
            Ok((
                at_rest(&*object, self.plan.mistake)?,
                object.class().name,
                says,
            ))
        });
        let title = self.title(service);
        match made {
            Ok((text, class, says)) => {
                self.note(format!("{title} makes thing {thing}"));
                self.services[service].disk.store.insert(thing, text);
                let truth = Truth {
                    class,
                    says,
                    hop: 0,
                    gone: false,
                };
                self.truths.insert(thing, truth);
            }
            Err(error) => self.find(Kind::Unwritable, format!("{title} makes a thing: {error}")),
        }
    }

    pub(super) fn edit(
        &mut self,
        service: usize,
        thing: u64,
        object: &mut dyn VersionedObject,
    ) -> bool {
        let release = self.services[service].release;
        let edited = self.domain.truth(release, object).and_then(|before| {
            self.domain.edit(release, object, &mut self.random)?;
            Ok((before, self.domain.truth(release, object)?))
        });
        let title = self.title(service);
        match edited {
            Ok((before, after)) => {
                self.note(format!("{title} works on thing {thing}"));
                if let Some(truth) = self.truths.get_mut(&thing) {
                    truth.learn(&before, after);
                }
                true
            }
            Err(error) => {
                self.lose(thing);
                self.find(
                    Kind::Lost,
                    format!("{title} cannot work on thing {thing}: {error}"),
                );
                false
            }
        }
    }

    pub(super) fn keep(&mut self, service: usize, thing: u64, object: &dyn VersionedObject) {
        match at_rest(object, self.plan.mistake) {
            Ok(text) => {
                self.services[service].disk.store.insert(thing, text);
            }
            Err(error) => self.unwritable(service, thing, &error),
        }
    }

    /// Reads a thing, makes it current if asked to, and compares it with what is
    /// true.
    pub(super) fn open(
        &mut self,
        service: usize,
        thing: u64,
        text: &str,
        whence: &str,
        current: bool,
    ) -> Option<Box<dyn VersionedObject>> {
        let keeps = self.plan.mistake != Some(Mistake::ErasesUnknown);
        let release = self.release(service);
        let read = release.read(text, keeps).and_then(|mut object| {
            // A release that is held to older versions has no newer defaults.
            let newest = release.reads().get(object.class().name);
            if current && newest == Some(object.class().version()) {
                object.upgrade()?;
            }
            Ok(object)
        });
        let title = self.title(service);
        match read {
            Ok(object) => {
                let truth = self.truths.get(&thing)?;
                let number = self.services[service].release;
                let seen = self.domain.seen(number, truth.class, &truth.says);
                let lost = missing(&*object, &seen);
                if !lost.is_empty() {
                    self.find(
                        Kind::Lost,
                        format!(
                            "{title} reads thing {thing} from {whence}: {}",
                            lost.join("; ")
                        ),
                    );
                }
                Some(object)
            }
            Err(error) => {
                self.lose(thing);
                self.find(
                    kind(&error),
                    format!("{title} reads thing {thing} from {whence}: {error}"),
                );
                None
            }
        }
    }

    pub(super) fn unwritable(&mut self, service: usize, thing: u64, error: &Error) {
        let title = self.title(service);
        self.lose(thing);
        self.find(
            Kind::Unwritable,
            format!("{title} writes thing {thing}: {error}"),
        );
    }

    /// What became of a thing was found; it need not be found again.
    pub(super) fn lose(&mut self, thing: u64) {
        if let Some(truth) = self.truths.get_mut(&thing) {
            truth.gone = true;
        }
    }
}
