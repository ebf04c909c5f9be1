SELECT "pci_devices"."id", "pci_devices"."uuid", "pci_devices"."compute_node_id", "pci_devices"."address", "pci_devices"."vendor_id", "pci_devices"."product_id", "pci_devices"."dev_type", "pci_devices"."status", "pci_devices"."dev_id", "pci_devices"."label", "pci_devices"."instance_uuid", "pci_devices"."request_id", "pci_devices"."numa_node", "pci_devices"."parent_addr", "pci_devices"."created_at", "pci_devices"."updated_at", "pci_devices"."deleted_at", "pci_devices"."deleted", "pci_devices"."extra_info"
FROM "pci_devices"
WHERE "pci_devices"."deleted" = $1
AND "pci_devices"."status" = $2
AND "pci_devices"."instance_uuid" = $3;
-- [Int(Some(0)), String(Some("allocated")), String(Some("u"))]
