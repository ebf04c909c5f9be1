//! Asking services for a sign of life.

use std::time::{Duration, Instant};

use oslo_messaging::{CallContext, Kwargs, RpcClient, Target};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::cli::Ping;
use crate::output::{Answer, Cell, Table, Text};
use crate::session::PROGRAM;
use crate::{Error, Result, Session};

/// What every service answers (nova `baserpc.py`).
#[derive(Deserialize)]
struct Pong {
    service: String,
}

pub(super) async fn ping(options: &Ping, session: &Session) -> Result<Answer> {
    let mut target = Target::new(options.topic.as_str());
    if let Some(server) = &options.server {
        target = target.server(server.as_str());
    }
    let shown = target.queue();
    let failed = |source| Error::NoAnswer {
        target: shown.clone(),
        source,
    };
    let client = RpcClient::new(
        session.bus().await?.clone(),
        target.namespace("baseapi").version("1.0"),
    )
    .timeout(Duration::from_secs(options.timeout));
    let args = Kwargs::new().value("arg", PROGRAM).map_err(failed)?;
    let mut table = Table::new(["To", "Service", "Milliseconds"], "no pings");
    let mut pings = Vec::new();
    for _ in 0..options.count {
        let asked = Instant::now();
        let answer = client
            .prepare()
            .call(&CallContext::empty(), "ping", &args)
            .await
            .map_err(failed)?;
        let millis = asked.elapsed().as_secs_f64() * 1000.0;
        let pong: Pong = answer.read().map_err(failed)?;
        table.row([
            Cell::from(shown.as_str()),
            Cell::from(pong.service.as_str()),
            Cell::number(format!("{millis:.1}")),
        ]);
        pings.push(json!({ "service": pong.service, "milliseconds": millis }));
    }
    Ok(Answer::new("pings", Json::Array(pings), Text::Table(table)).with("target", shown.as_str()))
}
