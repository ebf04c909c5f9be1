//! The program: stopped as asked, nothing half done, and a log that tells an
//! operator what an older compute received.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nova_conductor::Conductor;
use nova_objects::compute::{task_states, vm_states};
use oslo_messaging::TransportOptions;
use oslo_messaging::grpc::{Hub, HubOptions};

use super::support::{HOST, World, eventually, on_sqlite, open, state};

struct Process(Child);

impl Process {
    fn start(folder: &Path, url: &str, more: &[&str]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_nova-compute"))
            .env("HOME", folder)
            .args(["--set", &format!("DEFAULT.transport_url={url}")])
            .args(["--set", &format!("DEFAULT.state_path={}", folder.display())])
            .args(["--set", &format!("DEFAULT.host={HOST}")])
            .args(["--log-file", &folder.join("compute.log").to_string_lossy()])
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        Self(child)
    }

    async fn terminate(mut self) -> Option<i32> {
        let pid = self.0.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .expect("kill")
                .success()
        );
        let wait = tokio::task::spawn_blocking(move || self.0.wait());
        wait.await.expect("no panic").expect("it ends").code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already, and then there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn in_a_process_of_an_older_release() {
    on_sqlite(async |world: World| {
        let url = "grpc://127.0.0.1:0".parse().expect("a URL");
        let hub = Hub::bind(&url, HubOptions::default()).await.expect("a hub");
        let url = hub.url().to_string();
        let transport = hub.transport(TransportOptions::default());
        let _conductor = Conductor::start(&transport, "conductor-1", world.db.clone())
            .await
            .expect("a conductor");
        let world = World {
            transport: open(&url).await,
            ..world
        };
        let folder = world.state_path.path().to_owned();
        let process = Process::start(&folder, &url, &["--pin-objects", "Instance=2.5,Flavor=1.1"]);
        let log = || fs::read_to_string(folder.join("compute.log")).unwrap_or_default();
        eventually("it is ready", async || log().contains("ready")).await;
        let (_, uuid) = world.ask_for_server(&[("fake:delay_ms", "700")]).await;
        world
            .until(&uuid, |server| {
                state(server).1 == Some(task_states::SPAWNING)
            })
            .await;
        assert_eq!(process.terminate().await, Some(0), "{}", log());
        assert_eq!(state(&world.read(&uuid).await), (vm_states::ACTIVE, None));
        assert_eq!(world.finished(&uuid, "create").await.1, "Success");
        let log = log();
        for expected in [
            "no `compute_driver` is configured",
            "behaving as a release that reads no newer versions than Instance 2.5, Flavor 1.1",
            "received Instance 2.5, written for this release by its sender",
        ] {
            assert!(
                log.contains(expected),
                "`{expected}` is not in the log:\n{log}"
            );
        }
    });
}

/// The grace has an end: what is not done by then is given up, and counted.
#[test]
fn within_the_grace() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let compute = world.compute().await;
        let (_, uuid) = world.ask_for_server(&[("fake:delay_ms", "60000")]).await;
        world
            .until(&uuid, |server| {
                state(server).1 == Some(task_states::SPAWNING)
            })
            .await;
        assert_eq!(compute.stop(Duration::from_millis(200)).await, 1);
        // The next start says what became of it.
        let _compute = world.compute().await;
        assert_eq!(state(&world.read(&uuid).await), (vm_states::ERROR, None));
    });
}

#[test]
fn while_waiting_for_a_conductor() {
    on_sqlite(async |world: World| {
        let folder = world.state_path.path().to_owned();
        // Nobody listens there.
        let process = Process::start(&folder, "grpc://127.0.0.1:1", &[]);
        let log = || fs::read_to_string(folder.join("compute.log")).unwrap_or_default();
        eventually("it waits", async || log().contains("compute_driver")).await;
        assert_eq!(process.terminate().await, Some(0), "{}", log());
    });
}

#[test]
fn unless_the_configuration_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_nova-compute"))
        .env("HOME", folder.path())
        .args(["--set", "DEFAULT.compute_driver=libvirt.LibvirtDriver"])
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(78));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("there is no such driver here; there are fake, fake.FakeDriver"),
        "{said}"
    );
    let output = Command::new(env!("CARGO_BIN_EXE_nova-compute"))
        .args(["--pin-objects", "Instance=9.9"])
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Instance has no version 9.9"));
}
