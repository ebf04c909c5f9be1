"""Records how oslo.versionedobjects tracks changes: random steps on one object,
and after each what counts as changed in it and in the objects inside.

    pip install oslo.versionedobjects==3.12.0
    python changes.py > vectors/changes.json

The classes are those of tests/it/nursery.rs; tests/it/changes.rs replays this.
"""
import json
import random
import warnings

warnings.simplefilter('ignore')

from oslo_versionedobjects import base, fields  # noqa: E402


class Base(base.VersionedObject):
    OBJ_SERIAL_NAMESPACE = 'nova_object'
    OBJ_PROJECT_NAMESPACE = 'nova'


@base.VersionedObjectRegistry.register
class Child(Base):
    VERSION = '1.2'
    fields = {'x': fields.IntegerField(), 'y': fields.StringField(nullable=True)}


@base.VersionedObjectRegistry.register
class ChildList(base.ObjectListBase, Base):
    VERSION = '1.1'
    fields = {'objects': fields.ListOfObjectsField('Child')}


@base.VersionedObjectRegistry.register
class Parent(Base):
    VERSION = '1.3'
    fields = {
        'id': fields.IntegerField(read_only=True),
        'name': fields.StringField(nullable=True),
        'flag': fields.BooleanField(default=False),
        'child': fields.ObjectField('Child', nullable=True),
        'kids': fields.ListOfObjectsField('Child'),
        'when': fields.DateTimeField(nullable=True),
        'meta': fields.DictOfStringsField(),
        'tags': fields.SetOfStringsField(),
        'nn': fields.StringField(default='dflt'),
        'lst': fields.ObjectField('ChildList', nullable=True),
    }


FIELDS = list(Parent.fields)


def child(rng):
    """A new child, described so that the test can make the same."""
    what = {'x': rng.randrange(3)}
    if rng.random() < 0.5:
        what['y'] = rng.choice(['a', None])
    return what, rng.random() < 0.5


def made(description):
    what, clean = description
    one = Child(**what)
    if clean:
        one.obj_reset_changes()
    return one


def value(rng, field):
    if field == 'id':
        return rng.randrange(1, 3)
    if field in ('name', 'nn'):
        return rng.choice(['a', 'b', None])
    if field == 'flag':
        return rng.choice([True, False, None, 1])
    if field == 'meta':
        return rng.choice([{}, {'k': 'v'}, None])
    if field == 'child':
        return rng.choice([None, child(rng), child(rng)])
    if field in ('kids', 'lst'):
        return [child(rng) for _ in range(rng.randrange(3))]


def python(field, what):
    if field == 'child' and what is not None:
        return made(what)
    if field == 'kids':
        return [made(one) for one in what]
    if field == 'lst':
        return ChildList(objects=[made(one) for one in what])
    return what


def step(rng):
    kind = rng.choice(['set'] * 6 + ['nested'] * 5 + ['reset'] * 5 + ['unset', 'clone', 'append', 'append', 'defaults'])
    if kind == 'set':
        field = rng.choice(['id', 'name', 'flag', 'child', 'kids', 'meta', 'nn', 'lst'])
        return ['set', field, value(rng, field)]
    if kind == 'nested':
        return ['nested', rng.choice(['child', 'kids', 'lst']), rng.randrange(3), rng.choice(['set', 'reset'])]
    if kind == 'reset':
        names = rng.choice([[], [], rng.sample(FIELDS, 2), ['kids'], ['child', 'bogus'], ['lst']])
        return ['reset', names, rng.random() < 0.5]
    if kind == 'unset':
        return ['unset', rng.choice(FIELDS)]
    if kind == 'append':
        return ['append', child(rng)]
    return [kind]


def inside(parent, field):
    if not parent.obj_attr_is_set(field) or getattr(parent, field) is None:
        return []
    found = getattr(parent, field)
    if field == 'child':
        return [found]
    return list(found if field == 'kids' else found.objects)


def perform(parent, step):
    kind = step[0]
    if kind == 'set':
        setattr(parent, step[1], python(step[1], step[2]))
    elif kind == 'nested':
        found = inside(parent, step[1])
        if found:
            one = found[step[2] % len(found)]
            if step[3] == 'set':
                one.x = step[2]
            else:
                one.obj_reset_changes()
    elif kind == 'reset':
        parent.obj_reset_changes(step[1], recursive=step[2])
    elif kind == 'unset':
        if parent.obj_attr_is_set(step[1]):
            delattr(parent, step[1])
    elif kind == 'append':
        if parent.obj_attr_is_set('lst') and parent.lst is not None:
            parent.lst.objects.append(made(step[1]))
    elif kind == 'defaults':
        parent.obj_set_defaults()
    elif kind == 'clone':
        return parent.obj_clone()
    return parent


def changed(one):
    return ','.join(sorted(one.obj_what_changed()))


def state(parent):
    parts = [changed(parent)]
    for field in ('child', 'kids', 'lst'):
        parts.append(';'.join(changed(one) or '-' for one in inside(parent, field)))
    return '|'.join(parts)


def sequence(seed):
    rng = random.Random(seed)
    parent = Parent()
    steps = []
    start = [['set', field, value(rng, field)] for field in ('child', 'kids', 'lst') if rng.random() < 0.7]
    for one in start + [step(rng) for _ in range(rng.randrange(8, 18))]:
        try:
            parent = perform(parent, one)
            outcome = None
        except NotImplementedError:
            # A deleted attribute stays changed, and a recursive reset stumbles
            # over it; nothing to be compared comes after that.
            break
        except Exception as error:
            outcome = type(error).__name__
        steps.append([one, outcome, state(parent)])
    return steps


print('[')
print(',\n'.join(json.dumps(sequence(seed), separators=(',', ':')) for seed in range(300)))
print(']')
