//! Security groups: named sets of packet filter rules. Their rules live in
//! Neutron; Nova keeps which instance is in which.

use crate::prelude::*;

/// One security group of a project.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    backport_children = false,
    history(
        "1.0" = "Initial version",
        "1.1" = "Texts may hold any Unicode",
        "1.2" = "uuid, for Neutron's groups; not kept in Nova's database",
    )
)]
pub struct SecurityGroup {
    meta: Meta,
    id: Attr<i64>,
    name: Attr<String>,
    description: Attr<String>,
    user_id: Attr<String>,
    project_id: Attr<String>,
    #[object(since = "1.2")]
    uuid: Attr<Uuid>,
    #[object(embed)]
    persistent: Persistent,
}

impl SecurityGroup {
    /// What Neutron knows the group by: its uuid, or its name where that is not
    /// set.
    ///
    /// # Errors
    ///
    /// When neither is set.
    pub fn identifier(&self) -> Result<&str> {
        if self.is_set("uuid") {
            Ok(self.uuid()?)
        } else {
            Ok(self.name()?)
        }
    }
}

/// What can be asked of one security group.
#[remotable(SecurityGroup)]
pub trait SecurityGroupStore {
    /// The group with that number, or `SecurityGroupNotFound`.
    #[method(name = "get")]
    #[errors(Forbidden, SecurityGroupNotFound)]
    async fn get_by_id(&self, ctx: &Context, secgroup_id: i64) -> Result<SecurityGroup>;

    /// The project's group of that name, or `SecurityGroupNotFoundForProject`.
    #[errors(Forbidden, SecurityGroupNotFoundForProject)]
    async fn get_by_name(
        &self,
        ctx: &Context,
        project_id: String,
        group_name: String,
    ) -> Result<SecurityGroup>;

    /// Whether an instance that is not deleted is in the group.
    #[errors(Forbidden)]
    async fn in_use(&self, ctx: &Context, security_group: &mut SecurityGroup) -> Result<bool>;

    /// Writes the changed attributes; the uuid is left out.
    #[method(conditional)]
    #[errors(Forbidden, SecurityGroupExists, SecurityGroupNotFound)]
    async fn save(&self, ctx: &Context, security_group: &mut SecurityGroup) -> Result<()>;

    /// Reads all attributes anew.
    #[errors(Forbidden, SecurityGroupNotFound)]
    async fn refresh(&self, ctx: &Context, security_group: &mut SecurityGroup) -> Result<()>;
}

/// Security groups, of a project or an instance.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    list_of(SecurityGroup),
    methods,
    history(
        "1.0" = "Initial version, with SecurityGroup up to 1.1",
        "1.1" = "get_counts(), for quotas",
    )
)]
pub struct SecurityGroupList {
    meta: Meta,
    objects: Attr<Vec<SecurityGroup>>,
}

impl SecurityGroupList {
    /// Groups known by name or uuid only, to be put on an instance that is about
    /// to be created: they cannot be saved.
    pub fn from_identifiers<'a>(identifiers: impl IntoIterator<Item = &'a str>) -> Self {
        identifiers
            .into_iter()
            .map(|identifier| {
                let mut group = SecurityGroup::new();
                if uuid::Uuid::try_parse(identifier).is_ok() {
                    group.set_uuid(identifier);
                } else {
                    group.set_name(identifier);
                }
                group
            })
            .collect()
    }
}

/// What can be asked of security groups in number.
#[remotable(SecurityGroupList)]
pub trait SecurityGroupListStore {
    /// All groups.
    #[errors(Forbidden)]
    async fn get_all(&self, ctx: &Context) -> Result<SecurityGroupList>;

    /// The groups of a project.
    #[errors(Forbidden)]
    async fn get_by_project(&self, ctx: &Context, project_id: String) -> Result<SecurityGroupList>;

    /// The groups an instance is in.
    #[errors(Forbidden)]
    async fn get_by_instance(
        &self,
        ctx: &Context,
        instance: crate::Instance,
    ) -> Result<SecurityGroupList>;

    /// How many groups a project has, and how many of them belong to a user:
    /// `{"project": {"security_groups": n}, "user": {"security_groups": m}}`,
    /// the second part only when a user is given.
    #[errors()]
    async fn get_counts(
        &self,
        ctx: &Context,
        project_id: String,
        #[arg(default = None)] user_id: Option<String>,
    ) -> Result<Dict<Dict<i64>>>;
}
