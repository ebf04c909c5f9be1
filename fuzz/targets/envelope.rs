//! Any bytes are a request or a reply that can be written again, or an error.

use oslo_messaging::Limits;
use oslo_messaging::envelope::{self, ReplyBody, RequestBody};

/// Returns whether the input meant anything.
///
/// # Panics
/// When a reply that was read does not survive being written.
pub(crate) fn fuzz_one(input: &[u8]) -> bool {
    let limits = Limits::default();
    let mut meant = false;
    if let Ok(inner) = envelope::open(input, &limits) {
        if let Ok(request) = RequestBody::parse(&inner) {
            meant = true;
            let _ = format!("{request:?}");
            let _ = request.context.to_call_context();
        }
        let sealed = envelope::seal(&inner);
        assert_eq!(
            envelope::open(&sealed, &limits).expect("sealed just now"),
            inner
        );
    }
    if let Ok(reply) = ReplyBody::decode(input, &limits) {
        meant = true;
        assert_eq!(
            ReplyBody::decode(&reply.encode(), &limits).expect("written just now"),
            reply
        );
    }
    meant
}
