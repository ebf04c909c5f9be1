"""What the original takes for an Instance and its bytes; prints JSON, nanoseconds a run.

    python objects.py instance.json
"""

import json
import platform
import sys
import time

from oslo_versionedobjects import base as ovo

from nova import objects
from nova import version
from nova.objects import base
from nova.objects import instance as instance_object

BATCHES = 10


def best(run, runs):
    """The shortest processor time of a run over some batches."""
    shortest = float("inf")
    for _ in range(BATCHES):
        start = time.thread_time_ns()
        for _ in range(runs):
            run()
        shortest = min(shortest, (time.thread_time_ns() - start) / runs)
    return shortest


def main():
    objects.register_all()
    with open(sys.argv[1]) as file:
        text = file.read()

    def read(text):
        return base.NovaObject.obj_from_primitive(json.loads(text))

    def write(obj):
        return json.dumps(obj.obj_to_primitive())

    one = read(text)
    many = instance_object.InstanceList(objects=[read(text) for _ in range(1000)])
    many_text = write(many)
    assert isinstance(one, ovo.VersionedObject)
    json.dump({
        "nova": version.version_info.version_string(),
        "python": platform.python_version(),
        "to_bytes": best(lambda: write(one), 50),
        "from_bytes": best(lambda: read(text), 50),
        "clone": best(one.obj_clone, 50),
        "list_to_bytes": best(lambda: write(many), 1),
        "list_from_bytes": best(lambda: read(many_text), 1),
    }, sys.stdout)


if __name__ == "__main__":
    main()
