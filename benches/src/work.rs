//! The calls that are measured by every route.

use nova_objects::{Context, Instance, InstanceList};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::by_hand::ByHand;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// `Instance.get_by_uuid`.
    Get,
    /// `Instance.save` of one field.
    Save,
    /// `InstanceList.get_by_host`.
    List,
}

impl Work {
    /// As the results call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "Instance.get_by_uuid",
            Self::Save => "Instance.save",
            Self::List => "InstanceList.get_by_host",
        }
    }

    /// Does it by object. `instance` is the one it is about; of a list, one of
    /// the host.
    ///
    /// # Errors
    /// What the method raises.
    pub async fn by_object(self, ctx: &Context, instance: &mut Instance) -> Result<()> {
        match self {
            Self::Get => {
                let uuid = instance.uuid()?.to_string();
                std::hint::black_box(Instance::get_by_uuid(ctx, uuid).await?);
            }
            Self::Save => {
                let progress = instance.progress()?.unwrap_or_default();
                instance.set_progress((progress + 1) % 100);
                instance.save(ctx).await?;
            }
            Self::List => {
                let host = instance.host()?.unwrap_or_default().to_owned();
                std::hint::black_box(InstanceList::get_by_host(ctx, host).await?);
            }
        }
        Ok(())
    }

    /// Does the same SQL by hand. `about` is the uuid of the instance; of a
    /// list, the host.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn by_hand(self, by_hand: &dyn ByHand, about: &str) -> Result<()> {
        match self {
            Self::Get => by_hand.get(about).await,
            Self::Save => by_hand.save(about, 2).await,
            Self::List => by_hand.list(about).await,
        }
    }
}
