"""A Nova service without a database, as nova-compute is: makes the calls of case files and says what came of each.

    calls.py NOVA_CONF [--only PATTERN] [--older FILE] CASES.json...

Writes a JSON object for each case to standard output, a line each. README.md describes the files. --older makes this a
service of an older release: the file has the versions it knows, and the fields they lack.
"""

import argparse
import datetime
import fnmatch
import json
import sys
import time

import nova_process

import oslo_messaging
from oslo_messaging._drivers import common as driver_common
from oslo_utils import timeutils
from oslo_versionedobjects import base as ovo_base

from nova.conductor import rpcapi
from nova import context as nova_context
import nova.db.main.api
from nova import objects
from nova.objects import base
from nova import rpc

CONTEXTS = {
    'admin': dict(user_id='u1', project_id='p1', is_admin=True),
    'member': dict(user_id='u1', project_id='p1', is_admin=False),
    'stranger': dict(user_id='u2', project_id='p2', is_admin=False),
    'deleted': dict(user_id='u1', project_id='p1', is_admin=True, read_deleted='yes'),
    'only deleted': dict(user_id='u1', project_id='p1', is_admin=True, read_deleted='only'),
}


class Wire:
    """Notes what arrives, before it becomes objects and exceptions."""

    def __init__(self):
        self.seen = []
        read, fail = rpc.RequestContextSerializer.deserialize_entity, driver_common.deserialize_remote_exception

        def deserialize_entity(serializer, context, entity):
            self.seen.append({'result': json.loads(json.dumps(entity))})
            return read(serializer, context, entity)

        def deserialize_remote_exception(data, allowed):
            failure = json.loads(data)
            # Whether there is one tells who answered: ours sends none.
            failure['tb'] = bool(failure['tb'])
            self.seen.append({'failure': failure})
            return fail(data, allowed)

        rpc.RequestContextSerializer.deserialize_entity = deserialize_entity
        driver_common.deserialize_remote_exception = deserialize_remote_exception

    def take(self):
        seen, self.seen = self.seen, []
        return seen


def shown(value):
    """A value as JSON: objects with their versions and changes."""
    if isinstance(value, base.NovaObject):
        return value.obj_to_primitive()
    if isinstance(value, dict):
        return {str(key): shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(shown(item) for item in value)
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return value


def error(raised, wire):
    """An exception as the caller sees it, but for the text of one from afar: it has the server's traceback, and the wire the text."""
    if isinstance(raised, oslo_messaging.RemoteError):
        return {'class': 'RemoteError', 'of': raised.exc_type}
    described = {'class': type(raised).__name__, 'module': type(raised).__module__, 'kwargs': shown(getattr(raised, 'kwargs', {}))}
    if not (wire and 'failure' in wire[-1]):
        described['message'] = str(raised)
    return described


class Script:
    """Makes calls one after the other, remembering what it is told to."""

    def __init__(self):
        self.wire = Wire()
        self.known = {}
        self.serializer = base.NovaObjectSerializer()

    def context(self, case):
        ctx = nova_context.RequestContext(
            request_id='req-' + case.get('request', 'interop'), timestamp='2025-03-02T00:00:00.000000',
            **CONTEXTS[case.get('as', 'admin')])
        return ctx

    def value(self, given):
        """A value of a case: what begins with a dollar stands for something else."""
        if isinstance(given, list):
            return [self.value(item) for item in given]
        if not isinstance(given, dict):
            return given
        if '$raw' in given:
            return given['$raw']
        if '$known' in given:
            return self.look_up(given['$known'])
        if '$primitive' in given:
            primitive = json.loads(json.dumps(self.look_up(given['$primitive']).obj_to_primitive()))
            primitive.update((key, item) for key, item in given.items() if key != '$primitive')
            return primitive
        if '$manifest' in given:
            manifest = ovo_base.obj_tree_get_versions(given['$manifest'])
            manifest.update((key, item) for key, item in given.items() if key != '$manifest')
            return {name: version for name, version in manifest.items() if version}
        if '$time' in given:
            return timeutils.parse_isotime(given['$time'])
        if 'nova_object.name' in given:
            return self.serializer.deserialize_entity(None, given)
        return {key: self.value(item) for key, item in given.items()}

    def look_up(self, path):
        first, *rest = path.split('.')
        found = self.known[first]
        for part in rest:
            found = found[int(part)] if part.isdigit() else getattr(found, part)
        return found

    def call(self, ctx, case):
        name, method = case['call'].split('.')
        function = getattr(getattr(objects, name), method)
        return function(ctx, *self.value(case.get('args', [])), **self.value(case.get('kwargs', {})))

    def object(self, ctx, case):
        given = case['object']
        if 'new' in given:
            return getattr(objects, given['new'])(ctx, **self.value(given.get('fields', {})))
        if 'known' in given:
            found = self.look_up(given['known'])
            found._context = ctx
            return found
        return self.call(ctx, given)

    def rpc(self, ctx, case):
        target = oslo_messaging.Target(topic='conductor', version=case.get('version', '3.0'), namespace=case.get('namespace'))
        client = oslo_messaging.get_rpc_client(
            rpc.TRANSPORT, target, serializer=rpc.RequestContextSerializer(rpc.JsonPayloadSerializer()), version_cap=None)
        client = client.prepare(
            server=case.get('server'), fanout=case.get('fanout'), timeout=case.get('timeout'), call_monitor_timeout=case.get('monitor'))
        send = client.cast if case.get('cast') else client.call
        return send(ctx, case['rpc'], **self.value(case.get('args', {})))

    def run(self, case):
        ctx, outcome, target = self.context(case), {'name': case['name']}, None
        if case.get('pause'):
            # So that times which are kept in whole seconds differ from earlier ones, in every run.
            time.sleep(1.1)
        try:
            if 'rpc' in case:
                value = self.rpc(ctx, case)
            elif 'call' in case:
                value = self.call(ctx, case)
            else:
                target = self.object(ctx, case)
                value = self.act(target, case)
            outcome['value'] = shown(value)
            if 'remember' in case:
                self.known[case['remember']] = target if target is not None else value
        except Exception as raised:
            outcome['error'] = error(raised, self.wire.seen)
        if target is not None:
            outcome['object'] = shown(target)
        outcome['wire'] = self.wire.take()
        return outcome

    def act(self, target, case):
        for name, item in case.get('set', {}).items():
            setattr(target, name, self.value(item))
        for name, items in case.get('update', {}).items():
            getattr(target, name).update(self.value(items))
        if 'load' in case:
            return getattr(target, case['load'])
        if 'do' in case:
            return getattr(target, case['do'])(*self.value(case.get('args', [])), **self.value(case.get('kwargs', {})))
        return None


def become_older(versions):
    """Knows the classes at these versions only, and not what came later."""
    for name, older in versions.items():
        for known in base.NovaObjectRegistry.obj_classes()[name]:
            known.VERSION = older['version']
            for field in older.get('lacks', []):
                del known.fields[field]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('nova_conf')
    parser.add_argument('cases', nargs='+')
    parser.add_argument('--only', default='*', help='a pattern of names')
    parser.add_argument('--older', help='versions of an older release')
    given = parser.parse_args()
    nova_process.start(given.nova_conf)
    if given.older:
        with open(given.older) as file:
            become_older(json.load(file))
    # As nova-compute does.
    nova.db.main.api.DISABLE_DB_ACCESS = True
    base.NovaObject.indirection_api = rpcapi.ConductorAPI()
    objects.Service.enable_min_version_cache()
    script = Script()
    for path in given.cases:
        with open(path) as file:
            for case in json.load(file):
                if fnmatch.fnmatch(case['name'], given.only) or 'remember' in case:
                    print(json.dumps(script.run(case)), flush=True)
    sys.stdout.flush()
    rpc.cleanup()


if __name__ == '__main__':
    main()
