//! Files that are almost right.

#[path = "../../../../fuzz/mutate.rs"]
#[expect(unreachable_pub, reason = "shared between test binaries")]
mod mutate;
#[path = "../../../../fuzz/targets/ini.rs"]
mod target;

const CORPUS: &[&[u8]] = &[
    b"[DEFAULT]\nhost = node1\n# a comment\nmy_ip: 10.0.0.1\ntransport_url = rabbit://u:p@h:5672/v\n",
    b"[database]\nconnection = mysql+pymysql://nova:secret@db/$host\n  continued\nmax_pool_size = 5\n[conductor]\nworkers = 2\n",
];

const TOKENS: &[&str] = &[
    "[",
    "]",
    "=",
    ":",
    "\n",
    "\r\n",
    " ",
    "\t",
    "#",
    ";",
    "\"",
    "'",
    "$",
    "${host}",
    "$my_ip",
    "\\$",
    "\u{feff}",
    "99999999999999999999",
    "-1",
    "[database]",
    "connection = sqlite:////tmp/x",
    "$database.connection",
];

#[test]
fn mutated_files_are_read_or_refused() {
    let mut read = 0;
    mutate::run(0x1217, 1500, CORPUS, TOKENS, |input| {
        read += usize::from(target::fuzz_one(input));
    });
    // Were nothing readable any more, nothing behind the parser would be tested.
    assert!(read > 100, "{read} files could be read");
}
