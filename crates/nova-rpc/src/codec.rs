//! How a project's request context travels.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

use oslo_messaging::{CallContext, ContextBuilder, ContextView, Failure};
use versionedobjects::{Context, Exception, JsonMap, Route};

use crate::failure_of;

/// Writes a project's request as `_context_*` keys, and reads it back.
///
/// Implemented once by each project, usually as a [`MapCodec`]; called for
/// every message by [`ConductorClient`](crate::ConductorClient) and
/// [`ObjectEndpoint`](crate::ObjectEndpoint).
pub trait RequestCodec: Send + Sync + 'static {
    /// Adds the request of `ctx` to a message's context.
    ///
    /// # Errors
    /// When it has no JSON form.
    fn encode(
        &self,
        ctx: &Context,
        message: ContextBuilder,
    ) -> oslo_messaging::Result<ContextBuilder>;

    /// Makes the request of a message's context, and a context of it with
    /// `route`.
    ///
    /// # Errors
    /// What the caller is answered when the keys make no sense.
    fn decode(&self, message: &ContextView<'_>, route: Route) -> Result<Context, Box<Failure>>;

    /// The project's exception for what objects refuse; oslo's, where a project has none of its own.
    fn exception(&self, error: versionedobjects::Error) -> Exception {
        error.to_exception()
    }
}

/// The codec of a request type that has a form as a JSON object.
pub struct MapCodec<R> {
    to_map: fn(&R) -> JsonMap,
    from_map: fn(&JsonMap) -> Result<R, Box<Exception>>,
    exception: fn(versionedobjects::Error) -> Exception,
    /// The request that was written last, which is often the next one too.
    last: Mutex<Option<(R, CallContext)>>,
    /// The request that was read last, with what it was read from.
    read: Mutex<Option<(Keys, Arc<R>)>>,
}

/// The keys of a message's context with their values as the text they are.
type Keys = Vec<(Box<str>, Box<str>)>;

impl<R: Any + Clone + PartialEq + Send + Sync> MapCodec<R> {
    /// A codec of these two conversions.
    #[must_use]
    pub const fn new(
        to_map: fn(&R) -> JsonMap,
        from_map: fn(&JsonMap) -> Result<R, Box<Exception>>,
    ) -> Self {
        Self {
            to_map,
            from_map,
            exception: |error| error.to_exception(),
            last: Mutex::new(None),
            read: Mutex::new(None),
        }
    }

    /// With exceptions of the project's own for what objects refuse.
    #[must_use]
    pub fn raising(mut self, exception: fn(versionedobjects::Error) -> Exception) -> Self {
        self.exception = exception;
        self
    }
}

impl<R: Any + Clone + PartialEq + Send + Sync> RequestCodec for MapCodec<R> {
    fn encode(
        &self,
        ctx: &Context,
        message: ContextBuilder,
    ) -> oslo_messaging::Result<ContextBuilder> {
        let Some(request) = ctx.request::<R>() else {
            return Ok(message);
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, written)) = last.as_ref().filter(|(known, _)| known == request) {
            return Ok(message.with(written));
        }
        let mut own = CallContext::builder();
        for (name, value) in (self.to_map)(request) {
            own = own.value(&name, &value)?;
        }
        let (_, written) = last.insert((request.clone(), own.build()));
        Ok(message.with(written))
    }

    fn decode(&self, message: &ContextView<'_>, route: Route) -> Result<Context, Box<Failure>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((keys, request)) = read.as_ref()
            && keys
                .iter()
                .map(|(name, value)| (&**name, &**value))
                .eq(message.iter().map(|(name, raw)| (name, raw.get())))
        {
            return Ok(Context::with_shared(route, request.clone()));
        }
        let map: JsonMap = message
            .iter()
            .map(|(name, raw)| {
                let value = serde_json::from_str(raw.get()).map_err(|error| {
                    Failure::builtin("ValueError", format!("the context's {name}: {error}"))
                })?;
                Ok((name.to_owned(), value))
            })
            .collect::<Result<_, Box<Failure>>>()?;
        let request = (self.from_map)(&map).map_err(|exception| failure_of(*exception))?;
        let keys = message
            .iter()
            .map(|(name, raw)| (name.into(), raw.get().into()));
        let (_, request) = read.insert((keys.collect(), Arc::new(request)));
        Ok(Context::with_shared(route, request.clone()))
    }

    fn exception(&self, error: versionedobjects::Error) -> Exception {
        (self.exception)(error)
    }
}

impl<R> std::fmt::Debug for MapCodec<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MapCodec")
    }
}

/// The codec of a project whose contexts say nothing about who asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRequest;

impl RequestCodec for NoRequest {
    fn encode(
        &self,
        _: &Context,
        message: ContextBuilder,
    ) -> oslo_messaging::Result<ContextBuilder> {
        Ok(message)
    }

    fn decode(&self, _: &ContextView<'_>, route: Route) -> Result<Context, Box<Failure>> {
        Ok(Context::with_route(route, ()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use oslo_messaging::envelope::RequestBody;
    use versionedobjects::{Context, Exception, Route, Store};

    use super::{MapCodec, RequestCodec as _};

    fn codec() -> MapCodec<String> {
        MapCodec::new(
            |_| versionedobjects::JsonMap::new(),
            |map| match map.get("user") {
                Some(user) => Ok(user.to_string()),
                None => Err(Box::new(Exception::new(
                    "builtins",
                    "KeyError",
                    "user".to_owned(),
                ))),
            },
        )
    }

    fn read(codec: &MapCodec<String>, context: &str) -> Result<Context, String> {
        let text = format!("{{\"method\": \"m\", \"args\": {{}}{context}}}");
        let request = RequestBody::parse(&text).expect("a request");
        let route = Route::Direct(Store::new(Arc::new(())));
        codec
            .decode(&request.context, route)
            .map_err(|failure| failure.class.clone())
    }

    #[test]
    fn each_request_is_the_one_its_message_says() {
        let codec = codec();
        for _ in 0..2 {
            for user in ["1", "1", "2", "1"] {
                let context = read(&codec, &format!(", \"_context_user\": {user}"));
                assert_eq!(
                    context.expect("a user").request::<String>().expect("text"),
                    user
                );
            }
            assert_eq!(read(&codec, "").expect_err("no user"), "KeyError");
            let more = ", \"_context_user\": 2, \"_context_read_only\": true";
            assert_eq!(
                read(&codec, more)
                    .expect("a user")
                    .request::<String>()
                    .expect("text"),
                "2"
            );
        }
    }
}
