"""Random objects of the real Nova, and what it makes of them.

    python object_vectors.py SEED CASES < classes.json

`classes.json` has what to draw from: {"Instance": ["1.0", "1.1", ..], ..}, the
versions that each class ever had, oldest first. Prints a JSON line a case:

    {"class", "line", "current" | "error", "reload", "backports", "mixed_backports"}

`line` is a primitive as a peer might send it, odd ones among them; `current`
what Nova writes after reading it, else the `error` it raises. All that follows
is as in the recorded vectors: `reload` what it writes after reading `current`,
`backports` what it makes of that for a reader that has the class at an older
version, `mixed_backports` for one that has any versions of the classes inside.
"""

import json
import logging
import random
import sys
import warnings

logging.disable()
warnings.simplefilter('ignore')

from nova import objects  # noqa: E402
from nova.network import model  # noqa: E402
from nova.objects import base  # noqa: E402
from nova.objects import fields as nova_fields  # noqa: E402
from oslo_versionedobjects import base as ovo_base  # noqa: E402
from oslo_versionedobjects import fields  # noqa: E402

TEXTS = [
    '', ' ', 'a', 'None', 'null', 'true', '0', '-1', '1.5', '<&>', "it's", 'say "so"', 'back\\slash', 'tab\there',
    'line\nbreak\r', '\x00', 'nul\x00inside', '\x01\x1f\x7f\x80\x9f', 'caf\xe9', '\u4e2d\u6587', '\U0001f600',
    '\U0010ffff\U00010000', '\u2028\u2029', '\ufeff', '\ufffe\uffff', '\u202eright to left\u202c', '\u0627\u0644',
    'e\u0301 \u200d\u200b', '/', '\\u0041', '\\ud83d', '{"a": 1}', '[]', '2013-07-12T10:11:12Z', 'x' * 300,
    '\U0001f600' * 200, '\ud7ff\ue000', '%s %(name)s {} {0}', '${x}', '\x0b\x0c\x1c\x85', 'I\u0307\u0131\xdf\u017f',
]
NUMBERS = [
    0, 1, -1, 2, 7, 255, 65536, 2 ** 31 - 1, 2 ** 31, -2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 1, -2 ** 53 - 1,
    2 ** 63 - 1, -2 ** 63,
]
WIDE = [2 ** 63, -2 ** 63 - 1, 2 ** 64, 2 ** 70, 10 ** 30, -10 ** 40]
FLOATS = [
    0.0, -0.0, 0.1, 1.0, -2.5, 1e-7, 1e16, 1e22, 1e308, -1e308, 5e-324, 1.7976931348623157e308, 0.30000000000000004,
    123456789.123456789, 1e-4, 1e-5, 9999999999999998.0, 1 / 3,
]
DATES = [
    '2013-07-12T10:11:12Z', '1970-01-01T00:00:00Z', '2038-01-19T03:14:08Z', '9999-12-31T23:59:59Z',
    '1000-01-01T00:00:00Z', '2000-02-29T12:00:00Z',
]
ODD_DATES = [
    '2013-07-12T10:11:12', '2013-07-12 10:11:12', '2013-07-12', '2013-07-12T10:11:12.123456', '2013-07-12T10:11:12.5Z',
    '2013-07-12T10:11:12+05:30', '2013-07-12T10:11:12-0130', '2013-07-12T10:11:12+00:00', '2013-07-12T10:11:12+02',
    '2013-07-12T10:11', '20130712T101112Z', '2013-07-12T24:00:00Z', '2013-07-12T23:59:60Z', '2013-02-30T00:00:00Z',
    '2013-7-2T1:1:1Z', '2013-07-12t10:11:12z', ' 2013-07-12T10:11:12Z', '2013-W28-5', '2013-193', '2013-07', '2013',
    '2013-07-12T10:11:12UTC+02:00', 'now', '', '2013-07-12T10:11:12.1234567Z', '2013-07-12T10', '2013-07-12T10Z',
    '2013-07-12T10:11:12,5Z', '2013-07-12T10:11:12-00:00', '2013-07-12T10:11:12+14:00', '2013-07-12T10:11:12+23:59',
]
VIFS = [
    {}, {'id': 'x'},
    {'id': 'a', 'address': 'fa:16:3e:00:00:01', 'network': {'id': 'n', 'bridge': None, 'label': 'caf\xe9', 'subnets': [
        {'cidr': '10.0.0.0/24', 'dns': [], 'gateway': {'address': '10.0.0.1', 'type': 'gateway', 'version': 4,
                                                       'meta': {}},
         'ips': [{'address': '10.0.0.5', 'type': 'fixed', 'version': 4, 'meta': {}, 'floating_ips': []}],
         'routes': [], 'version': 4, 'meta': {'dhcp_server': '10.0.0.2'}}], 'meta': {'mtu': 1450}},
     'type': 'ovs', 'details': {}, 'devname': 'tap0', 'ovs_interfaceid': None, 'qbh_params': None, 'qbg_params': None,
     'active': True, 'vnic_type': 'normal', 'profile': {'n': 1.0, 'big': 2 ** 70}, 'preserve_on_delete': False,
     'delegate_create': False, 'meta': {}},
]


class Wire:
    """Makes values as they stand in a primitive."""

    def __init__(self, rng, odd, history):
        self.rng = rng
        self.odd = odd
        self.history = history
        self.depth = 0

    def oddly(self):
        """Once at most: which of several errors is raised means nothing."""
        if self.odd and self.rng.random() < self.odd:
            self.odd = 0
            return True
        return False

    def text(self):
        if self.rng.random() < 0.6:
            return ''.join(self.rng.choice('abcxyz019_-.:') for _ in range(self.rng.randrange(12)))
        return self.rng.choice(TEXTS)

    def anything(self):
        return self.rng.choice([None, True, False, 1.5, float('nan'), 'x', 0])

    def value(self, field):
        if field.nullable and self.rng.random() < 0.2:
            return None
        if self.odd and self.rng.random() < 0.1 and self.oddly():
            return self.anything()
        return self.typed(field._type)

    def typed(self, kind):
        rng = self.rng
        if isinstance(kind, fields.Enum):
            return self.text() if self.oddly() else rng.choice(list(kind._valid_values))
        if isinstance(kind, fields.DateTime):
            return rng.choice(ODD_DATES if self.oddly() else DATES)
        if isinstance(kind, (fields.Boolean, fields.FlexibleBoolean)):
            return rng.choice([0, 1, 'false', '', 'x', 0.0, [], None]) if self.oddly() else rng.random() < 0.5
        if isinstance(kind, (fields.Float, fields.NonNegativeFloat)):
            if self.oddly():
                return rng.choice([1, 2 ** 70, '1.5', ' 2 ', '1_0', 'inf', 'nan', float('inf'), True, 'x', '', [], None])
            return rng.choice(FLOATS)
        if isinstance(kind, (fields.Integer, fields.NonNegativeInteger)):
            if self.oddly():
                return rng.choice([1.0, 1.9, -1.9, 1e15, 2.0 ** 60, float('inf'), '7', ' 7 ', '1_000', '+7', '7.0', '', '0x10',
                                   True, False, [], {}, None, 'x'])
            return rng.choice(NUMBERS) if rng.random() < 0.5 else rng.randrange(-1000, 10 ** 6)
        if isinstance(kind, nova_fields.NetworkModel):
            return self.network()
        if isinstance(kind, fields.UUID):
            return self.text() if rng.random() < 0.2 else '%08x-0000-4000-8000-%012x' % (rng.getrandbits(32), rng.getrandbits(48))
        if isinstance(kind, fields.MACAddress):
            return rng.choice(['FA-16-3E-00-00-01', 'fa:16:3e:00:00', '', 'fa:16:3e:00:00:01\n', 1]) if self.oddly() else 'fa:16:3e:00:00:01'
        if isinstance(kind, fields.PCIAddress):
            return rng.choice(['0000:0A:1F.7', '0000:0a:1fx7', '0000:0a:2f.7', '', 'x']) if self.oddly() else '0000:0a:1f.7'
        if isinstance(kind, (nova_fields.IPV4Address, fields.IPV4Address)):
            return rng.choice(['::1', '10.1', '010.0.0.1', 1, 'x', '', '1.2.3.4/8', ' 1.2.3.4']) if self.oddly() else rng.choice(['0.0.0.0', '255.255.255.255', '10.1.2.3'])
        if isinstance(kind, (nova_fields.IPV6Address, fields.IPV6Address)):
            return rng.choice(['1.2.3.4', 'FE80::1%eth0', 1, 'x', '']) if self.oddly() else rng.choice(['::', '::1', 'FE80::0001', '::ffff:1.2.3.4', '2001:db8:0:0:1::1', '1:0:0:2::'])
        if isinstance(kind, fields.IPAddress):
            return rng.choice(['10.1', 1, True, 'x', '', 1.5, []]) if self.oddly() else rng.choice(['0.0.0.0', '::1', '10.1.2.3'])
        if isinstance(kind, fields.List):
            if self.oddly():
                return rng.choice([1, [None], True])
            return [self.value(kind._element_type) for _ in range(rng.choice([0, 1, 1, 2, 5]))]
        if isinstance(kind, fields.Set):
            if self.oddly():
                return rng.choice([1, [None], True])
            return [self.value(kind._element_type) for _ in range(rng.choice([0, 1, 2, 5]))]
        if isinstance(kind, fields.Dict):
            if self.oddly():
                return rng.choice([[], 'abc', 1, {'a': None}, {'': []}, None])
            keys = [self.text() for _ in range(rng.choice([0, 1, 2, 5]))]
            return {key: self.value(kind._element_type) for key in keys}
        if isinstance(kind, fields.Object):
            return self.child(kind)
        pattern = getattr(kind, 'PATTERN', None) or getattr(kind, '_pattern', None)
        if pattern is not None:
            known = {'IDEAddress': '1:0', 'SCSIAddress': '1:0:2:a', 'XenAddress': '000200', 'ResourceClass': 'CUSTOM_X', 'USBAddress': '1:f'}
            return self.text() if self.oddly() else known.get(type(kind).__name__, self.text())
        if self.oddly():
            return rng.choice([1, -1, 2 ** 40, 2 ** 70, 1.5, 1e20, 1e-7, True, False, None, [], {}, 'x'])
        return self.text()

    def network(self):
        rng = self.rng
        vifs = [rng.choice(VIFS) for _ in range(rng.choice([0, 1, 2]))]
        # As Nova writes it, which adds what is missing when it reads something else.
        text = model.NetworkInfo.hydrate(vifs).json()
        if self.oddly():
            return rng.choice(['', '[1]', '7', 'x', '[{"n": 01}]', '[{]', [], {}])
        return text

    def child(self, kind):
        names = [kind._obj_name]
        if kind._subclasses:
            names = [name for name in self.history if issubclass(cls(name), cls(names[0]))]
        name = self.rng.choice(names)
        return self.object(name, self.rng.choice(['full', 'partial', 'partial', 'minimal', 'empty']))

    def object(self, name, kind):
        rng = self.rng
        klass = cls(name)
        self.depth += 1
        small = self.depth > 3
        chosen = {'full': 1.0, 'partial': rng.random(), 'minimal': 0.0, 'empty': 0.0}[kind]
        data = {}
        for field_name, field in klass.fields.items():
            nested = isinstance(field._type, fields.Object) or (
                isinstance(field._type, fields.List) and isinstance(field._type._element_type._type, fields.Object))
            if small and nested:
                continue
            if rng.random() < chosen or (kind == 'minimal' and not field.nullable and not nested):
                data[field_name] = self.value(field)
        self.depth -= 1
        version = klass.VERSION
        if self.oddly():
            version = rng.choice(self.history.get(name, [version]) + ['1.99', '2.0', '0.9', 'x', ''])
        primitive = {'nova_object.name': name, 'nova_object.namespace': 'nova', 'nova_object.version': version,
                     'nova_object.data': data}
        changes = [field_name for field_name in klass.fields if rng.random() < 0.3]
        if self.oddly():
            changes = rng.choice([changes + ['nonesuch'], [], changes * 2])
        if changes:
            primitive['nova_object.changes'] = changes
        if self.oddly():
            data['nonesuch'] = self.anything()
        if self.oddly():
            primitive[rng.choice(['nova_object.extra', 'x', 'nova_object.carriage'])] = self.anything()
        if self.oddly():
            del primitive[rng.choice(list(primitive))]
        if self.oddly():
            items = list(primitive.items())
            rng.shuffle(items)
            primitive = dict(items)
        return primitive


def cls(name):
    return ovo_base.VersionedObjectRegistry.obj_classes()[name][0]


def plain(value):
    """With what is a set in Python sorted: its order means nothing."""
    if isinstance(value, dict):
        return {key: sorted(plain(item)) if key == 'nova_object.changes' else plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def outcome(function):
    try:
        return plain(function())
    except Exception as error:
        name = type(error).__name__
        # Nova asks its database, and there is none here.
        if name in ('CantStartEngineError', 'DBNotAllowed', 'OrphanedObjectError') or '_enginefacade_context' in str(error):
            return {'error': 'NeedsDatabase', 'message': ''}
        return {'error': name, 'message': str(error)}


def read(text):
    return base.NovaObject.obj_from_primitive(json.loads(text))


def converted(text, to, manifest):
    return outcome(lambda: read(text).obj_to_primitive(target_version=to, version_manifest=manifest))


def case(wire, name, kind, history):
    rng = wire.rng
    line = json.dumps(wire.object(name, kind), ensure_ascii=rng.random() < 0.5)
    found = {'class': name, 'kind': kind, 'line': line}
    current = outcome(lambda: read(line).obj_to_primitive())
    if 'error' in current:
        found.update(current)
        return found
    text = json.dumps(current)
    found['current'] = text
    found['reload'] = outcome(lambda: read(text).obj_to_primitive())
    manifest = ovo_base.obj_tree_get_versions(name)
    version = current['nova_object.version']
    older = [old for old in history[name] if tuple(map(int, old.split('.'))) < tuple(map(int, version.split('.')))]
    found['backports'] = {to: converted(text, to, dict(manifest, **{name: to})) for to in older}
    found['mixed_backports'] = []
    for _ in range(2):
        mixed = {child: rng.choice(history.get(child, [old])) for child, old in manifest.items() if rng.random() < 0.95}
        to = mixed.get(name, version)
        if to in older:
            found['mixed_backports'].append({'target': to, 'manifest': mixed, 'result': converted(text, to, mixed)})
    return found


def main():
    # The order of a set means nothing; sorted it can be compared.
    in_any_order = fields.Set.to_primitive
    fields.Set.to_primitive = lambda *args: sorted(in_any_order(*args))
    seed, cases = int(sys.argv[1]), int(sys.argv[2])
    objects.register_all()
    history = json.load(sys.stdin)
    for number in range(cases):
        rng = random.Random(f'{seed} {number}')
        # Half of them as Nova itself writes them.
        wire = Wire(rng, 0 if number % 2 else rng.choice([0.02, 0.1]), history)
        name = rng.choice(sorted(history))
        kind = rng.choice(['full', 'partial', 'partial', 'minimal', 'empty'])
        print(json.dumps(case(wire, name, kind, history)), flush=True)


if __name__ == '__main__':
    main()
