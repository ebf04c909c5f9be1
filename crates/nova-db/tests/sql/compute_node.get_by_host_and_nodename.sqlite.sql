SELECT "compute_nodes"."id", "compute_nodes"."uuid", "compute_nodes"."service_id", "compute_nodes"."host", "compute_nodes"."vcpus", "compute_nodes"."memory_mb", "compute_nodes"."local_gb", "compute_nodes"."vcpus_used", "compute_nodes"."memory_mb_used", "compute_nodes"."local_gb_used", "compute_nodes"."hypervisor_type", "compute_nodes"."hypervisor_version", "compute_nodes"."hypervisor_hostname", "compute_nodes"."free_ram_mb", "compute_nodes"."free_disk_gb", "compute_nodes"."current_workload", "compute_nodes"."running_vms", "compute_nodes"."cpu_info", "compute_nodes"."disk_available_least", "compute_nodes"."metrics", "compute_nodes"."host_ip", "compute_nodes"."numa_topology", "compute_nodes"."cpu_allocation_ratio", "compute_nodes"."ram_allocation_ratio", "compute_nodes"."disk_allocation_ratio", "compute_nodes"."mapped", "compute_nodes"."created_at", "compute_nodes"."updated_at", "compute_nodes"."deleted_at", "compute_nodes"."deleted", "compute_nodes"."stats", "compute_nodes"."supported_instances", "compute_nodes"."pci_stats"
FROM "compute_nodes"
WHERE "compute_nodes"."host" = ?
AND "compute_nodes"."hypervisor_hostname" = ?
AND "compute_nodes"."deleted" = ?
ORDER BY "compute_nodes"."id" ASC;
-- [String(Some("h")), String(Some("n")), Int(Some(0))]
