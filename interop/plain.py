"""The recorded objects as plain dictionaries, as Nova makes them of what it has read.

    python plain.py > ../vectors/plain.json

For each class the largest case in vectors/objects that has all it takes, by `obj_to_primitive` of
nova/objects/base.py: {"Instance": {"case", "plain"}, ..}. Times are as they
are on the wire.
"""

import datetime
import json
import logging
import pathlib
import warnings

logging.disable()
warnings.simplefilter('ignore')

from nova import exception  # noqa: E402
from nova import objects  # noqa: E402
from nova.network import model  # noqa: E402
from nova.objects import base  # noqa: E402
from oslo_versionedobjects import fields  # noqa: E402


def as_json(value):
    """What the helper leaves as it is in Python, as it is everywhere else."""
    if isinstance(value, base.NovaObject):
        return as_json(base.obj_to_primitive(value))
    if isinstance(value, model.NetworkInfo):
        return value.json()
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, datetime.datetime):
        return fields.DateTime().to_primitive(None, 'time', value)
    return value


def main():
    objects.register_all()
    folder = pathlib.Path(__file__).parent.parent / 'vectors' / 'objects'
    read = base.NovaObject.obj_from_primitive
    found = {}
    for path in sorted(folder.glob('*.json')):
        cases = enumerate(json.loads(path.read_text())['cases'])
        for number, case in sorted(cases, key=lambda item: -len(str(item[1]['current']))):
            try:
                found[path.stem] = {'case': number, 'plain': as_json(read(case['current']))}
                break
            except exception.OrphanedObjectError:
                continue  # an instance's name, computed of what is not there
    print(json.dumps(found))


if __name__ == '__main__':
    main()
