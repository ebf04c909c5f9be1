//! How guests see and share processors.

use versionedobjects::EnumField;

/// How a guest's processors share the host's.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[enum_field(name = "CPUAllocationPolicy")]
pub enum CpuAllocationPolicy {
    /// Each has a host processor of its own.
    #[value("dedicated")]
    Dedicated,
    /// They float over the host's shared processors.
    #[value("shared")]
    Shared,
    /// Some of each.
    #[value("mixed")]
    Mixed,
}

/// What a guest wants of the threads of a host's cores.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[enum_field(name = "CPUThreadAllocationPolicy")]
pub enum CpuThreadAllocationPolicy {
    /// Siblings, where there are any.
    #[value("prefer")]
    Prefer,
    /// A core for each processor, its siblings left idle.
    #[value("isolate")]
    Isolate,
    /// Siblings, or nothing.
    #[value("require")]
    Require,
}

/// Where the threads of the emulator run.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[enum_field(name = "CPUEmulatorThreadsPolicy")]
pub enum CpuEmulatorThreadsPolicy {
    /// On the guest's processors or the shared ones.
    #[value("share")]
    Share,
    /// On a processor of their own.
    #[value("isolate")]
    Isolate,
}

/// What processor a guest sees.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[enum_field(name = "CPUMode")]
pub enum CpuMode {
    /// A named model.
    #[value("custom")]
    Custom,
    /// One close to the host's.
    #[value("host-model")]
    HostModel,
    /// The host's.
    #[value("host-passthrough")]
    HostPassthrough,
}

/// How exactly a processor has to be the one described.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[enum_field(name = "CPUMatch")]
pub enum CpuMatch {
    /// At least.
    #[value("minimum")]
    Minimum,
    /// Exactly, superfluous features hidden.
    #[value("exact")]
    Exact,
    /// Exactly, and refused where the host has more.
    #[value("strict")]
    Strict,
}

/// What a guest's processor has to do with a feature.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[enum_field(name = "CPUFeaturePolicy")]
pub enum CpuFeaturePolicy {
    /// Has it even where the host has not.
    #[value("force")]
    Force,
    /// Has it, or the guest does not start.
    #[value("require")]
    Require,
    /// Has it where the host has.
    #[value("optional")]
    Optional,
    /// Has it not.
    #[value("disable")]
    Disable,
    /// The guest does not start where the host has it.
    #[value("forbid")]
    Forbid,
}
