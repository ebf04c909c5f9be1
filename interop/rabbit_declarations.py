#!/usr/bin/env python3
"""Writes what oslo.messaging declares for every combination of its options that change it, a line each.

Run it where oslo.messaging is installed; the output is kept in
crates/oslo-messaging-rabbit/tests/captures/declarations.txt, which the driver is compared with. No broker is needed: the
rabbit driver runs over kombu's memory transport, and what it asks of its channels is noted.
"""

import contextlib
import itertools
import logging
import os
import re
import sys
import tempfile
import time

from kombu.transport import memory
from kombu.transport.virtual import base
from oslo_concurrency import lockutils
from oslo_config import cfg
import oslo_messaging
from oslo_messaging import transport
from oslo_messaging._drivers import impl_rabbit

OPTIONS = [
    "amqp_durable_queues",
    "amqp_auto_delete",
    "rabbit_quorum_queue",
    "rabbit_transient_quorum_queue",
    "rabbit_stream_fanout",
    "use_queue_manager",
    "rabbit_ha_queues",
]
GROUP = "oslo_messaging_rabbit"
noted = []


def note(method, names):
    """Notes calls of a channel's method, arguments by these names."""
    original = getattr(base.Channel, method)

    def noting(self, *args, **kwargs):
        given = dict(zip(names, args), **kwargs)
        noted.append((method, {name: given.get(name) for name in names}))
        if method == "exchange_declare":
            # The transport in memory keeps exchanges of the case before.
            self.state.exchanges.pop(given["exchange"], None)
        return original(self, *args, **kwargs)

    setattr(memory.Channel, method, noting)


note("exchange_declare", ["exchange", "type", "durable", "auto_delete"])
note("queue_declare", ["queue", "durable", "exclusive", "auto_delete", "arguments"])
note("queue_bind", ["queue", "exchange", "routing_key"])
note("basic_consume", ["queue", "no_ack", "callback", "consumer_tag", "arguments"])


def shown(call):
    method, given = call
    flags = "".join(
        letter
        for letter, name in [("D", "durable"), ("A", "auto_delete"), ("X", "exclusive"), ("N", "no_ack")]
        if given.get(name)
    )
    arguments = given.get("arguments") or {}
    parts = [method, given.get("type"), given.get("queue"), given.get("exchange"), given.get("routing_key"), flags]
    parts += [f"{name}={value!r}" for name, value in sorted(arguments.items())]
    text = " ".join(part for part in parts if part)
    return re.sub(r"(reply|fanout)_([0-9a-f]{32}|h1:conductor:\d+)", lambda m: f"{m[1]}_{'NAMED' if ':' in m[2] else 'RANDOM'}", text)


def declared(on):
    conf = cfg.ConfigOpts()
    conf(args=[], project="nova", default_config_files=[])
    conf.register_opts(transport._transport_opts)
    conf.register_opts(impl_rabbit.rabbit_opts, group=GROUP)
    conf.register_opts(impl_rabbit.rpc_amqp.amqp_opts, group=GROUP)
    for option in on:
        conf.set_override(option, True, GROUP)
    # Streams need it.
    conf.set_override("rabbit_qos_prefetch_count", 10, GROUP)
    conf.set_override("hostname", "h1", GROUP)
    conf.set_override("processname", "conductor", GROUP)
    url = oslo_messaging.TransportURL.parse(conf, "kombu+memory:////")
    noted.clear()
    driver = impl_rabbit.RabbitDriver(conf, url, default_exchange="nova", allowed_remote_exmods=[])
    listener = driver.listen(oslo_messaging.Target(exchange="nova", topic="conductor", server="h1"), 1, None)
    with contextlib.suppress(Exception):
        listener._poll_style_listener.conn.connection.consume(timeout=0.05)
    driver._get_reply_q()
    # Its thread begins to consume.
    time.sleep(0.1)
    calls = list(noted)
    for fanout in [False, True]:
        noted.clear()
        driver.send(oslo_messaging.Target(exchange="nova", topic="conductor", fanout=fanout), {}, {"method": "x", "args": {}})
        sent = [call for call in noted if call[0] == "exchange_declare"]
        assert all(call in calls for call in sent), f"a sender declares otherwise: {sent}"
    return "; ".join(shown(call) for call in calls)


def main():
    logging.disable(logging.CRITICAL)
    lockutils.set_defaults(tempfile.mkdtemp())
    for bits in itertools.product([False, True], repeat=len(OPTIONS)):
        on = [option for option, bit in zip(OPTIONS, bits) if bit]
        try:
            line = declared(on)
        except RuntimeError as error:
            line = f"refused: {error}"
        print(f"{' '.join(on) or '-'} => {line}")
    sys.stdout.flush()
    # Its threads do not end by themselves.
    os._exit(0)


main()
