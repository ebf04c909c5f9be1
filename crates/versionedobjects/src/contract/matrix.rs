//! Who breaks: what a difference does to peers on either side of it.

use std::fmt;

/// What happens to a peer, from harmless to loud.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Nothing.
    #[default]
    Fine,
    /// Something it may look for is not there.
    Lacks,
    /// Something is dropped without a word.
    Loses,
    /// It meets an error that it does not know.
    Surprised,
    /// It takes something for what it is not.
    Misreads,
    /// It fails.
    Refuses,
}

impl Effect {
    /// The name in data, and the verb in sentences.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Lacks => "lacks",
            Self::Loses => "loses",
            Self::Surprised => "surprised",
            Self::Misreads => "misreads",
            Self::Refuses => "refuses",
        }
    }

    /// What a person reads.
    const fn sentence(self) -> &'static str {
        match self {
            Self::Fine => "is fine",
            Self::Lacks => "does not find what it looks for",
            Self::Loses => "drops a part of it",
            Self::Surprised => "meets an error it does not know",
            Self::Misreads => "takes it for something else",
            Self::Refuses => "fails",
        }
    }

    /// Whether what arrives cannot be used.
    pub(super) fn breaks(self) -> bool {
        self >= Self::Misreads
    }
}

/// What a difference does to peers that are on the other side of it, if the
/// versions did not keep them apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Matrix {
    /// An older peer reads what a newer one wrote.
    pub old_reader_new_data: Effect,
    /// A newer peer reads what an older one wrote or stored.
    pub new_reader_old_data: Effect,
    /// An older peer changes what a newer one wrote, and hands it back.
    pub old_writer_new_data: Effect,
    /// An older peer calls a newer one.
    pub old_caller_new_method: Effect,
    /// A newer peer calls an older one.
    pub new_caller_old_method: Effect,
}

impl Matrix {
    /// Nobody breaks.
    pub const FINE: Self = Self {
        old_reader_new_data: Effect::Fine,
        new_reader_old_data: Effect::Fine,
        old_writer_new_data: Effect::Fine,
        old_caller_new_method: Effect::Fine,
        new_caller_old_method: Effect::Fine,
    };

    /// Of a difference in data. An older writer reads before it writes, and is
    /// read afterwards: it meets the worse of both.
    pub(super) fn data(old_reader: Effect, new_reader: Effect) -> Self {
        Self {
            old_reader_new_data: old_reader,
            new_reader_old_data: new_reader,
            old_writer_new_data: old_reader.max(new_reader),
            ..Self::FINE
        }
    }

    /// Of a difference in what can be called.
    pub(super) const fn calls(old_caller: Effect, new_caller: Effect) -> Self {
        Self {
            old_caller_new_method: old_caller,
            new_caller_old_method: new_caller,
            ..Self::FINE
        }
    }

    /// The cells with their names, those of data first.
    #[must_use]
    pub const fn cells(&self) -> [(&'static str, Effect); 5] {
        [
            ("old reader, new data", self.old_reader_new_data),
            ("new reader, old data", self.new_reader_old_data),
            ("old writer, new data", self.old_writer_new_data),
            ("old caller, new method", self.old_caller_new_method),
            ("new caller, old method", self.new_caller_old_method),
        ]
    }
}

impl fmt::Display for Matrix {
    /// A line for each cell that concerns data, or calls, if either is touched.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.cells();
        let (data, calls) = cells.split_at(3);
        let touched = |cells: &[(&str, Effect)]| cells.iter().any(|(_, e)| *e != Effect::Fine);
        let mut first = true;
        for (name, effect) in [data, calls].into_iter().filter(|c| touched(c)).flatten() {
            if !first {
                f.write_str("\n")?;
            }
            first = false;
            write!(f, "{name:<22}  {}", effect.sentence())?;
        }
        Ok(())
    }
}
