"""Fills the databases of a nova.conf with a small deployment, by Nova's own objects.

    seed.py NOVA_CONF

Run against two empty databases it leaves equal rows: the clock and the random uuids are replaced.
"""

import datetime
import itertools
import sys
import uuid

import nova_process

from oslo_utils import timeutils
from oslo_utils import uuidutils

from nova import context as nova_context
from nova.db.main import api as db
from nova import objects
from nova.objects import fields
from nova.objects import instance_numa
from nova.objects import virt_device_metadata as metadata

# Instances by what they are there for.
FULL = '11111111-0000-4000-8000-000000000001'
BUILDING = '11111111-0000-4000-8000-000000000002'
FAILED = '11111111-0000-4000-8000-000000000003'
DELETED = '11111111-0000-4000-8000-000000000004'
REBOOTING = '11111111-0000-4000-8000-000000000005'
OTHERS = '11111111-0000-4000-8000-000000000006'
BARE = '11111111-0000-4000-8000-000000000007'

PORT = '22222222-0000-4000-8000-000000000001'
REQUEST = '22222222-0000-4000-8000-000000000002'
PROVIDER = '22222222-0000-4000-8000-000000000003'


def make_time_and_uuids_repeat():
    timeutils.set_time_override(datetime.datetime(2025, 3, 1, 12, 0, 0))
    numbers = itertools.count(1)
    uuidutils.generate_uuid = lambda dashed=True: str(uuid.UUID(int=(0x33333333 << 96) | (4 << 76) | (8 << 60) | next(numbers)))


def tick(seconds=60):
    timeutils.advance_time_seconds(seconds)


def flavors(ctx):
    def flavor(name, **values):
        values = dict(dict(memory_mb=512, vcpus=1, root_gb=1, ephemeral_gb=0, swap=0, rxtx_factor=1.0, vcpu_weight=None,
                           disabled=False, is_public=True, description=None), **values)
        made = objects.Flavor(ctx, name='m1.' + name, flavorid=name, **values)
        made.create()
        tick()
        return made

    flavor('tiny')
    flavor('small', memory_mb=2048, vcpus=2, root_gb=20, swap=64, description='h\u00e9llo',
           extra_specs={'hw:cpu_policy': 'dedicated', 'quota:cpu_shares': '10'})
    private = flavor('private', is_public=False)
    for project in ['p1', 'p3']:
        private.add_access(project)
    flavor('disabled', disabled=True, rxtx_factor=1.5, vcpu_weight=5)
    flavor('doomed', memory_mb=64, extra_specs={'a': 'b'})


def key_pairs(ctx):
    for user, name, kind in [('u1', 'first', 'ssh'), ('u1', 'second', 'x509'), ('u2', 'first', 'ssh'), ('u1', 'third', 'ssh')]:
        objects.KeyPair(ctx, user_id=user, name=name, type=kind, fingerprint='00:' + name,
                        public_key='ssh-rsa AAAA' + name).create()
        tick()


def services(ctx):
    for host, binary, topic, version in [
            ('c1', 'nova-compute', 'compute', 66), ('c2', 'nova-compute', 'compute', 70), ('c3', 'nova-compute', 'compute', 73),
            ('control', 'nova-scheduler', 'scheduler', 70), ('labhost', 'nova-conductor', 'conductor', 73), ('gone', 'nova-compute', 'compute', 72)]:
        service = objects.Service(ctx, host=host, binary=binary, topic=topic)
        service.version = version
        service.create()
        tick()
        if host == 'c3':
            service.disabled = True
            service.disabled_reason = 'maintenance'
            service.save()
        if host == 'gone':
            service.destroy()


def nodes(ctx):
    specs = [objects.HVSpec(arch='x86_64', hv_type='kvm', vm_mode='hvm'), objects.HVSpec(arch='i686', hv_type='qemu', vm_mode='hvm')]
    for host, kind in [('c1', 'QEMU'), ('c2', 'QEMU'), ('c3', 'ironic')]:
        service = objects.Service.get_by_compute_host(ctx, host)
        node = objects.ComputeNode(
            ctx, service_id=service.id, host=host, hypervisor_hostname=host + '.example.org', vcpus=8, memory_mb=16384,
            local_gb=100, vcpus_used=2, memory_mb_used=2048, local_gb_used=20, hypervisor_type=kind, hypervisor_version=6002000,
            free_ram_mb=14336, free_disk_gb=80, current_workload=0, running_vms=1, disk_available_least=70, metrics='[]',
            cpu_info='{"arch": "x86_64"}', cpu_allocation_ratio=16.0, ram_allocation_ratio=1.5, disk_allocation_ratio=1.0)
        if host == 'c1':
            node.stats = {'num_task_None': 1, 'io_workload': '0', 'empty': ''}
            node.host_ip = '192.0.2.1'
            node.supported_hv_specs = specs
            node.numa_topology = '{"cells": []}'
            node.pci_device_pools = objects.PciDevicePoolList(objects=[objects.PciDevicePool(
                vendor_id='8086', product_id='1520', numa_node=0, count=2, tags={'physical_network': 'net1', 'dev_type': 'type-VF'})])
        node.create()
        tick()


def security_groups(ctx):
    def group(project, name):
        made = db.security_group_create(ctx, {'user_id': 'u1', 'project_id': project, 'name': name, 'description': 'about ' + name})
        tick()
        return made

    return [group('p1', 'default'), group('p1', 'web'), group('p2', 'default')]


def extras(instance):
    instance.trusted_certs = objects.TrustedCerts(ids=['cert1', 'cert2'])
    instance.vcpu_model = objects.VirtCPUModel(
        arch='x86_64', vendor='Intel', mode='custom', model='Nehalem', match='exact',
        topology=objects.VirtCPUTopology(sockets=1, cores=2, threads=1),
        features=[objects.VirtCPUFeature(policy='require', name='vmx')])
    instance.numa_topology = instance_numa.InstanceNUMATopology(cells=[instance_numa.InstanceNUMACell(
        id=0, cpuset={0}, pcpuset={1}, memory=512, pagesize=4, cpu_pinning={1: 3}, cpu_policy='mixed')],
        emulator_threads_policy='share')
    instance.pci_requests = objects.InstancePCIRequests(instance_uuid=instance.uuid, requests=[objects.InstancePCIRequest(
        count=1, spec=[{'vendor_id': '8086'}], alias_name='nic', request_id=REQUEST, requester_id=PORT, numa_policy='preferred')])
    instance.device_metadata = metadata.InstanceDeviceMetadata(devices=[
        metadata.NetworkInterfaceMetadata(mac='52:54:00:00:00:01', vlan=7, vf_trusted=True, tags=['net'],
                                          bus=metadata.PCIDeviceBus(address='0000:00:03.0')),
        metadata.DiskMetadata(serial='d1', path='/dev/vdb', tags=['disk'], bus=metadata.SCSIDeviceBus(address='0:0:0:1'))])
    instance.resources = objects.ResourceList(objects=[objects.Resource(
        provider_uuid=PROVIDER, resource_class='CUSTOM_PMEM', identifier='ns0',
        metadata=objects.LibvirtVPMEMDevice(label='pm', name='ns0', devpath='/dev/dax0', size=1024, align=2))])


def instances(ctx, groups):
    small = objects.Flavor.get_by_flavor_id(ctx, 'small')
    tiny = objects.Flavor.get_by_flavor_id(ctx, 'tiny')

    def instance(uuid, flavor=tiny, with_extras=False, **values):
        values = dict(dict(user_id='u1', project_id='p1', display_name='server ' + uuid[-1], hostname='server-' + uuid[-1],
                           host='c1', node='c1.example.org', compute_id=1, vm_state='active', task_state=None, power_state=1,
                           launched_at=timeutils.utcnow(), memory_mb=flavor.memory_mb, vcpus=flavor.vcpus, root_gb=flavor.root_gb,
                           ephemeral_gb=0, instance_type_id=flavor.id, image_ref='', availability_zone='nova'), **values)
        made = objects.Instance(ctx, uuid=uuid, flavor=flavor, **values)
        if with_extras:
            extras(made)
        made.create()
        tick()
        return made

    full = instance(
        FULL, small, with_extras=True, key_name='first', key_data='ssh-rsa AAAAfirst', access_ip_v4='192.0.2.7',
        access_ip_v6='2001:db8::7', user_data='aGVsbG8=', reservation_id='r-1', root_device_name='/dev/vda', launch_index=0,
        config_drive='True', locked=False, ephemeral_key_uuid=None, hidden=False,
        metadata={'role': 'web', 'h\u00e9llo': '\u20ac'}, system_metadata={'image_os': 'linux', 'image_min_ram': '1'},
        keypairs=objects.KeyPairList(objects=[objects.KeyPair.get_by_name(ctx, 'u1', 'first')]))
    full.info_cache.network_info = fields.NetworkModel.from_primitive(
        full, 'network_info', '[{"id": "%s", "address": "52:54:00:00:00:01", "network": null, "type": "ovs"}]' % PORT)
    full.info_cache.save()
    instance(BUILDING, vm_state='building', task_state='spawning', launched_at=None, power_state=0)
    instance(FAILED, small, vm_state='error', host='c2', node='c2.example.org', compute_id=2, metadata={'role': 'db'})
    instance(DELETED).destroy()
    instance(REBOOTING, task_state='rebooting')
    instance(OTHERS, user_id='u2', project_id='p2', host='c2', node='c2.example.org', compute_id=2, vm_state='stopped', power_state=4)
    instance(BARE, host=None, node=None, compute_id=None, vm_state='building', task_state='scheduling', launched_at=None, power_state=0)
    for group in groups[:2]:
        db.instance_add_security_group(ctx, FULL, group['id'])
    objects.TagList.create(ctx, FULL, ['alpha', 'beta'])
    for message, code in [('first trouble', 500), ('second trouble', 404)]:
        fault = objects.InstanceFault(ctx, instance_uuid=FAILED, code=code, message=message, details='because', host='c2')
        fault.create()
        tick()


def pci_devices(ctx):
    for function, kind, status, numa in [(0, 'type-PF', 'unavailable', 0), (1, 'type-VF', 'allocated', 0),
                                         (2, 'type-VF', 'available', None)]:
        address = '0000:81:00.%d' % function
        device = objects.PciDevice.create(ctx, {
            'compute_node_id': 1, 'address': address, 'vendor_id': '8086', 'product_id': '1520', 'status': status,
            'dev_type': kind, 'dev_id': 'pci_' + address, 'label': 'label_8086_1520', 'numa_node': numa,
            'parent_addr': '0000:81:00.0' if function else None, 'physical_network': 'net1'})
        device.status = status
        if status == 'allocated':
            device.instance_uuid, device.request_id = FULL, REQUEST
        device.save()
        tick()


def migration_context(ctx):
    full = objects.Instance.get_by_uuid(ctx, FULL, expected_attrs=['numa_topology', 'pci_requests'])
    full.migration_context = objects.MigrationContext(
        instance_uuid=FULL, migration_id=7, old_numa_topology=full.numa_topology, new_numa_topology=None,
        old_pci_devices=objects.PciDeviceList.get_by_instance_uuid(ctx, FULL), new_pci_devices=None,
        old_pci_requests=full.pci_requests, new_pci_requests=None, old_resources=None, new_resources=None)
    full.save()


def actions(ctx):
    for request, action in [('req-create', 'create'), ('req-reboot', 'reboot')]:
        ctx.request_id = request
        objects.InstanceAction.action_start(ctx, FULL, action)
        tick()
        objects.InstanceActionEvent.event_start(ctx, FULL, 'compute_do', host='c1')
        tick()
        objects.InstanceActionEvent.event_finish(ctx, FULL, 'compute_do')
        tick()
        objects.InstanceAction.action_finish(ctx, FULL)
        tick()
    ctx.request_id = 'req-stop'
    objects.InstanceAction.action_start(ctx, FULL, 'stop')
    objects.InstanceActionEvent.event_start(ctx, FULL, 'compute_stop', host='c1')
    tick()


def main():
    nova_process.start(sys.argv[1])
    make_time_and_uuids_repeat()
    ctx = nova_context.RequestContext('u1', 'p1', is_admin=True, request_id='req-seed')
    flavors(ctx)
    key_pairs(ctx)
    services(ctx)
    nodes(ctx)
    instances(ctx, security_groups(ctx))
    pci_devices(ctx)
    migration_context(ctx)
    actions(ctx)


if __name__ == '__main__':
    main()
