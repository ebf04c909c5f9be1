//! Misspelt, deprecated and unused options are told apart.

use oslo_config::{Finding, Loader};

fn find(text: &str) -> Vec<String> {
    let config = Loader::nova("test")
        .without_default_files()
        .text("n.conf", text)
        .load()
        .unwrap();
    config
        .findings()
        .iter()
        .filter(|f| f.is_warning())
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_misspelt_option_is_named_with_the_nearest() {
    let check = |text: &str, expected: &str| assert_eq!(find(text), [expected], "{text:?}");
    check(
        "[database]\nconection = x",
        "unknown option [database] conection at n.conf:2:1; did you mean [database] connection?",
    );
    check(
        "[DEFAULT]\nlog-file = x",
        "unknown option [DEFAULT] log-file at n.conf:2:1; did you mean [DEFAULT] log_file?",
    );
    check(
        "[databse]\nconnection = x",
        "unknown option [databse] connection at n.conf:2:1; did you mean [database] connection?",
    );
    check(
        "[DEFAULT]\nmax_pool_size = 5",
        "unknown option [DEFAULT] max_pool_size at n.conf:2:1; did you mean [database] max_pool_size?",
    );
    check(
        "[default]\nhost = x",
        "unknown option [default] host at n.conf:2:1; did you mean [DEFAULT] host?",
    );
    check(
        "[libvirt]\nvirt_typ = kvm",
        "unknown option [libvirt] virt_typ at n.conf:2:1; did you mean [libvirt] virt_type?",
    );
    check(
        "[DEFAULT]\nzzzzqqqq = 1",
        "unknown option [DEFAULT] zzzzqqqq at n.conf:2:1",
    );
}

#[test]
fn options_of_nova_that_are_not_used_here_are_no_warning() {
    let text = "[DEFAULT]\nmy_block_storage_ip = 1.2.3.4\n[libvirt]\nvirt_type = kvm\n[keystone_authtoken]\npassword = x\n\
        [mdev_nvidia-35]\nmdev_class = VGPU\n[placement]\nauth_url = http://x\n";
    assert_eq!(find(text), Vec::<String>::new());
    let config = Loader::nova("test")
        .without_default_files()
        .text("n.conf", text)
        .load()
        .unwrap();
    assert_eq!(config.findings().len(), 5);
    assert!(
        config
            .findings()
            .iter()
            .all(|finding| matches!(finding, Finding::Unused { .. }))
    );
}

#[test]
fn a_former_name_is_reported_with_its_successor() {
    assert_eq!(
        find("[DEFAULT]\nrpc_thread_pool_size = 3"),
        [
            "option [DEFAULT] rpc_thread_pool_size at n.conf:2:1 is deprecated, use [DEFAULT] executor_thread_pool_size"
        ]
    );
}

#[test]
fn findings_never_show_a_password() {
    let config = Loader::nova("test")
        .without_default_files()
        .text(
            "n.conf",
            "[placement]\npassword = hunter2\n[database]\nconection = mysql://u:hunter2@h/x\n",
        )
        .load()
        .unwrap();
    assert!(!format!("{:?}", config.findings()).contains("hunter2"));
}
