//! Key pairs: a user's SSH or X.509 public keys, kept in the API database.

use crate::prelude::*;

/// The `type` of an SSH key.
pub const KEYPAIR_TYPE_SSH: &str = "ssh";

/// The `type` of an X.509 certificate.
pub const KEYPAIR_TYPE_X509: &str = "x509";

/// One public key, owned by a user and unique by name.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    history(
        "1.0" = "Initial version",
        "1.1" = "Texts may hold any Unicode",
        "1.2" = "type",
        "1.3" = "name is never null",
        "1.4" = "get_by_name() takes localonly",
    )
)]
pub struct KeyPair {
    meta: Meta,
    id: Attr<i64>,
    name: Attr<String>,
    user_id: Attr<Option<String>>,
    fingerprint: Attr<Option<String>>,
    public_key: Attr<Option<String>>,
    #[object(since = "1.2")]
    r#type: Attr<String>,
    #[object(embed)]
    persistent: Persistent,
}

/// What can be asked of one key pair.
#[remotable(KeyPair)]
pub trait KeyPairStore {
    /// The user's key pair of that name, or `KeypairNotFound`. `localonly` asks
    /// the cell database, which has had none since they moved to the API's.
    #[errors(KeypairNotFound)]
    async fn get_by_name(
        &self,
        ctx: &Context,
        user_id: String,
        name: String,
        #[arg(default = false)] localonly: bool,
    ) -> Result<KeyPair>;

    /// Deletes the user's key pair of that name, or `KeypairNotFound`.
    #[errors(KeypairNotFound)]
    async fn destroy_by_name(&self, ctx: &Context, user_id: String, name: String) -> Result<()>;

    /// Inserts the key pair; the store fills `id` and the timestamps.
    ///
    /// # Errors
    ///
    /// `ObjectActionError` when it has an id, `KeyPairExists` when the user has
    /// one of that name.
    #[errors(KeyPairExists, ObjectActionError)]
    async fn create(&self, ctx: &Context, keypair: &mut KeyPair) -> Result<()>;

    /// Deletes the key pair, or `KeypairNotFound`.
    #[errors(KeypairNotFound)]
    async fn destroy(&self, ctx: &Context, keypair: &mut KeyPair) -> Result<()>;
}

/// Key pairs by name.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    list_of(KeyPair),
    methods,
    history(
        "1.0" = "Initial version, with KeyPair up to 1.1",
        "1.1" = "KeyPair 1.2",
        "1.2" = "KeyPair 1.3",
        "1.3" = "get_by_user() takes limit and marker",
    )
)]
pub struct KeyPairList {
    meta: Meta,
    objects: Attr<Vec<KeyPair>>,
}

/// What can be asked of key pairs in number.
#[remotable(KeyPairList)]
pub trait KeyPairListStore {
    /// A page of a user's key pairs by name, beginning after the one named
    /// `marker`; `MarkerNotFound` when there is none.
    #[errors(MarkerNotFound)]
    async fn get_by_user(
        &self,
        ctx: &Context,
        user_id: String,
        #[arg(default = None)] limit: Option<i64>,
        #[arg(default = None)] marker: Option<String>,
    ) -> Result<KeyPairList>;

    /// How many key pairs a user has.
    #[errors()]
    async fn get_count_by_user(&self, ctx: &Context, user_id: String) -> Result<i64>;
}
