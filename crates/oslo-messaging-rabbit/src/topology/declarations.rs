//! What we declare against what oslo.messaging declares, for every combination of options (`tests/captures/declarations.txt`,
//! written by `interop/rabbit_declarations.py`).

use lapin::types::{AMQPValue, FieldTable};
use oslo_messaging::Target;
use uuid::Uuid;

use super::{Exchange, Queue};
use crate::options::{QueueManager, RabbitOptions};

const RECORDED: &str = include_str!("../../tests/captures/declarations.txt");

fn options(names: &str, manager: &QueueManager) -> RabbitOptions {
    let mut options = RabbitOptions {
        prefetch: 10,
        ..RabbitOptions::default()
    };
    for name in names.split_whitespace() {
        match name {
            "-" => {}
            "amqp_durable_queues" => options.durable_queues = true,
            "amqp_auto_delete" => options.auto_delete = true,
            "rabbit_quorum_queue" => options.quorum_queue = true,
            "rabbit_transient_quorum_queue" => options.transient_quorum_queue = true,
            "rabbit_stream_fanout" => options.stream_fanout = true,
            "use_queue_manager" => options.queue_manager = Some(manager.clone()),
            "rabbit_ha_queues" => options.ha_queues = true,
            other => panic!("the record has an option {other}"),
        }
    }
    options
}

fn line(parts: &[&str], durable: bool, auto_delete: bool, arguments: &FieldTable) -> String {
    let flags = match (durable, auto_delete) {
        (false, false) => "",
        (true, false) => "D",
        (false, true) => "A",
        (true, true) => "DA",
    };
    let mut parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
    parts.push(flags.to_owned());
    for (name, value) in arguments.inner() {
        let value = match value {
            AMQPValue::LongString(text) => format!("'{text}'"),
            AMQPValue::LongInt(number) => number.to_string(),
            AMQPValue::LongLongInt(number) => number.to_string(),
            other => format!("{other:?}"),
        };
        parts.push(format!("{name}={value}"));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

/// The name with its own part as the record shows it.
fn name(queue: &Queue, manager: &QueueManager) -> String {
    for kind in ["reply_", "conductor_fanout_"] {
        if let Some(own) = queue.name.strip_prefix(kind) {
            let named = format!("{}:{}:", manager.hostname, manager.processname);
            let named = own
                .strip_prefix(&named)
                .is_some_and(|count| count.parse::<u32>().is_ok());
            assert!(named || Uuid::parse_str(own).is_ok(), "{}", queue.name);
            return format!("{kind}{}", if named { "NAMED" } else { "RANDOM" });
        }
    }
    queue.name.clone()
}

fn declared(options: &RabbitOptions, manager: &QueueManager) -> String {
    let target = Target::new("conductor").server("h1").exchange("nova");
    let none = FieldTable::default();
    let declaration = |queue: &Queue| {
        let name = name(queue, manager);
        let mut lines = Vec::new();
        if let Some(exchange) = &queue.exchange {
            let kind = if exchange.fanout { "fanout" } else { "topic" };
            let parts = ["exchange_declare", kind, &exchange.name];
            lines.push(line(&parts, exchange.durable, exchange.auto_delete, &none));
        }
        let parts = ["queue_declare", &name];
        lines.push(line(
            &parts,
            queue.durable,
            queue.auto_delete,
            &queue.arguments,
        ));
        if let Some(exchange) = &queue.exchange {
            let parts = ["queue_bind", &name, &exchange.name, &queue.routing_key];
            lines.push(line(&parts, false, false, &none));
        }
        lines
    };
    let consumption = |queue: &Queue| {
        let parts = ["basic_consume", &name(queue, manager)];
        line(
            &parts,
            false,
            false,
            &queue.consumer_arguments(options, None),
        )
    };
    let queues = Queue::of_server(options, &target);
    // Senders declare what servers do.
    assert_eq!(queues[0].exchange, Some(Exchange::control(options, "nova")));
    assert_eq!(
        queues[2].exchange,
        Some(Exchange::fanout(options, "conductor"))
    );
    let replies = Queue::replies(options);
    let mut lines: Vec<String> = queues.iter().flat_map(declaration).collect();
    lines.extend(queues.iter().map(consumption));
    lines.extend(declaration(&replies));
    lines.push(consumption(&replies));
    lines.join("; ")
}

#[test]
fn every_combination_of_options_declares_what_the_original_does() {
    let manager = QueueManager {
        hostname: "h1".to_owned(),
        processname: format!("conductor{}", Uuid::new_v4().simple()),
    };
    let url = "rabbit://h/".parse().unwrap();
    let (mut compared, mut refused) = (0, 0);
    for recorded in RECORDED.lines() {
        let (names, recorded) = recorded.split_once(" => ").unwrap();
        let options = options(names, &manager);
        if recorded.starts_with("refused: ") {
            refused += 1;
            assert!(
                options.check(&url).is_err(),
                "{names} is refused: {recorded}"
            );
            continue;
        }
        compared += 1;
        assert!(options.check(&url).is_ok(), "{names}");
        assert_eq!(declared(&options, &manager), recorded, "{names}");
    }
    assert_eq!((compared, refused), (56, 72), "all 128 combinations");
    std::fs::remove_file(crate::names::counter_file(&manager)).unwrap();
}
