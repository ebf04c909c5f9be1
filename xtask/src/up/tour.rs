//! The tour: what a newcomer is shown, on the real thing.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::control::Control;
use super::fleet::{COMPUTES, Fleet};
use super::show::Show;

/// How long computes may take to report in.
const PATIENCE: Duration = Duration::from_secs(30);

/// The compute that is held to older versions.
const OLD: &str = "compute3";

/// Takes the whole tour.
pub(super) fn take(fleet: &mut Fleet, show: &mut Show) -> Result<(), String> {
    start(fleet, show)?;
    let control = fleet.control();
    who_reads_what(&control, show)?;
    flavors(&control, show)?;
    let servers = servers(&control, show)?;
    both_sides(&control, &servers, show)?;
    older_release(fleet, show)?;
    life(&control, &servers, show)
}

fn start(fleet: &mut Fleet, show: &mut Show) -> Result<(), String> {
    show.stage("Start a conductor, which has the databases, and three computes, which do not");
    fleet.start_conductor()?;
    show.took("the conductor serves every method of every object");
    for (host, pin) in COMPUTES {
        fleet.start_compute(host, pin)?;
    }
    let control = fleet.control();
    let deadline = Instant::now() + PATIENCE;
    loop {
        for (host, _) in COMPUTES {
            fleet.check_alive(host)?;
        }
        if reported_in(&control)? == COMPUTES.len() {
            break;
        }
        if Instant::now() > deadline {
            let log = fleet.log(OLD);
            return Err(format!(
                "not all computes reported in within {} s; see {} and beside it",
                PATIENCE.as_secs(),
                log.display()
            ));
        }
        thread::sleep(Duration::from_millis(200));
    }
    show.took("every compute registered itself through the conductor");
    show.command("novactl service list");
    show.say(&control.text(&["service", "list"])?);
    show.command("novactl hypervisor list");
    show.say(&control.text(&["hypervisor", "list"])?);
    Ok(())
}

/// How many computes are up with their resources on record.
fn reported_in(control: &Control) -> Result<usize, String> {
    let services = control.json(&["service", "list", "--binary", "nova-compute"])?;
    let up = list(&services, "services")
        .iter()
        .filter(|service| service["up"] == true)
        .count();
    let hypervisors = control.json(&["hypervisor", "list"])?;
    Ok(up.min(list(&hypervisors, "hypervisors").len()))
}

/// The matrix, as the services say it themselves.
fn who_reads_what(control: &Control, show: &mut Show) -> Result<(), String> {
    show.stage("See who reads what");
    show.say(&format!(
        "{OLD} is held to older versions of some objects, as in the middle of an upgrade. Every service says what it"
    ));
    show.say(
        "reads, and whoever sends it something looks that up: a column is what is sent there.",
    );
    show.command("novactl fleet");
    show.say(&control.text(&["fleet"])?);
    let class = "Instance=2.8";
    show.command(&format!("novactl fleet --cannot-read {class}"));
    show.say(&control.text(&["fleet", "--cannot-read", class])?);
    let unable = control.json(&["fleet", "--cannot-read", class])?;
    let names = list(&unable, "names");
    if names.len() != 1 || !names.iter().any(|name| name == &format!("compute.{OLD}")) {
        return Err(format!(
            "{OLD} alone should be unable to read {class}, not {names:?}"
        ));
    }
    Ok(())
}

fn flavors(control: &Control, show: &mut Show) -> Result<(), String> {
    show.stage("Create flavors");
    for (name, vcpus, ram, disk) in [
        ("m1.tiny", "1", "512", "1"),
        ("m1.small", "1", "2048", "20"),
    ] {
        control.text(&[
            "flavor", "create", name, "--vcpus", vcpus, "--ram", ram, "--disk", disk,
        ])?;
    }
    show.command("novactl flavor list");
    show.say(&control.text(&["flavor", "list"])?);
    Ok(())
}

/// A server of the tour.
struct Server {
    name: String,
    uuid: String,
}

fn servers(control: &Control, show: &mut Show) -> Result<Vec<Server>, String> {
    show.stage("Create servers here, where the database is; computes without one build them");
    show.say("Each Instance is written to the database by novactl, handed to a compute as an object, and saved");
    show.say("by the compute through the conductor as it goes: scheduling, networking, spawning, active.");
    let mut servers = Vec::new();
    for (index, (host, _)) in COMPUTES.iter().enumerate() {
        let name = format!("web-{}", index + 1);
        let flavor = if index == 0 { "m1.small" } else { "m1.tiny" };
        let args = [
            "server",
            "create",
            &name,
            "--flavor",
            flavor,
            "--host",
            host,
            "--property",
            "tour=yes",
            "--wait",
        ];
        show.command(&format!("novactl {}", args.join(" ")));
        let created = control.json(&args)?;
        let uuid = created["server"]["uuid"]
            .as_str()
            .ok_or("novactl did not say the server's uuid")?
            .to_owned();
        servers.push(Server { name, uuid });
    }
    show.took("all are active");
    show.command("novactl server list");
    show.say(&control.text(&["server", "list"])?);
    Ok(servers)
}

fn both_sides(control: &Control, servers: &[Server], show: &mut Show) -> Result<(), String> {
    show.stage("See the same object from both sides");
    let server = servers.first().ok_or("no server was created")?;
    let call = ["object", "call", "Instance", "get_by_uuid", &server.uuid];
    let mut views = Vec::new();
    for route in ["direct", "conductor"] {
        let args: Vec<&str> = ["--route", route].into_iter().chain(call).collect();
        show.command(&format!("novactl {}", args.join(" ")));
        views.push(control.json(&args)?);
    }
    let [direct, remote] = views.as_slice() else {
        return Err("two views were asked for".to_owned());
    };
    if direct["result"] != remote["result"] {
        return Err(format!(
            "the two sides see different objects:\n{direct}\n{remote}"
        ));
    }
    let object = &direct["result"];
    let fields = object["nova_object.data"]
        .as_object()
        .map_or(0, serde_json::Map::len);
    show.say(&format!(
        "Both are {} {} with the same {fields} attributes: {} is {} on {}.",
        text(&object["nova_object.name"]),
        text(&object["nova_object.version"]),
        text(&object["nova_object.data"]["display_name"]),
        text(&object["nova_object.data"]["vm_state"]),
        text(&object["nova_object.data"]["host"]),
    ));
    show.say(
        "One read them from the database; the other has no database open and asked the conductor.",
    );
    Ok(())
}

fn older_release(fleet: &Fleet, show: &mut Show) -> Result<(), String> {
    show.stage("See what a compute of an older release received");
    let pin = COMPUTES
        .iter()
        .find(|(host, _)| *host == OLD)
        .and_then(|(_, pin)| *pin)
        .unwrap_or_default();
    show.say(&format!(
        "{OLD} behaves as a release that knows no newer versions than {pin}."
    ));
    let path = fleet.log(OLD);
    let log = fs::read_to_string(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let received: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("received"))
        .take(6)
        .collect();
    if received.is_empty() {
        return Err(format!(
            "{} does not say which objects {OLD} received",
            path.display()
        ));
    }
    show.say(&format!("From {}:", path.display()));
    for line in received {
        show.say(&format!("  {line}"));
    }
    show.say("Every service says which versions it reads. novactl, which reads Instance 2.8, looked that up and");
    show.say("wrote a 2.5 at once: without `hidden`, `resources` and `compute_id`, which came later, and with a");
    show.say("Flavor 1.1 inside. Nobody had to be asked for an older form.");
    Ok(())
}

fn life(control: &Control, servers: &[Server], show: &mut Show) -> Result<(), String> {
    show.stage("Stop, start, reboot and delete");
    let name = |index: usize| {
        servers
            .get(index)
            .map(|server| server.name.as_str())
            .ok_or("a server is missing")
    };
    for (action, index) in [("stop", 0), ("start", 0), ("reboot", 1), ("delete", 2)] {
        let args = ["server", action, name(index)?, "--wait"];
        show.command(&format!("novactl {}", args.join(" ")));
        control.text(&args)?;
    }
    show.took("all done");
    show.command("novactl fleet");
    show.say(&control.text(&["fleet"])?);
    no_backports(control, show)?;
    show.command("novactl server list");
    show.say(&control.text(&["server", "list"])?);
    show.command(&format!("novactl server show {}", name(0)?));
    show.say(&control.text(&["server", "show", name(0)?])?);
    Ok(())
}

/// Nobody has to have asked for anything in an older form.
fn no_backports(control: &Control, show: &mut Show) -> Result<(), String> {
    let fleet = control.json(&["fleet"])?;
    for service in list(&fleet, "services") {
        for count in ["too_new", "backports_asked", "backports_served"] {
            if service["skew"][count] != 0 {
                return Err(format!("{count} of a service is not 0: {service}"));
            }
        }
    }
    show.say("Nothing came too new to be read, and nobody had to ask for an older form.");
    Ok(())
}

/// What it all was about.
pub(super) fn what_was_seen(show: &mut Show) {
    show.end("What you have seen:");
    for line in [
        "- Servers were created by a process that has the database and built by three that have none; the code is the same, and",
        "  only the context they were given knows the route (docs/guides/adding-an-object.md makes an object of your own).",
        "- Objects crossed between them as they are: who fetched one, and where, could not be told from it.",
        "- One compute was of an older release. It was sent what it reads, and what it could not read was not lost.",
        "- No database row left the database, and no method was written twice (ARCHITECTURE.md says how).",
    ] {
        show.say(line);
    }
}

/// What to try while the deployment runs.
pub(super) fn what_next(fleet: &Fleet, show: &mut Show) {
    let config = fleet.config();
    let folder = config
        .parent()
        .map(|folder| folder.display().to_string())
        .unwrap_or_default();
    show.end("Everything is running. Try, in another terminal:");
    show.say(&format!(
        "alias n='target/debug/novactl --config-file {}'",
        config.display()
    ));
    show.say("n server create mine --flavor m1.tiny --wait      # built by whichever compute has most room");
    show.say(
        "n --route conductor server list                   # the same command without a database",
    );
    show.say(
        "n fleet --all                                     # who reads which version of which class",
    );
    show.say(
        "n object methods Instance                         # what can be called, and its history",
    );
    show.say("n object call ComputeNodeList get_all --json      # any method of any class");
    show.say("n --route conductor service list                   # and again after the next line, which loses the conductor:");
    show.say("pkill -9 -f 'nova-conductor --config-file'         # computes wait for it, and go on when it is back:");
    show.say(&format!(
        "target/debug/nova-conductor --config-file {} --set DEFAULT.host=conductor",
        config.display()
    ));
    show.say(&format!(
        "Logs are in {folder}/log, databases and configuration in {folder}."
    ));
    show.end("Ctrl-C stops everything.");
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}
