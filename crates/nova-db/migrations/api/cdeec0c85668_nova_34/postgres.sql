-- Nova 34's api schema, alembic revision cdeec0c85668, for PostgreSQL.

CREATE TYPE build_requests0locked_by AS ENUM ('owner', 'admin');
CREATE TYPE keypair_types AS ENUM ('ssh', 'x509');

CREATE TABLE aggregates (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  uuid character varying(36),
  name character varying(255),
  CONSTRAINT aggregates_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_aggregate0name UNIQUE (name)
);
CREATE INDEX aggregate_uuid_idx ON aggregates (uuid);

CREATE TABLE aggregate_hosts (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  host character varying(255),
  aggregate_id integer NOT NULL,
  CONSTRAINT aggregate_hosts_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_aggregate_hosts0host0aggregate_id UNIQUE (host, aggregate_id),
  CONSTRAINT aggregate_hosts_aggregate_id_fkey FOREIGN KEY (aggregate_id) REFERENCES aggregates(id)
);

CREATE TABLE aggregate_metadata (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  aggregate_id integer NOT NULL,
  key character varying(255) NOT NULL,
  value character varying(255) NOT NULL,
  CONSTRAINT aggregate_metadata_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_aggregate_metadata0aggregate_id0key UNIQUE (aggregate_id, key),
  CONSTRAINT aggregate_metadata_aggregate_id_fkey FOREIGN KEY (aggregate_id) REFERENCES aggregates(id)
);
CREATE INDEX aggregate_metadata_key_idx ON aggregate_metadata (key);

CREATE TABLE allocations (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  resource_provider_id integer NOT NULL,
  consumer_id character varying(36) NOT NULL,
  resource_class_id integer NOT NULL,
  used integer NOT NULL,
  CONSTRAINT allocations_pkey PRIMARY KEY (id)
);
CREATE INDEX allocations_consumer_id_idx ON allocations (consumer_id);
CREATE INDEX allocations_resource_class_id_idx ON allocations (resource_class_id);
CREATE INDEX allocations_resource_provider_class_used_idx ON allocations (resource_provider_id, resource_class_id, used);

CREATE TABLE build_requests (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  project_id character varying(255) NOT NULL,
  instance_uuid character varying(36),
  instance text,
  block_device_mappings text,
  tags text,
  CONSTRAINT build_requests_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_build_requests0instance_uuid UNIQUE (instance_uuid)
);
CREATE INDEX build_requests_instance_uuid_idx ON build_requests (instance_uuid);
CREATE INDEX build_requests_project_id_idx ON build_requests (project_id);

CREATE TABLE cell_mappings (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  uuid character varying(36) NOT NULL,
  name character varying(255),
  transport_url text,
  database_connection text,
  disabled boolean,
  CONSTRAINT cell_mappings_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_cell_mappings0uuid UNIQUE (uuid)
);
CREATE INDEX uuid_idx ON cell_mappings (uuid);

CREATE TABLE consumers (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  uuid character varying(36) NOT NULL,
  project_id integer NOT NULL,
  user_id integer NOT NULL,
  generation integer DEFAULT 0 NOT NULL,
  CONSTRAINT consumers_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_consumers0uuid UNIQUE (uuid)
);
CREATE INDEX consumers_project_id_user_id_uuid_idx ON consumers (project_id, user_id, uuid);
CREATE INDEX consumers_project_id_uuid_idx ON consumers (project_id, uuid);

CREATE TABLE flavors (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  name character varying(255) NOT NULL,
  id serial NOT NULL,
  memory_mb integer NOT NULL,
  vcpus integer NOT NULL,
  swap integer NOT NULL,
  vcpu_weight integer,
  flavorid character varying(255) NOT NULL,
  rxtx_factor double precision,
  root_gb integer,
  ephemeral_gb integer,
  disabled boolean,
  is_public boolean,
  description text,
  CONSTRAINT flavors_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_flavors0flavorid UNIQUE (flavorid),
  CONSTRAINT uniq_flavors0name UNIQUE (name)
);

CREATE TABLE flavor_extra_specs (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  flavor_id integer NOT NULL,
  key character varying(255) NOT NULL,
  value character varying(255),
  CONSTRAINT flavor_extra_specs_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_flavor_extra_specs0flavor_id0key UNIQUE (flavor_id, key),
  CONSTRAINT flavor_extra_specs_flavor_id_fkey FOREIGN KEY (flavor_id) REFERENCES flavors(id)
);
CREATE INDEX flavor_extra_specs_flavor_id_key_idx ON flavor_extra_specs (flavor_id, key);

CREATE TABLE flavor_projects (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  flavor_id integer NOT NULL,
  project_id character varying(255) NOT NULL,
  CONSTRAINT flavor_projects_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_flavor_projects0flavor_id0project_id UNIQUE (flavor_id, project_id),
  CONSTRAINT flavor_projects_flavor_id_fkey FOREIGN KEY (flavor_id) REFERENCES flavors(id)
);

CREATE TABLE host_mappings (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  cell_id integer NOT NULL,
  host character varying(255) NOT NULL,
  CONSTRAINT host_mappings_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_host_mappings0host UNIQUE (host),
  CONSTRAINT host_mappings_cell_id_fkey FOREIGN KEY (cell_id) REFERENCES cell_mappings(id)
);
CREATE INDEX host_idx ON host_mappings (host);

CREATE TABLE instance_groups (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  user_id character varying(255),
  project_id character varying(255),
  uuid character varying(36) NOT NULL,
  name character varying(255),
  CONSTRAINT instance_groups_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_instance_groups0uuid UNIQUE (uuid)
);

CREATE TABLE instance_group_member (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  instance_uuid character varying(255),
  group_id integer NOT NULL,
  CONSTRAINT instance_group_member_pkey PRIMARY KEY (id),
  CONSTRAINT instance_group_member_group_id_fkey FOREIGN KEY (group_id) REFERENCES instance_groups(id)
);
CREATE INDEX instance_group_member_instance_idx ON instance_group_member (instance_uuid);

CREATE TABLE instance_group_policy (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  policy character varying(255),
  group_id integer NOT NULL,
  rules text,
  CONSTRAINT instance_group_policy_pkey PRIMARY KEY (id),
  CONSTRAINT instance_group_policy_group_id_fkey FOREIGN KEY (group_id) REFERENCES instance_groups(id)
);
CREATE INDEX instance_group_policy_policy_idx ON instance_group_policy (policy);

CREATE TABLE instance_mappings (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  instance_uuid character varying(36) NOT NULL,
  cell_id integer,
  project_id character varying(255) NOT NULL,
  queued_for_delete boolean,
  user_id character varying(255),
  CONSTRAINT instance_mappings_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_instance_mappings0instance_uuid UNIQUE (instance_uuid),
  CONSTRAINT instance_mappings_cell_id_fkey FOREIGN KEY (cell_id) REFERENCES cell_mappings(id)
);
CREATE INDEX instance_mappings_user_id_project_id_idx ON instance_mappings (user_id, project_id);
CREATE INDEX instance_uuid_idx ON instance_mappings (instance_uuid);
CREATE INDEX project_id_idx ON instance_mappings (project_id);

CREATE TABLE inventories (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  resource_provider_id integer NOT NULL,
  resource_class_id integer NOT NULL,
  total integer NOT NULL,
  reserved integer NOT NULL,
  min_unit integer NOT NULL,
  max_unit integer NOT NULL,
  step_size integer NOT NULL,
  allocation_ratio double precision NOT NULL,
  CONSTRAINT inventories_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_inventories0resource_provider_resource_class UNIQUE (resource_provider_id, resource_class_id)
);
CREATE INDEX inventories_resource_class_id_idx ON inventories (resource_class_id);
CREATE INDEX inventories_resource_provider_id_idx ON inventories (resource_provider_id);
CREATE INDEX inventories_resource_provider_resource_class_idx ON inventories (resource_provider_id, resource_class_id);

CREATE TABLE key_pairs (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  name character varying(255) NOT NULL,
  user_id character varying(255) NOT NULL,
  fingerprint character varying(255),
  public_key text,
  type keypair_types DEFAULT 'ssh'::keypair_types NOT NULL,
  CONSTRAINT key_pairs_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_key_pairs0user_id0name UNIQUE (user_id, name)
);

CREATE TABLE placement_aggregates (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  uuid character varying(36),
  CONSTRAINT placement_aggregates_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_placement_aggregates0uuid UNIQUE (uuid)
);
CREATE INDEX ix_placement_aggregates_uuid ON placement_aggregates (uuid);

CREATE TABLE project_user_quotas (
  id serial NOT NULL,
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  user_id character varying(255) NOT NULL,
  project_id character varying(255) NOT NULL,
  resource character varying(255) NOT NULL,
  hard_limit integer,
  CONSTRAINT project_user_quotas_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_project_user_quotas0user_id0project_id0resource UNIQUE (user_id, project_id, resource)
);
CREATE INDEX project_user_quotas_project_id_idx ON project_user_quotas (project_id);
CREATE INDEX project_user_quotas_user_id_idx ON project_user_quotas (user_id);

CREATE TABLE projects (
  id serial NOT NULL,
  external_id character varying(255) NOT NULL,
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  CONSTRAINT projects_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_projects0external_id UNIQUE (external_id)
);

CREATE TABLE quota_classes (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  class_name character varying(255),
  resource character varying(255),
  hard_limit integer,
  CONSTRAINT quota_classes_pkey PRIMARY KEY (id)
);
CREATE INDEX quota_classes_class_name_idx ON quota_classes (class_name);

CREATE TABLE quota_usages (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  project_id character varying(255),
  resource character varying(255) NOT NULL,
  in_use integer NOT NULL,
  reserved integer NOT NULL,
  until_refresh integer,
  user_id character varying(255),
  CONSTRAINT quota_usages_pkey PRIMARY KEY (id)
);
CREATE INDEX quota_usages_project_id_idx ON quota_usages (project_id);
CREATE INDEX quota_usages_user_id_idx ON quota_usages (user_id);

CREATE TABLE quotas (
  id serial NOT NULL,
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  project_id character varying(255),
  resource character varying(255) NOT NULL,
  hard_limit integer,
  CONSTRAINT quotas_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_quotas0project_id0resource UNIQUE (project_id, resource)
);

CREATE TABLE request_specs (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  instance_uuid character varying(36) NOT NULL,
  spec text NOT NULL,
  CONSTRAINT request_specs_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_request_specs0instance_uuid UNIQUE (instance_uuid)
);
CREATE INDEX request_spec_instance_uuid_idx ON request_specs (instance_uuid);

CREATE TABLE reservations (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  uuid character varying(36) NOT NULL,
  usage_id integer NOT NULL,
  project_id character varying(255),
  resource character varying(255),
  delta integer NOT NULL,
  expire timestamp without time zone,
  user_id character varying(255),
  CONSTRAINT reservations_pkey PRIMARY KEY (id),
  CONSTRAINT reservations_usage_id_fkey FOREIGN KEY (usage_id) REFERENCES quota_usages(id)
);
CREATE INDEX reservations_expire_idx ON reservations (expire);
CREATE INDEX reservations_project_id_idx ON reservations (project_id);
CREATE INDEX reservations_user_id_idx ON reservations (user_id);
CREATE INDEX reservations_uuid_idx ON reservations (uuid);

CREATE TABLE resource_classes (
  id serial NOT NULL,
  name character varying(255) NOT NULL,
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  CONSTRAINT resource_classes_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_resource_classes0name UNIQUE (name)
);

CREATE TABLE resource_provider_aggregates (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  resource_provider_id integer NOT NULL,
  aggregate_id integer NOT NULL,
  CONSTRAINT resource_provider_aggregates_pkey PRIMARY KEY (resource_provider_id, aggregate_id)
);
CREATE INDEX resource_provider_aggregates_aggregate_id_idx ON resource_provider_aggregates (aggregate_id);

CREATE TABLE resource_providers (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  uuid character varying(36) NOT NULL,
  name character varying(200),
  generation integer,
  can_host integer,
  root_provider_id integer,
  parent_provider_id integer,
  CONSTRAINT resource_providers_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_resource_providers0name UNIQUE (name),
  CONSTRAINT uniq_resource_providers0uuid UNIQUE (uuid),
  CONSTRAINT resource_providers_parent_provider_id_fkey FOREIGN KEY (parent_provider_id) REFERENCES resource_providers(id),
  CONSTRAINT resource_providers_root_provider_id_fkey FOREIGN KEY (root_provider_id) REFERENCES resource_providers(id)
);
CREATE INDEX resource_providers_name_idx ON resource_providers (name);
CREATE INDEX resource_providers_parent_provider_id_idx ON resource_providers (parent_provider_id);
CREATE INDEX resource_providers_root_provider_id_idx ON resource_providers (root_provider_id);
CREATE INDEX resource_providers_uuid_idx ON resource_providers (uuid);

CREATE TABLE traits (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  id serial NOT NULL,
  name character varying(255) NOT NULL,
  CONSTRAINT traits_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_traits0name UNIQUE (name)
);

CREATE TABLE resource_provider_traits (
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  trait_id integer NOT NULL,
  resource_provider_id integer NOT NULL,
  CONSTRAINT resource_provider_traits_pkey PRIMARY KEY (trait_id, resource_provider_id),
  CONSTRAINT resource_provider_traits_resource_provider_id_fkey FOREIGN KEY (resource_provider_id) REFERENCES resource_providers(id),
  CONSTRAINT resource_provider_traits_trait_id_fkey FOREIGN KEY (trait_id) REFERENCES traits(id)
);
CREATE INDEX resource_provider_traits_resource_provider_trait_idx ON resource_provider_traits (resource_provider_id, trait_id);

CREATE TABLE users (
  id serial NOT NULL,
  external_id character varying(255) NOT NULL,
  created_at timestamp without time zone,
  updated_at timestamp without time zone,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT uniq_users0external_id UNIQUE (external_id)
);
