"""What the scripts here do first: a process of the real Nova, configured by a nova.conf."""

import warnings

# That eventlet is going away concerns nobody who reads the tests' output.
warnings.filterwarnings('ignore')

from nova import monkey_patch

monkey_patch.patch(backend='threading')

import logging

from nova import config
from nova import objects


def start(nova_conf):
    """Reads the configuration, connects to the bus and registers all objects, as every service of Nova does."""
    config.parse_args(['interop', '--config-file', nova_conf])
    logging.getLogger().setLevel(logging.ERROR)
    objects.register_all()
