//! Processor architectures.

use versionedobjects::{EnumField, Value, ValueError};

use super::lowered;

/// A processor architecture by libvirt's name for it.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[enum_field(name = "Architecture", coerce = canonicalize)]
pub enum Architecture {
    /// DEC Alpha.
    #[value("alpha")]
    Alpha,
    /// ARM version 6.
    #[value("armv6")]
    Armv6,
    /// ARM version 7, little-endian.
    #[value("armv7l")]
    Armv7l,
    /// ARM version 7, big-endian.
    #[value("armv7b")]
    Armv7b,
    /// 64-bit ARM.
    #[value("aarch64")]
    Aarch64,
    /// Axis CRIS.
    #[value("cris")]
    Cris,
    /// 32-bit x86.
    #[value("i686")]
    I686,
    /// Itanium.
    #[value("ia64")]
    Ia64,
    /// LatticeMico32.
    #[value("lm32")]
    Lm32,
    /// Motorola 68000.
    #[value("m68k")]
    M68k,
    /// MicroBlaze, big-endian.
    #[value("microblaze")]
    Microblaze,
    /// MicroBlaze, little-endian.
    #[value("microblazeel")]
    Microblazeel,
    /// 32-bit MIPS, big-endian.
    #[value("mips")]
    Mips,
    /// 32-bit MIPS, little-endian.
    #[value("mipsel")]
    Mipsel,
    /// 64-bit MIPS, big-endian.
    #[value("mips64")]
    Mips64,
    /// 64-bit MIPS, little-endian.
    #[value("mips64el")]
    Mips64el,
    /// OpenRISC.
    #[value("openrisc")]
    Openrisc,
    /// 32-bit PA-RISC.
    #[value("parisc")]
    Parisc,
    /// 64-bit PA-RISC.
    #[value("parisc64")]
    Parisc64,
    /// 32-bit PowerPC, big-endian.
    #[value("ppc")]
    Ppc,
    /// 32-bit PowerPC, little-endian.
    #[value("ppcle")]
    Ppcle,
    /// 64-bit PowerPC, big-endian.
    #[value("ppc64")]
    Ppc64,
    /// 64-bit PowerPC, little-endian.
    #[value("ppc64le")]
    Ppc64le,
    /// Embedded PowerPC.
    #[value("ppcemb")]
    Ppcemb,
    /// 31-bit System/390.
    #[value("s390")]
    S390,
    /// 64-bit System/390.
    #[value("s390x")]
    S390x,
    /// SuperH 4, little-endian.
    #[value("sh4")]
    Sh4,
    /// SuperH 4, big-endian.
    #[value("sh4eb")]
    Sh4eb,
    /// 32-bit SPARC.
    #[value("sparc")]
    Sparc,
    /// 64-bit SPARC.
    #[value("sparc64")]
    Sparc64,
    /// UniCore 32.
    #[value("unicore32")]
    Unicore32,
    /// 64-bit x86.
    #[value("x86_64")]
    X8664,
    /// Xtensa, little-endian.
    #[value("xtensa")]
    Xtensa,
    /// Xtensa, big-endian.
    #[value("xtensaeb")]
    Xtensaeb,
}

/// Lower case, and one name for each of those with several (nova
/// `objects/fields.py`, `Architecture.canonicalize`).
fn canonicalize(value: Value) -> Result<Value, ValueError> {
    lowered(value, |name| match name {
        "i386" | "i486" | "i586" | "x86_32" | "x86_32p" => "i686",
        "amd64" => "x86_64",
        other => other,
    })
}
