//! Nova's request context in messages.

use nova_objects::RequestContext;
use nova_rpc::MapCodec;
use versionedobjects::ProjectError as _;

/// How [`RequestContext`] travels: the `_context_*` keys of Nova. What objects refuse is Nova's own exception.
#[must_use]
pub fn request_codec() -> MapCodec<RequestContext> {
    MapCodec::new(RequestContext::to_dict, |values| {
        RequestContext::from_dict(values).map_err(|error| Box::new(error.to_exception()))
    })
    .raising(|error| nova_objects::Error::from(error).to_exception())
}
