//! What was recorded of nova's conductor for odd properties and bodies, and bytes that are nothing at all.

use lapin::options::BasicPublishOptions;
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel};
use oslo_messaging::envelope::seal;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use crate::support::proxy::Proxy;
use crate::support::{Bus, Probe, echo, quick, raw, soon, until, url_by};

async fn publish(channel: &Channel, bus: &Bus, properties: BasicProperties, body: &[u8]) {
    let (exchange, key) = (bus.exchange.as_str().into(), bus.topic.as_str().into());
    let options = BasicPublishOptions::default();
    channel
        .basic_publish(exchange, key, options, body, properties)
        .await
        .unwrap();
}

fn json() -> BasicProperties {
    BasicProperties::default().with_content_type("application/json".into())
}

/// A cast of `note` in its inner form.
fn cast(value: &str, unique_id: Option<&str>) -> String {
    let unique_id = unique_id.map_or_else(String::new, |id| format!(", \"_unique_id\": \"{id}\""));
    format!(
        "{{\"method\": \"note\", \"args\": {{\"value\": \"{value}\"}}, \"version\": \"3.0\"{unique_id}}}"
    )
}

#[tokio::test]
async fn what_the_original_takes_is_taken_and_what_it_rejects_rejected() {
    let bus = Bus::new();
    let (transport, probe) = (bus.open().await, Probe::new());
    let server = bus.serve(&transport, "h1", &probe).await;
    let channel = raw().await;
    let id = Uuid::new_v4().simple().to_string();
    let envelope = |version: &str, value: &str| {
        let sealed = String::from_utf8(seal(&cast(value, None)).to_vec()).unwrap();
        sealed.replacen("2.0", version, 1)
    };
    let encoded = json()
        .with_content_encoding("utf-8".into())
        .with_headers(FieldTable::default());
    let (plain, text) = (
        BasicProperties::default(),
        BasicProperties::default().with_content_type("text/plain".into()),
    );
    let taken: [(BasicProperties, String); 5] = [
        (encoded.clone(), envelope("2.0", "normal")),
        (json(), envelope("2.0", "no encoding")),
        (encoded.clone(), cast("bare", None)),
        (encoded.clone(), cast("first", Some(&id))),
        (encoded.clone(), cast("no id", None)),
    ];
    let rejected: [(BasicProperties, String); 6] = [
        (encoded.clone(), envelope("2.1", "2.1")),
        (encoded.clone(), envelope("1.0", "1.0")),
        (encoded.clone(), envelope("3.0", "3.0")),
        (encoded.clone(), "not JSON".to_owned()),
        (plain, envelope("2.0", "no type")),
        (text, envelope("2.0", "text")),
    ];
    for (properties, body) in taken.iter().chain(&rejected) {
        publish(&channel, &bus, properties.clone(), body.as_bytes()).await;
    }
    publish(
        &channel,
        &bus,
        encoded,
        cast("second", Some(&id)).as_bytes(),
    )
    .await;
    until("all messages", || server.stats().received == 12).await;
    until("their end", || server.stats().finished == 5).await;
    assert_eq!((server.stats().rejected, server.stats().duplicates), (6, 1));
    let mut seen = probe.calls("note");
    seen.sort_unstable();
    assert_eq!(
        seen,
        [
            "\"bare\"",
            "\"first\"",
            "\"no encoding\"",
            "\"no id\"",
            "\"normal\""
        ]
    );
    // Rejected for good: stopping gives nothing back.
    server.stop().await;
    let again = bus.serve(&transport, "h1", &probe).await;
    assert_eq!(
        echo(&bus.client(&transport), "there").await.unwrap(),
        "there"
    );
    assert_eq!(again.stats().received, 1);
    again.stop().await;
    bus.remove(&["h1"]).await;
}

#[tokio::test]
async fn no_bytes_stop_a_server_or_a_client() {
    let bus = Bus::new();
    let (server_side, client_side, probe) = (bus.open().await, bus.open().await, Probe::new());
    let server = bus.serve(&server_side, "h1", &probe).await;
    let client = bus.client(&client_side);
    echo(&client, "before").await.unwrap();
    let replies = client_side.driver().reply_queue(None).await.unwrap();
    let channel = raw().await;
    let mut runner = TestRunner::deterministic();
    let bytes = proptest::collection::vec(proptest::num::u8::ANY, 0..400);
    let text =
        "(\\{\"oslo.version\": \"2.0\", \"oslo.message\": \")?[\\{\\[\"a-z:, \\\\0-9_]{0,60}";
    for number in 0..200 {
        let body: Vec<u8> = if number % 2 == 0 {
            bytes.new_tree(&mut runner).unwrap().current()
        } else {
            text.new_tree(&mut runner).unwrap().current().into_bytes()
        };
        publish(&channel, &bus, json(), &body).await;
        let options = BasicPublishOptions::default();
        channel
            .basic_publish("".into(), replies.as_ref().into(), options, &body, json())
            .await
            .unwrap();
    }
    // A reply queue that is none.
    let long = format!(
        "{{\"method\": \"note\", \"args\": {{}}, \"version\": \"3.0\", \"_msg_id\": \"m\", \"_reply_q\": \"{}\"}}",
        "q".repeat(300)
    );
    publish(&channel, &bus, json(), long.as_bytes()).await;
    until("all messages", || server.stats().received >= 202).await;
    assert_eq!(echo(&client, "after").await.unwrap(), "after");
    server.stop().await;
    bus.remove(&["h1"]).await;
}

/// Whatever comes in place of the broker's frames, a connection is lost at most, and made again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_frames_stop_a_server_or_a_client() {
    let bus = Bus::new();
    let proxy = Proxy::start().await;
    let url = url_by(&[proxy.address()]);
    let (server_side, client_side) = (
        bus.open_with(&url, quick()).await,
        bus.open_with(&url, quick()).await,
    );
    let server = bus.serve(&server_side, "h1", &Probe::new()).await;
    let client = bus.client(&client_side);
    let mut runner = TestRunner::deterministic();
    let bytes = proptest::collection::vec(proptest::num::u8::ANY, 1..200);
    for number in 0..8_u8 {
        let mut frame = bytes.new_tree(&mut runner).unwrap().current();
        match number % 4 {
            // Anything.
            0 => {}
            // A frame of a method nobody knows, whole.
            1 => {
                frame.truncate(100);
                let size = u8::try_from(frame.len()).unwrap();
                frame = [&[1, 0, 1, 0, 0, 0, size], &frame[..], &[0xce]].concat();
            }
            // A body where none was announced.
            2 => frame = vec![3, 0, 1, 0, 0, 0, 1, b'{', 0xce],
            // A frame that claims to be as long as can be.
            _ => frame = vec![1, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 10],
        }
        proxy.forge(&frame);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        if number % 4 == 3 {
            // It waits for the rest, as it should; its heartbeats would end that.
            proxy.cut();
        }
        // A call whose answer was lost with a connection ends at its deadline; the next one is served.
        soon("an answer", async {
            loop {
                let short = client.prepare().timeout(std::time::Duration::from_secs(2));
                let args = crate::support::value("there");
                let context = oslo_messaging::CallContext::empty();
                if short.call(&context, "echo", &args).await.is_ok() {
                    break;
                }
            }
        })
        .await;
    }
    server.stop().await;
    bus.remove(&["h1"]).await;
}
