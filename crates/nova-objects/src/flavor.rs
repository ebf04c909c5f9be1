//! Flavors: the sizes servers come in, kept in the API database and copied
//! into each instance.

use crate::prelude::*;

/// A size: memory, processors, disks, and the extra specs that place it.
///
/// A flavor that was read from a message counts its extra specs and projects
/// as changed whatever the sender said, unless they are empty: the original
/// compares them with a copy that it takes only when a flavor is loaded or
/// saved (nova `objects/flavor.py`, `_obj_from_primitive`), and peers see it.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    after_read = distrust_collections,
    history(
        "1.0" = "Initial version",
        "1.1" = "save_projects() and save_extra_specs() instead of a remotable save()",
        "1.2" = "description, which is not kept in the copy inside an instance",
    )
)]
pub struct Flavor {
    meta: Meta,
    id: Attr<i64>,
    name: Attr<Option<String>>,
    memory_mb: Attr<i64>,
    vcpus: Attr<i64>,
    root_gb: Attr<i64>,
    ephemeral_gb: Attr<i64>,
    flavorid: Attr<String>,
    swap: Attr<i64>,
    #[object(default = Some(1.0))]
    rxtx_factor: Attr<Option<f64>>,
    vcpu_weight: Attr<Option<i64>>,
    disabled: Attr<bool>,
    is_public: Attr<bool>,
    extra_specs: Attr<Dict<String>>,
    #[object(lazy)]
    projects: Attr<Vec<String>>,
    #[object(since = "1.2")]
    description: Attr<Option<String>>,
    #[object(embed)]
    persistent: Persistent,
}

fn distrust_collections(flavor: &mut Flavor) {
    if flavor.extra_specs().is_ok_and(|specs| !specs.is_empty()) {
        flavor.mark_changed(&["extra_specs"]);
    }
    if flavor.projects().is_ok_and(|projects| !projects.is_empty()) {
        flavor.mark_changed(&["projects"]);
    }
}

#[async_trait]
impl LazyLoad for Flavor {
    type Field = FlavorLazy;

    async fn load_fields(&mut self, ctx: &Context, fields: &[FlavorLazy]) -> Result<()> {
        for field in fields {
            match field {
                FlavorLazy::Projects => self.fetch_projects(ctx).await?,
            }
        }
        Ok(())
    }
}

/// What can be asked of one flavor.
#[remotable(Flavor)]
pub trait FlavorStore {
    /// The flavor with that number, or `FlavorNotFound`. As in all of these
    /// methods the extra specs are loaded, the projects are not, and who is no
    /// administrator sees public flavors and those of the own project.
    #[errors(FlavorNotFound, Forbidden)]
    async fn get_by_id(&self, ctx: &Context, id: i64) -> Result<Flavor>;

    /// The flavor of that name, or `FlavorNotFoundByName`.
    #[errors(FlavorNotFoundByName, Forbidden)]
    async fn get_by_name(&self, ctx: &Context, name: String) -> Result<Flavor>;

    /// The flavor with that public id, or `FlavorNotFound`. `read_deleted` is
    /// taken and ignored: deleted flavors are gone.
    #[errors(FlavorNotFound, Forbidden)]
    async fn get_by_flavor_id(
        &self,
        ctx: &Context,
        flavor_id: String,
        #[arg(default = None)] read_deleted: Option<String>,
    ) -> Result<Flavor>;

    /// Loads the ids of the projects that may use the flavor.
    #[method(name = "_load_projects")]
    #[errors(FlavorNotFound)]
    async fn fetch_projects(&self, ctx: &Context, flavor: &mut Flavor) -> Result<()>;

    /// Lets a project use the flavor, and loads the projects.
    ///
    /// # Errors
    ///
    /// `FlavorAccessExists` when it may already, `ObjectActionError` when the
    /// object's own list of projects has unsaved changes.
    #[errors(FlavorAccessExists, FlavorNotFound, ObjectActionError)]
    async fn add_access(
        &self,
        ctx: &Context,
        flavor: &mut Flavor,
        project_id: String,
    ) -> Result<()>;

    /// Takes the flavor from a project, and loads the projects.
    ///
    /// # Errors
    ///
    /// `FlavorAccessNotFound` when it may not use it anyway, `ObjectActionError`
    /// when the object's own list of projects has unsaved changes.
    #[errors(FlavorAccessNotFound, FlavorNotFound, ObjectActionError)]
    async fn remove_access(
        &self,
        ctx: &Context,
        flavor: &mut Flavor,
        project_id: String,
    ) -> Result<()>;

    /// Inserts the flavor with its extra specs and projects; the store fills
    /// `id` and the timestamps.
    ///
    /// # Errors
    ///
    /// `ObjectActionError` when it has an id, `FlavorExists` for a name and
    /// `FlavorIdExists` for a public id that is taken.
    #[errors(FlavorExists, FlavorIdExists, ObjectActionError)]
    async fn create(&self, ctx: &Context, flavor: &mut Flavor) -> Result<()>;

    /// Gives the flavor to some projects and takes it from others.
    #[errors(FlavorAccessExists, FlavorAccessNotFound)]
    async fn save_projects(
        &self,
        ctx: &Context,
        flavor: &mut Flavor,
        #[arg(default = None)] to_add: Option<Vec<String>>,
        #[arg(default = None)] to_delete: Option<Vec<String>>,
    ) -> Result<()>;

    /// Sets some extra specs and removes others; `FlavorExtraSpecsNotFound` for
    /// one to be removed that is not there.
    #[errors(FlavorExtraSpecUpdateCreateFailed, FlavorExtraSpecsNotFound)]
    async fn save_extra_specs(
        &self,
        ctx: &Context,
        flavor: &mut Flavor,
        #[arg(default = None)] to_add: Option<Dict<String>>,
        #[arg(default = None)] to_delete: Option<Vec<String>>,
    ) -> Result<()>;

    /// Deletes the flavor by number, or by public id where the number is not
    /// set; `FlavorNotFound` when there is none.
    #[errors(FlavorNotFound)]
    async fn destroy(&self, ctx: &Context, flavor: &mut Flavor) -> Result<()>;
}

/// Flavors in the order asked for.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    list_of(Flavor),
    methods,
    history("1.0" = "Initial version", "1.1" = "Flavor 1.1")
)]
pub struct FlavorList {
    meta: Meta,
    objects: Attr<Vec<Flavor>>,
}

/// What can be asked of flavors in number.
#[remotable(FlavorList)]
#[expect(clippy::too_many_arguments, reason = "they are Nova's")]
pub trait FlavorListStore {
    /// A page of flavors with their extra specs.
    ///
    /// Filters are `min_memory_mb`, `min_root_gb`, `disabled`, `is_public` and
    /// `name` (a regular expression). The page begins after the flavor with the
    /// public id `marker`; `MarkerNotFound` when there is none. `inactive` is
    /// taken and ignored.
    #[errors(InvalidSortKey, MarkerNotFound, ValueError)]
    async fn get_all(
        &self,
        ctx: &Context,
        #[arg(default = false)] inactive: bool,
        #[arg(default = None)] filters: Option<Dict<Json>>,
        #[arg(default = "flavorid")] sort_key: String,
        #[arg(default = "asc")] sort_dir: String,
        #[arg(default = None)] limit: Option<i64>,
        #[arg(default = None)] marker: Option<String>,
    ) -> Result<FlavorList>;
}
