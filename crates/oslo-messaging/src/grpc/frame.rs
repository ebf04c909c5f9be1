//! What travels on a link, and its bytes: a tag, then the fields in their order. Numbers are LEB128, texts have their
//! length in front, a body is the rest.

use bytes::{Buf, BufMut, Bytes};
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

use crate::bus::Refusal;

/// One message between a client or server process and the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// First on every link, in both directions.
    Hello {
        protocol: u32,
        name: String,
        /// The largest body the sender of this takes.
        message_bytes: u64,
    },
    /// To the hub: listen as a server; answered by `Listening`.
    Listen {
        listener: u64,
        exchange: String,
        topic: String,
        server: String,
        credit: u32,
    },
    Listening {
        listener: u64,
    },
    /// To the hub: take no more; answered by `Unlistened` after the last `Deliver`.
    Unlisten {
        listener: u64,
    },
    Unlistened {
        listener: u64,
    },
    /// To the hub: a call (answered by `Reply` or `Refused`) or a cast (`Accepted` or `Refused`).
    Publish {
        id: u64,
        kind: Kind,
        exchange: String,
        topic: String,
        server: Option<String>,
        remaining_ms: Option<u64>,
        body: Bytes,
    },
    Accepted {
        id: u64,
    },
    Refused {
        id: u64,
        refusal: Refusal,
    },
    /// Of a call's answer. From the hub `id` is the call's, to the hub the delivery's.
    Reply {
        id: u64,
        ending: bool,
        body: Bytes,
    },
    /// Nobody waits any more: of a call to the hub, of a delivery from it.
    Cancel {
        id: u64,
    },
    /// From the hub: a message for a listener.
    Deliver {
        id: u64,
        listener: u64,
        call: bool,
        redelivered: bool,
        remaining_ms: Option<u64>,
        body: Bytes,
    },
    /// To the hub: the delivery is off the bus for good.
    Ack {
        id: u64,
    },
    /// To the hub: the delivery was not understood, or comes back.
    Reject {
        id: u64,
        requeue: bool,
    },
    /// To the hub: the delivery is finished; there is room for another.
    Done {
        id: u64,
    },
}

/// How a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Call,
    Cast,
    Fanout,
}

impl Frame {
    /// What the frame weighs while it waits.
    pub(super) fn weight(&self) -> usize {
        64 + match self {
            Self::Publish { body, .. } | Self::Reply { body, .. } | Self::Deliver { body, .. } => {
                body.len()
            }
            _ => 0,
        }
    }

    fn write(self, out: &mut impl BufMut) {
        match self {
            Self::Hello {
                protocol,
                name,
                message_bytes,
            } => {
                out.put_u8(1);
                put_number(out, protocol.into());
                put_text(out, &name);
                put_number(out, message_bytes);
            }
            Self::Listen {
                listener,
                exchange,
                topic,
                server,
                credit,
            } => {
                out.put_u8(2);
                put_number(out, listener);
                put_text(out, &exchange);
                put_text(out, &topic);
                put_text(out, &server);
                put_number(out, credit.into());
            }
            Self::Listening { listener } => put_one(out, 3, listener),
            Self::Unlisten { listener } => put_one(out, 4, listener),
            Self::Unlistened { listener } => put_one(out, 5, listener),
            Self::Publish {
                id,
                kind,
                exchange,
                topic,
                server,
                remaining_ms,
                body,
            } => {
                put_one(out, 6, id);
                out.put_u8(match kind {
                    Kind::Call => 0,
                    Kind::Cast => 1,
                    Kind::Fanout => 2,
                });
                put_text(out, &exchange);
                put_text(out, &topic);
                // Servers have names, so an empty one is none.
                put_text(out, server.as_deref().unwrap_or_default());
                put_option(out, remaining_ms);
                out.put(body);
            }
            Self::Accepted { id } => put_one(out, 7, id),
            Self::Refused { id, refusal } => {
                put_one(out, 8, id);
                match refusal {
                    Refusal::NoListener => out.put_u8(0),
                    Refusal::Busy(reason) => {
                        out.put_u8(1);
                        put_text(out, &reason);
                    }
                    Refusal::Lost => out.put_u8(2),
                    Refusal::TooLarge { size, limit } => {
                        out.put_u8(3);
                        put_number(out, size as u64);
                        put_number(out, limit as u64);
                    }
                }
            }
            Self::Reply { id, ending, body } => {
                put_one(out, 9, id);
                out.put_u8(ending.into());
                out.put(body);
            }
            Self::Cancel { id } => put_one(out, 10, id),
            Self::Deliver {
                id,
                listener,
                call,
                redelivered,
                remaining_ms,
                body,
            } => {
                put_one(out, 11, id);
                put_number(out, listener);
                out.put_u8(call.into());
                out.put_u8(redelivered.into());
                put_option(out, remaining_ms);
                out.put(body);
            }
            Self::Ack { id } => put_one(out, 12, id),
            Self::Reject { id, requeue } => {
                put_one(out, 13, id);
                out.put_u8(requeue.into());
            }
            Self::Done { id } => put_one(out, 14, id),
        }
    }

    /// Reads a whole frame; `None` if it is none.
    fn read(input: &mut impl Buf) -> Option<Self> {
        let frame = match input.try_get_u8().ok()? {
            1 => Self::Hello {
                protocol: number(input)?.try_into().ok()?,
                name: text(input)?,
                message_bytes: number(input)?,
            },
            2 => Self::Listen {
                listener: number(input)?,
                exchange: text(input)?,
                topic: text(input)?,
                server: text(input)?,
                credit: number(input)?.try_into().ok()?,
            },
            3 => Self::Listening {
                listener: number(input)?,
            },
            4 => Self::Unlisten {
                listener: number(input)?,
            },
            5 => Self::Unlistened {
                listener: number(input)?,
            },
            6 => Self::Publish {
                id: number(input)?,
                kind: match input.try_get_u8().ok()? {
                    0 => Kind::Call,
                    1 => Kind::Cast,
                    2 => Kind::Fanout,
                    _ => return None,
                },
                exchange: text(input)?,
                topic: text(input)?,
                server: Some(text(input)?).filter(|server| !server.is_empty()),
                remaining_ms: option(input)?,
                body: rest(input),
            },
            7 => Self::Accepted { id: number(input)? },
            8 => Self::Refused {
                id: number(input)?,
                refusal: match input.try_get_u8().ok()? {
                    0 => Refusal::NoListener,
                    1 => Refusal::Busy(text(input)?),
                    2 => Refusal::Lost,
                    3 => Refusal::TooLarge {
                        size: number(input)?.try_into().ok()?,
                        limit: number(input)?.try_into().ok()?,
                    },
                    _ => return None,
                },
            },
            9 => Self::Reply {
                id: number(input)?,
                ending: flag(input)?,
                body: rest(input),
            },
            10 => Self::Cancel { id: number(input)? },
            11 => Self::Deliver {
                id: number(input)?,
                listener: number(input)?,
                call: flag(input)?,
                redelivered: flag(input)?,
                remaining_ms: option(input)?,
                body: rest(input),
            },
            12 => Self::Ack { id: number(input)? },
            13 => Self::Reject {
                id: number(input)?,
                requeue: flag(input)?,
            },
            14 => Self::Done { id: number(input)? },
            _ => return None,
        };
        (!input.has_remaining()).then_some(frame)
    }
}

fn put_one(out: &mut impl BufMut, tag: u8, value: u64) {
    out.put_u8(tag);
    put_number(out, value);
}

fn put_number(out: &mut impl BufMut, mut value: u64) {
    while value >= 0x80 {
        // The cast keeps the low seven bits, which is what is meant.
        out.put_u8((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.put_u8((value & 0x7f) as u8);
}

fn put_text(out: &mut impl BufMut, text: &str) {
    put_number(out, text.len() as u64);
    out.put_slice(text.as_bytes());
}

/// Nothing is 0, a value is one more than it is.
fn put_option(out: &mut impl BufMut, value: Option<u64>) {
    put_number(out, value.map_or(0, |value| value.saturating_add(1)));
}

fn number(input: &mut impl Buf) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = input.try_get_u8().ok()?;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            return None;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn option(input: &mut impl Buf) -> Option<Option<u64>> {
    number(input).map(|value| value.checked_sub(1))
}

fn flag(input: &mut impl Buf) -> Option<bool> {
    match input.try_get_u8().ok()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

fn text(input: &mut impl Buf) -> Option<String> {
    let length = usize::try_from(number(input)?).ok()?;
    if length > input.remaining() {
        return None;
    }
    String::from_utf8(input.copy_to_bytes(length).to_vec()).ok()
}

fn rest(input: &mut impl Buf) -> Bytes {
    input.copy_to_bytes(input.remaining())
}

/// The frames' codec for tonic.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FrameCodec;

impl Codec for FrameCodec {
    type Encode = Frame;
    type Decode = Frame;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for FrameCodec {
    type Item = Frame;
    type Error = Status;

    fn encode(&mut self, frame: Frame, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.reserve(frame.weight() + 64);
        frame.write(out);
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffers()
    }
}

impl Decoder for FrameCodec {
    type Item = Frame;
    type Error = Status;

    fn decode(&mut self, input: &mut DecodeBuf<'_>) -> Result<Option<Frame>, Status> {
        Frame::read(input)
            .map(Some)
            .ok_or_else(|| Status::invalid_argument("not a frame of this protocol"))
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffers()
    }
}

/// One link carries everything of a process, so it may have more room than a call of its own would.
fn buffers() -> BufferSettings {
    BufferSettings::new(64 * 1024, 128 * 1024)
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};
    use proptest::prelude::*;

    use super::{Frame, Kind, Refusal};

    fn write(frame: &Frame) -> BytesMut {
        let mut out = BytesMut::new();
        frame.clone().write(&mut out);
        out
    }

    fn body() -> impl Strategy<Value = Bytes> {
        prop::collection::vec(any::<u8>(), 0..64).prop_map(Bytes::from)
    }

    fn refusals() -> impl Strategy<Value = Refusal> {
        prop_oneof![
            Just(Refusal::NoListener),
            Just(Refusal::Lost),
            any::<String>().prop_map(Refusal::Busy),
            any::<(usize, usize)>().prop_map(|(size, limit)| Refusal::TooLarge { size, limit }),
        ]
    }

    fn frames() -> impl Strategy<Value = Frame> {
        let kind = prop_oneof![Just(Kind::Call), Just(Kind::Cast), Just(Kind::Fanout)];
        let remaining = prop::option::of(0..u64::MAX);
        prop_oneof![
            (any::<u32>(), any::<String>(), any::<u64>()).prop_map(
                |(protocol, name, message_bytes)| Frame::Hello {
                    protocol,
                    name,
                    message_bytes
                }
            ),
            (any::<u64>(), any::<[String; 3]>(), any::<u32>()).prop_map(
                |(listener, [exchange, topic, server], credit)| Frame::Listen {
                    listener,
                    exchange,
                    topic,
                    server,
                    credit
                }
            ),
            (
                any::<u64>(),
                kind,
                any::<[String; 2]>(),
                prop::option::of(".+"),
                remaining.clone(),
                body()
            )
                .prop_map(
                    |(id, kind, [exchange, topic], server, remaining_ms, body)| {
                        Frame::Publish {
                            id,
                            kind,
                            exchange,
                            topic,
                            server,
                            remaining_ms,
                            body,
                        }
                    }
                ),
            (any::<u64>(), refusals()).prop_map(|(id, refusal)| Frame::Refused { id, refusal }),
            (any::<u64>(), any::<bool>(), body()).prop_map(|(id, ending, body)| Frame::Reply {
                id,
                ending,
                body
            }),
            (any::<[u64; 2]>(), any::<[bool; 2]>(), remaining, body()).prop_map(
                |([id, listener], [call, redelivered], remaining_ms, body)| Frame::Deliver {
                    id,
                    listener,
                    call,
                    redelivered,
                    remaining_ms,
                    body
                }
            ),
            (any::<u64>(), any::<bool>()).prop_map(|(id, requeue)| Frame::Reject { id, requeue }),
            any::<u64>().prop_map(|id| Frame::Ack { id }),
            any::<u64>().prop_map(|id| Frame::Done { id }),
            any::<u64>().prop_map(|id| Frame::Cancel { id }),
            any::<u64>().prop_map(|id| Frame::Accepted { id }),
            any::<u64>().prop_map(|listener| Frame::Listening { listener }),
            any::<u64>().prop_map(|listener| Frame::Unlisten { listener }),
            any::<u64>().prop_map(|listener| Frame::Unlistened { listener }),
        ]
    }

    proptest! {
        #[test]
        fn frames_read_back(frame in frames()) {
            prop_assert_eq!(Frame::read(&mut write(&frame)), Some(frame));
        }

        #[test]
        fn any_bytes_are_a_frame_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Some(frame) = Frame::read(&mut Bytes::from(bytes)) {
                prop_assert_eq!(Frame::read(&mut write(&frame)), Some(frame));
            }
        }

        #[test]
        fn a_cut_frame_is_refused_or_has_a_shorter_body(frame in frames(), cut in 0usize..64) {
            let whole = write(&frame);
            let cut = whole.len().saturating_sub(cut + 1);
            if let Some(other) = Frame::read(&mut whole.clone().split_to(cut)) {
                prop_assert!(other.weight() < frame.weight());
            }
        }
    }
}
