"""A peer that speaks through oslo.messaging: one side of the tests of our rabbit:// driver.

    rabbit_peer.py server URL EXCHANGE TOPIC    serves until its standard input ends
    rabbit_peer.py client URL EXCHANGE TOPIC    calls, and writes what came of it as JSON
"""

import json
import sys
import threading
import time

from oslo_config import cfg
import oslo_messaging


class InstanceNotFound(Exception):
    """Formatted from keyword arguments, as nova's exceptions are."""

    def __init__(self, message=None, **kwargs):
        self.kwargs = dict(kwargs, code=404)
        super().__init__(message or 'Instance %(instance_id)s could not be found.' % kwargs)


# Where our side expects it to be defined.
InstanceNotFound.__module__ = 'nova.exception'


class Endpoint:
    target = oslo_messaging.Target(version='3.0')

    def __init__(self):
        self.seen = []

    def echo(self, context, value):
        return value

    def note(self, context, value):
        self.seen.append(value)

    def noted(self, context):
        return self.seen

    def slow(self, context, value):
        time.sleep(value)
        return 'slept'

    def who(self, context):
        return context.get('user_id')

    def fail(self, context):
        raise InstanceNotFound(instance_id='x')


def serve(transport, topic):
    target = oslo_messaging.Target(topic=topic, server='python')
    server = oslo_messaging.get_rpc_server(transport, target, [Endpoint()], executor='threading')
    server.start()
    print('ready', flush=True)
    sys.stdin.read()
    server.stop()
    server.wait()


def outcome(function):
    try:
        return {'result': function()}
    except oslo_messaging.RemoteError as error:
        return {'remote': error.exc_type, 'message': str(error.value)}
    except Exception as error:
        return {'raised': type(error).__name__, 'message': str(error)}


def call(transport, topic):
    target = oslo_messaging.Target(topic=topic, version='3.0')
    client = oslo_messaging.get_rpc_client(transport, target, timeout=20)
    context = {'user_id': 'u1'}
    outcomes = {}
    for name, value in [('text', 'h\u00e9llo "\\'), ('nothing', None), ('nested', {'a': [1, 2.5, {'b': True}]}),
                        ('large', 'x' * 500000)]:
        outcomes['echo ' + name] = outcome(lambda: client.call(context, 'echo', value=value) == value)
    outcomes['server'] = outcome(lambda: client.prepare(server='rust').call(context, 'echo', value='to you'))
    client.cast(context, 'note', value='cast')
    client.prepare(server='rust').cast(context, 'note', value='cast to server')
    client.prepare(fanout=True).cast(context, 'note', value='fanout')
    monitored = client.prepare(call_monitor_timeout=2, timeout=20)
    outcomes['monitored'] = outcome(lambda: monitored.call(context, 'slow', value=3.5))
    outcomes['fail'] = outcome(lambda: client.call(context, 'fail'))
    outcomes['no such method'] = outcome(lambda: client.call(context, 'nonesuch'))
    outcomes['no such version'] = outcome(lambda: client.prepare(version='3.1').call(context, 'echo', value=1))
    base = client.prepare(namespace='baseapi', version='1.0')
    outcomes['ping'] = outcome(lambda: base.call(context, 'ping', arg='x'))
    results = []
    threads = [threading.Thread(target=lambda n=n: results.append(client.call(context, 'echo', value=n)))
               for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes['at once'] = {'result': sorted(results) == list(range(50))}
    print(json.dumps(outcomes), flush=True)


def main():
    role, url, exchange, topic = sys.argv[1:]
    conf = cfg.CONF
    conf([], project='peer')
    oslo_messaging.set_transport_defaults(exchange)
    transport = oslo_messaging.get_rpc_transport(conf, url=url)
    if role == 'server':
        serve(transport, topic)
    else:
        call(transport, topic)
    transport.cleanup()


if __name__ == '__main__':
    main()
