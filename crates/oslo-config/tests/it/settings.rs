//! The settings structs and their tables.

use std::collections::HashSet;
use std::time::Duration;

use oslo_config::{Config, Loader, Preset, Settings, settings};

fn nova(text: &str) -> Config {
    Loader::nova("test")
        .without_default_files()
        .text("nova.conf", text)
        .load()
        .unwrap()
}

#[test]
fn the_first_start_needs_no_configuration() {
    let settings = Settings::read(&nova("[DEFAULT]\nstate_path = /var/lib/nova\n")).unwrap();
    assert_eq!(
        settings.service.transport_url.expose(),
        "grpc://127.0.0.1:9774"
    );
    assert_eq!(
        settings.database.connection.expose(),
        "sqlite:////var/lib/nova/nova.sqlite"
    );
    assert_eq!(
        settings.api_database.connection.expose(),
        "sqlite:////var/lib/nova/nova_api.sqlite"
    );
    assert_eq!(
        settings.service.rpc_response_timeout,
        Duration::from_secs(60)
    );
    assert!(!settings.service.host.is_empty());
}

#[test]
fn the_port_of_the_default_is_the_constant() {
    let url = Settings::read(&nova("")).unwrap().service.transport_url;
    assert!(
        url.expose()
            .ends_with(&format!(":{}", settings::DEFAULT_GRPC_PORT))
    );
}

#[test]
fn a_nova_conf_is_read() {
    let settings = Settings::read(&nova(
        "# as deployed\n[DEFAULT]\ntransport_url = rabbit://openstack:pw@controller:5672/\nhost = node7\nuse_json = yes\n\
         log_dir = /var/log/nova\nservice_down_time = 90\n\n[database]\n\
         connection = mysql+pymysql://nova:pw@controller/nova\nmax_overflow =\nmax_pool_size = 20\n\n\
         [api_database]\nconnection = mysql+pymysql://nova:pw@controller/nova_api\n[conductor]\nworkers = 8\n\
         [oslo_messaging_rabbit]\nrabbit_quorum_queue = true\nkombu_reconnect_delay = 0.5\n\
         [upgrade_levels]\ncompute = auto\n",
    ))
    .unwrap();
    assert_eq!(settings.service.host, "node7");
    assert_eq!(settings.service.service_down_time, Duration::from_secs(90));
    assert_eq!(settings.database.max_pool_size, Some(20));
    assert_eq!(settings.database.max_overflow, None);
    assert_eq!(
        settings.api_database.connection.expose(),
        "mysql+pymysql://nova:pw@controller/nova_api"
    );
    assert!(settings.rabbit.rabbit_quorum_queue);
    assert_eq!(settings.upgrade_levels.compute.as_deref(), Some("auto"));
    assert!(settings.logging.use_json);
    assert!(!format!("{settings:?}").contains(":pw@"));
}

#[test]
fn values_out_of_range_are_refused_with_their_place() {
    for (text, part) in [
        (
            "[DEFAULT]\nrpc_response_timeout = -1",
            "greater than or equal to 0",
        ),
        ("[DEFAULT]\nrpc_response_timeout =", "it needs a value"),
        ("[DEFAULT]\nhost = a b", "not a valid host address"),
        (
            "[database]\nmax_pool_size = -1",
            "greater than or equal to 0",
        ),
        (
            "[oslo_messaging_rabbit]\nkombu_failover_strategy = x",
            "valid values are",
        ),
        (
            "[upgrade_levels]\nconductor = auto",
            "valid values are a version N.N or one of grizzly, havana, ",
        ),
        (
            "[upgrade_levels]\ncompute = zedd",
            "valid values are a version N.N or one of auto, icehouse, ",
        ),
        (
            "[upgrade_levels]\nbaseapi = zed",
            "valid values are a version N.N, but found \"zed\"",
        ),
        ("[upgrade_levels]\nscheduler = 4.x", "but found \"4.x\""),
        ("[upgrade_levels]\ncompute = 6", "but found \"6\""),
    ] {
        let error = Settings::read(&nova(text)).unwrap_err().to_string();
        assert!(
            error.contains(part) && error.contains("nova.conf:2:"),
            "{text:?}: {error}"
        );
    }
}

#[test]
fn releases_stand_for_the_versions_they_came_with() {
    let levels = |text: &str| {
        let text = format!("[upgrade_levels]\n{text}");
        Settings::read(&nova(&text)).unwrap().upgrade_levels
    };
    let given = levels("compute = ussuri\nconductor = ocata\nscheduler = pike\nbaseapi = 1.0");
    assert_eq!(given.compute.as_deref(), Some("5.11"));
    assert_eq!(given.conductor.as_deref(), Some("3.0"));
    assert_eq!(given.scheduler.as_deref(), Some("4.4"));
    assert_eq!(given.baseapi.as_deref(), Some("1.0"));
    // As oslo.messaging has it, nothing is no bound.
    assert_eq!(levels("compute =\nconductor ="), levels(""));
}

#[test]
fn every_default_is_a_value_of_its_option() {
    let mut names = HashSet::new();
    for opt in settings::TABLES.iter().flat_map(|table| table.iter()) {
        assert!(
            names.insert((opt.group, opt.name)),
            "[{}] {} is declared twice",
            opt.group,
            opt.name
        );
        assert!(
            opt.help_text().ends_with('.'),
            "the help of {} is a sentence",
            opt.name
        );
        if let Preset::Text(text) = opt.default
            && !text.contains('$')
        {
            assert!(opt.kind.parse(text).is_ok(), "[{}] {}", opt.group, opt.name);
        }
    }
}

#[test]
fn the_sample_file_is_read_back_without_findings() {
    let sample = oslo_config::reference::sample(settings::TABLES);
    let uncommented: String = sample
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(option) if !option.starts_with(' ') && !option.contains("= <") => option,
            _ => line,
        })
        .filter(|line| !line.ends_with("= "))
        .map(|line| format!("{line}\n"))
        .collect();
    let given = nova(&uncommented);
    assert!(given.findings().is_empty(), "{:?}", given.findings());
    assert_eq!(
        Settings::read(&given).unwrap(),
        Settings::read(&nova("")).unwrap()
    );
}

#[test]
fn the_guide_lists_every_option() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/guides/configuration.md"
    );
    let guide = std::fs::read_to_string(path).unwrap();
    let (head, rest) = guide.split_once("every_option -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- end -->").unwrap();
    let reference = oslo_config::reference::markdown(settings::TABLES);
    let fresh = format!("{head}every_option -->\n\n{reference}\n<!-- end -->{tail}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, fresh).unwrap();
    } else {
        assert!(
            guide == fresh,
            "the guide is out of date; set UPDATE_DOCS=1 and run this test again"
        );
    }
}
