//! Pinging services and watching what passes, on a RabbitMQ of the test's own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nova_conductor::Conductor;
use nova_db::{NovaDb, Options};
use oslo_messaging::{CallContext, Kwargs, RpcClient, Target, Transport, TransportOptions};
use oslo_messaging_rabbit::RabbitFactory;
use serde_json::Value as Json;
use test_support::servers::{Folder, RabbitMq};

struct Site {
    broker: RabbitMq,
    folder: Folder,
}

impl Site {
    fn novactl(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_novactl"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .args([
                "--set",
                &format!("DEFAULT.transport_url={}", self.broker.url()),
            ])
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// What it writes, and its exit status.
    fn run(&self, arguments: &[&str]) -> (String, String, i32) {
        let output = self.novactl(arguments).output().expect("the program runs");
        (
            String::from_utf8(output.stdout).expect("text"),
            String::from_utf8(output.stderr).expect("text"),
            output.status.code().expect("it was not killed"),
        )
    }

    /// Watches in the background; returns once it does.
    fn watch(&self, arguments: &[&str]) -> Child {
        let taps = || {
            let queues = self.broker.queues();
            queues
                .iter()
                .filter(|(name, _)| name.starts_with("tap_"))
                .count()
        };
        let before = taps();
        let child = self
            .novactl(&[&["rpc", "watch"], arguments].concat())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        while taps() == before {
            std::thread::sleep(Duration::from_millis(50));
        }
        child
    }

    async fn transport(&self) -> Transport {
        let url = self.broker.url().parse().expect("a URL");
        let factory = RabbitFactory::default();
        Transport::open(&url, TransportOptions::default(), &[&factory])
            .await
            .expect("a transport")
    }
}

fn lines(watching: Child) -> Vec<String> {
    let stdout = watching.stdout.expect("it was piped");
    let lines = BufReader::new(stdout).lines();
    lines.map(|line| line.expect("text")).collect()
}

#[test]
fn services_are_pinged_and_what_passes_is_shown_without_secrets() {
    let site = Site {
        broker: RabbitMq::start(),
        folder: Folder::create("novactl"),
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let _entered = runtime.enter();
    let (conductor, client) = runtime.block_on(async {
        let file = |name| format!("sqlite:///{}/{name}.sqlite", site.folder.path().display());
        let db = NovaDb::open(&file("main"), &file("api"), &Options::default())
            .await
            .expect("databases");
        db.sync(|_| ()).await.expect("a schema");
        let conductor = Conductor::start(&site.transport().await, "h1", db)
            .await
            .expect("a conductor");
        let target = Target::new("conductor").version("3.0");
        (conductor, RpcClient::new(site.transport().await, target))
    });

    let (shown, _, code) =
        site.run(&["rpc", "ping", "conductor", "--server", "h1", "--count", "2"]);
    assert_eq!(
        (code, shown.matches("conductor.h1").count()),
        (0, 2),
        "{shown}"
    );
    let (shown, _, _) = site.run(&["rpc", "ping", "conductor", "--json"]);
    let json: Json = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(json["pings"][0]["service"], "conductor", "{shown}");
    let (_, told, code) = site.run(&[
        "rpc",
        "ping",
        "compute",
        "--server",
        "nobody",
        "--timeout",
        "1",
    ]);
    assert!(
        code == 69 && told.contains("compute.nobody"),
        "{code}: {told}"
    );

    let context = CallContext::builder()
        .value("auth_token", "s3cret")
        .and_then(|context| context.value("user_id", "u1"))
        .expect("a context")
        .build();
    let call = |method: &'static str, args: Kwargs| {
        let call = client.prepare();
        let context = context.clone();
        runtime.block_on(async move {
            // An error is an answer too.
            let _ = call.call(&context, method, &args).await;
        });
    };
    let watching = site.watch(&[
        "--topic",
        "conductor",
        "--method",
        "provider_fw",
        "--count",
        "1",
        "--json",
    ]);
    call("object_action", Kwargs::new());
    call("provider_fw_rule_get_all", Kwargs::new());
    let shown = lines(watching);
    let message: Json = serde_json::from_str(&shown[0]).expect("a message on a line");
    assert_eq!(message["method"], "provider_fw_rule_get_all");
    assert_eq!(
        (&message["exchange"], &message["routing_key"]),
        (&"nova".into(), &"conductor".into())
    );
    assert_eq!(message["message"]["context"]["user_id"], "u1", "{message}");
    let all = shown.join("\n");
    assert!(all.contains("***") && !all.contains("s3cret"), "{all}");

    site.broker.ctl(&["trace_on"]);
    let watching = site.watch(&["--firehose", "--seconds", "6", "--full"]);
    call("provider_fw_rule_get_all", Kwargs::new());
    let shown = lines(watching).join("\n");
    assert!(
        shown.contains("provider_fw_rule_get_all")
            && shown.contains("reply ")
            && shown.contains("done"),
        "{shown}"
    );
    assert!(!shown.contains("s3cret"), "{shown}");
    // Nothing is left of it.
    let queues = site.broker.queues();
    assert!(
        !queues.iter().any(|(name, _)| name.starts_with("tap_")),
        "{queues:?}"
    );
    runtime.block_on(conductor.stop(Duration::from_secs(5)));
}
