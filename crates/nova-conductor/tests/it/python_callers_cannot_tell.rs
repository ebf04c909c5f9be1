//! A Nova service without a database makes the calls of `interop/cases` to the real nova-conductor, to ours, and to both
//! on one topic, on equal databases that `nova-manage` created, and what comes of each is the same.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fs, thread};

use nova_conductor::Conductor;
use nova_rpc::ConductorClient;
use nova_service::request_codec;
use oslo_messaging::{Transport, TransportOptions};
use oslo_messaging_rabbit::{RabbitFactory, RabbitOptions};
use versionedobjects::Route;

use serde_json::{Value, json};
use test_support::database::{TestDatabase, nova_db::Dialect, run_on_a_large_stack};
use test_support::peers::{Configuration, Nova, Process, Vhost, run};

use crate::answers::{Equalizer, compare};
use crate::wire::steps;

/// The year of the seed is the one before.
const YEAR: i32 = 2026;

/// The host both conductors are on, as the seed has it.
const HOST: &str = "labhost";

fn interop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop")
}

/// The files of calls, in order: later ones rely on what earlier ones left.
fn case_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(interop().join("cases"))
        .expect("the cases")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

fn cases(files: &[PathBuf]) -> Vec<Value> {
    let read = |file: &PathBuf| -> Vec<Value> {
        let text = fs::read_to_string(file).expect("a file of cases");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    files.iter().flat_map(read).collect()
}

/// A bus and databases with a seed, for one conductor or several.
struct Deployment {
    nova: Nova,
    vhost: Vhost,
    configuration: Configuration,
    conductors: Vec<Process>,
    database: Arc<TestDatabase>,
}

impl Deployment {
    async fn prepare(nova: &Nova) -> Option<Self> {
        let vhost = Vhost::claim().await?;
        vhost
            .remove_queues(&["conductor", &format!("conductor.{HOST}")])
            .await;
        let database = nova.database().await;
        let configuration = Configuration::write(&database, &vhost.url(), HOST);
        Some(Self {
            nova: nova.clone(),
            vhost,
            configuration,
            conductors: Vec::new(),
            database: Arc::new(database),
        })
    }

    fn start_theirs(&mut self) {
        let conductor = self.nova.conductor(&self.configuration);
        self.conductors.push(conductor);
    }

    fn start_ours(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nova-conductor"));
        command.arg("--config-file").arg(&self.configuration.file);
        let log = self.configuration.folder().join("ours.log");
        self.conductors.push(Process::start(&command, &log));
    }

    /// The same databases, on another bus.
    async fn before(&self, vhost: Vhost) -> Self {
        vhost
            .remove_queues(&["conductor", &format!("conductor.{HOST}")])
            .await;
        Self {
            nova: self.nova.clone(),
            configuration: self.configuration.on(&vhost.url()),
            vhost,
            conductors: Vec::new(),
            database: self.database.clone(),
        }
    }

    async fn ready(&mut self) {
        let count = u32::try_from(self.conductors.len()).expect("a few");
        let conductors = &mut self.conductors;
        self.vhost
            .consumers("conductor", count, || {
                conductors.iter_mut().for_each(Process::check)
            })
            .await;
    }

    /// Makes the calls of files, as a caller of today or of an older release; what came of each.
    fn calls(&self, older: Option<&str>, files: &[PathBuf]) -> Vec<Value> {
        let mut command = self.nova.script("calls.py");
        if let Some(older) = older {
            command
                .arg("--older")
                .arg(interop().join("older").join(older));
        }
        command.arg(&self.configuration.file).args(files);
        let lines = run(&mut command);
        let read = |line| serde_json::from_str(line).expect("a line of JSON");
        lines.lines().map(read).collect()
    }
}

/// What came of the calls of a script so far, a line each.
struct Calling {
    lines: std::io::Lines<BufReader<ChildStdout>>,
    child: Child,
}

impl Calling {
    fn start(deployment: &Deployment, cases: &Path) -> Self {
        let mut command = deployment.nova.script("calls.py");
        command
            .arg(&deployment.configuration.file)
            .arg(cases)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("the script starts");
        let output = child.stdout.take().expect("it is piped");
        Self {
            lines: BufReader::new(output).lines(),
            child,
        }
    }

    /// The next outcome, when there is one, and how long that took.
    fn next(&mut self) -> (Value, Duration) {
        let waited = Instant::now();
        let line = self.lines.next().expect("there is another call");
        let line = line.expect("it is text");
        let outcome = serde_json::from_str(&line).expect("a line of JSON");
        (outcome, waited.elapsed())
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        // It has ended, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Who answers on a bus.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Ours,
    /// Whoever comes first.
    Both,
    /// The original, asked by our client.
    Relay,
}

/// Compares what came of the same calls with what came of them at the original; what a case says differs must differ as
/// it says.
fn differences(
    files: &[PathBuf],
    who: Who,
    outcomes: Vec<Value>,
    theirs: Vec<Value>,
) -> Vec<String> {
    let cases = cases(files);
    assert_eq!((outcomes.len(), theirs.len()), (cases.len(), cases.len()));
    let mut equal = [Equalizer::new(YEAR), Equalizer::new(YEAR)];
    let mut found = Vec::new();
    for ((case, mut outcome), mut theirs) in cases.iter().zip(outcomes).zip(theirs) {
        let name = case["name"].as_str().expect("a case has a name");
        equal[0].equalize(&mut outcome);
        equal[1].equalize(&mut theirs);
        if case.get("words").is_some() {
            forget_words(&mut outcome);
            forget_words(&mut theirs);
        }
        if who == Who::Relay {
            // What came to the caller has been read and written once more.
            outcome["wire"] = Value::Null;
            theirs["wire"] = Value::Null;
        }
        let mut here = Vec::new();
        compare("", &outcome, &theirs, &mut here);
        let Some(differs) = case.get("differs") else {
            found.extend(
                here.into_iter()
                    .map(|difference| format!("{name}: {difference}")),
            );
            continue;
        };
        if who == Who::Ours && here.is_empty() {
            found.push(format!("{name}: differs no longer; say so there"));
        }
        if !includes(&theirs, &differs["theirs"]) {
            found.push(format!(
                "{name}: theirs is not {} but {theirs}",
                differs["theirs"]
            ));
        }
        let is_theirs = who != Who::Ours && includes(&outcome, &differs["theirs"]);
        let relayed = differs.get("relay").filter(|_| who == Who::Relay);
        let is_theirs = is_theirs || relayed.is_some_and(|relayed| includes(&outcome, relayed));
        if !is_theirs && !includes(&outcome, &differs["ours"]) {
            found.push(format!(
                "{name}: {who:?} is not {} but {outcome}",
                differs["ours"]
            ));
        }
    }
    found
}

/// Whether refusals came from both: only the original's have a traceback.
fn both_answered(outcomes: &[Value]) -> bool {
    let wire = outcomes
        .iter()
        .filter_map(|outcome| outcome["wire"].as_array());
    let failures = wire.flatten().filter_map(|entry| entry.get("failure"));
    let (theirs, ours): (Vec<&Value>, Vec<&Value>) =
        failures.partition(|failure| failure["tb"] == true);
    !theirs.is_empty() && !ours.is_empty()
}

/// Where a recorded call ended otherwise than it did when it was recorded: each was made, and was not refused for what only
/// this deployment lacks.
fn unlike_recorded(outcomes: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for step in steps() {
        let name = format!("recorded {}: ", &step.name[..2]);
        let named = |outcome: &&Value| {
            outcome["name"]
                .as_str()
                .is_some_and(|own| own.starts_with(&name))
        };
        let made: Vec<&Value> = outcomes.iter().filter(named).collect();
        let refused = |outcome: &&&Value| outcome.get("error").is_some();
        let classes: Vec<&Value> = made
            .iter()
            .filter(refused)
            .map(|outcome| match outcome["wire"].as_array() {
                Some(wire) if !wire.is_empty() => &wire[wire.len() - 1]["failure"]["class"],
                _ => &outcome["error"],
            })
            .collect();
        let recorded = step
            .replies
            .last()
            .map(|reply| &reply["failure"]["(a JSON string; parsed here)"]["class"]);
        let recorded: Vec<&Value> = recorded
            .into_iter()
            .filter(|class| !class.is_null())
            .collect();
        if made.is_empty() || classes != recorded {
            found.push(format!(
                "{name}{classes:?} of {} calls, recorded {recorded:?}",
                made.len()
            ));
        }
    }
    found
}

/// Leaves of a refusal what it is, not how it is said; that it says something is asked for.
fn forget_words(outcome: &mut Value) {
    let failures = outcome["wire"].as_array_mut().into_iter().flatten();
    for failure in failures.filter_map(|entry| entry.get_mut("failure")) {
        let said = failure["message"]
            .as_str()
            .is_some_and(|text| !text.is_empty());
        failure["message"] = said.into();
        failure["args"] = Value::Null;
    }
}

/// Messages of cases that never came as far as the bus: two scripts that fail by themselves are alike.
fn unsent(files: &[PathBuf], outcomes: &[Value]) -> Vec<String> {
    let raw = cases(files).into_iter().zip(outcomes);
    raw.filter(|(case, outcome)| {
        let answered = outcome["wire"]
            .as_array()
            .is_some_and(|wire| !wire.is_empty());
        let silent = outcome["error"]["class"] == "MessagingTimeout";
        case.get("rpc").is_some() && outcome.get("error").is_some() && !answered && !silent
    })
    .map(|(case, outcome)| format!("{} was not sent: {outcome}", case["name"]))
    .collect()
}

/// Whether everything that is expected is there; a list may go on.
fn includes(outcome: &Value, expected: &Value) -> bool {
    match (outcome, expected) {
        (Value::Object(outcome), Value::Object(expected)) => {
            expected.iter().all(|(key, expected)| {
                outcome
                    .get(key)
                    .is_some_and(|outcome| includes(outcome, expected))
            })
        }
        (Value::Array(outcome), Value::Array(expected)) => {
            outcome.len() >= expected.len()
                && outcome
                    .iter()
                    .zip(expected)
                    .all(|(outcome, expected)| includes(outcome, expected))
        }
        _ => outcome == expected,
    }
}

/// Tests with the real Nova, if there is one, on MariaDB.
fn with_nova<F: Future<Output = ()>>(body: impl FnOnce(Nova) -> F + Send) {
    let Some(nova) = Nova::find() else { return };
    run_on_a_large_stack(Dialect::MySql, |_| body(nova));
}

/// Runs as many at once as there are.
fn at_once<'a, T: Send, const N: usize>(
    deployments: [&'a Deployment; N],
    work: impl Fn(&'a Deployment) -> T + Sync,
) -> [T; N] {
    let work = &work;
    thread::scope(|scope| {
        deployments
            .map(|deployment| scope.spawn(move || work(deployment)))
            .map(|thread| thread.join().expect("it has not failed"))
    })
}

#[test]
fn callers_of_either_conductor_or_of_both_are_answered_alike() {
    with_nova(|nova| async move {
        let prepared = tokio::join!(
            Deployment::prepare(&nova),
            Deployment::prepare(&nova),
            Deployment::prepare(&nova)
        );
        let (Some(mut ours), Some(mut theirs), Some(mut both)) = prepared else {
            return;
        };
        at_once([&ours, &theirs, &both], |deployment| {
            nova.seed(&deployment.configuration)
        });
        ours.start_ours();
        theirs.start_theirs();
        both.start_ours();
        both.start_theirs();
        tokio::join!(ours.ready(), theirs.ready(), both.ready());
        let (all, files) = ([&ours, &theirs, &both], case_files());
        let mut found = Vec::new();
        // Each goes on where the one before has ended, which is the same everywhere.
        for older in [None, Some("previous.json"), Some("oldest.json")] {
            let [ours, theirs, both] = at_once(all, |deployment| deployment.calls(older, &files));
            assert!(
                both_answered(&both),
                "each conductor has answered some calls"
            );
            if older.is_none() {
                found.extend(unlike_recorded(&theirs));
                found.extend(unsent(&files, &theirs));
            }
            let ours = differences(&files, Who::Ours, ours, theirs.clone());
            let both = differences(&files, Who::Both, both, theirs);
            let label = |who| move |line| format!("{who}, {}: {line}", older.unwrap_or("today"));
            found.extend(ours.into_iter().map(label("ours")));
            found.extend(both.into_iter().map(label("both")));
        }
        // At last, for the original does not recover.
        let storms = [interop().join("storms.json")];
        let (ours, theirs) = (ours.calls(None, &storms), theirs.calls(None, &storms));
        found.extend(differences(&storms, Who::Ours, ours, theirs));
        assert!(
            found.is_empty(),
            "{} differences:\n{}",
            found.len(),
            found.join("\n")
        );
    });
}

/// Our conductor before the real one: whoever calls the front is answered by our client, which calls what is behind.
async fn relay(front: &Deployment, behind: &Deployment) -> Conductor {
    let open = async |deployment: &Deployment| {
        let url = deployment.vhost.url().parse().expect("a URL");
        let factory = RabbitFactory::new(RabbitOptions::default());
        let options = TransportOptions {
            exchange: "nova".into(),
            connection_name: "relay".into(),
            ..TransportOptions::default()
        };
        Transport::open(&url, options, &[&factory])
            .await
            .expect("the broker answers")
    };
    let client = ConductorClient::new(open(behind).await, request_codec());
    Conductor::with_route(&open(front).await, HOST, Route::Remote(Arc::new(client)))
        .await
        .expect("a relay")
}

#[test]
fn our_client_is_answered_by_the_original_as_its_own_is() {
    with_nova(|nova| async move {
        let prepared = tokio::join!(
            Deployment::prepare(&nova),
            Deployment::prepare(&nova),
            Vhost::claim()
        );
        let (Some(mut theirs), Some(mut behind), Some(vhost)) = prepared else {
            return;
        };
        at_once([&theirs, &behind], |deployment| {
            nova.seed(&deployment.configuration)
        });
        theirs.start_theirs();
        behind.start_theirs();
        tokio::join!(theirs.ready(), behind.ready());
        let front = behind.before(vhost).await;
        let relay = relay(&front, &behind).await;
        front.vhost.consumers("conductor", 1, || {}).await;
        let files: Vec<PathBuf> = case_files()
            .into_iter()
            // What a message is refused for is the conductor's business, not the client's.
            .filter(|file| !file.ends_with("7-refusals.json"))
            .collect();
        let [through, theirs] = at_once([&front, &theirs], |deployment| {
            deployment.calls(None, &files)
        });
        let found = differences(&files, Who::Relay, through, theirs);
        assert!(
            found.is_empty(),
            "{} differences:\n{}",
            found.len(),
            found.join("\n")
        );
        relay.stop(Duration::from_secs(5)).await;
    });
}

#[test]
fn a_python_caller_of_a_silent_conductor_is_told_in_time_and_finds_it_again() {
    with_nova(|nova| async move {
        const PATIENCE: u64 = 2;
        let Some(mut ours) = Deployment::prepare(&nova).await else {
            return;
        };
        nova.seed(&ours.configuration);
        ours.start_ours();
        ours.ready().await;
        // Each waits for a second before it is made: time enough to silence the conductor, or to wake it.
        let call = |name: &str| {
            json!({
                "name": name, "pause": true, "rpc": "object_class_action_versions", "timeout": PATIENCE,
                "args": {
                    "objname": "Service", "objmethod": "get_by_host_and_binary",
                    "object_versions": {"$manifest": "Service"},
                    "args": [HOST, "nova-conductor"], "kwargs": {},
                },
            })
        };
        let cases = json!(["before", "silent", "silent still", "after", "after that"].map(call));
        let file = ours.configuration.folder().join("silence.json");
        fs::write(&file, cases.to_string()).expect("cases can be written");
        let mut calling = Calling::start(&ours, &file);
        let answered = |outcome: &Value| outcome["value"]["nova_object.name"] == "Service";

        let (before, _) = calling.next();
        assert!(answered(&before), "{before}");
        ours.conductors[0].freeze();
        for _ in 0..2 {
            let (told, waited) = calling.next();
            assert_eq!(told["error"]["class"], "MessagingTimeout", "{told}");
            // And what it slept before.
            let longest = Duration::from_secs(PATIENCE + 1 + 3);
            assert!(waited < longest, "told after {waited:?}");
        }
        ours.conductors[0].thaw();
        for _ in 0..2 {
            let (after, _) = calling.next();
            assert!(answered(&after), "{after}");
        }
        ours.conductors[0].check();
    });
}
