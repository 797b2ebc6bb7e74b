//! Looking at what will be needed. Where there are very many receivers, what one of them needs is never at hand; but a
//! processor that meets many addresses one after the other fetches what lies there all at once.
//!
//! Nothing here changes anything, so a run is the same without it.

use std::hint::black_box;

use protocol::Time;

use super::{Network, Receiver};

impl<P, W> Network<P, W> {
    /// Looks at what [`release`](Self::release) will need, so that the processor fetches it meanwhile, and tells whose messages
    /// will come.
    pub(crate) fn look_ahead(&self, now: Time, mut each: impl FnMut(u32)) {
        for end in self.ends.due(now) {
            self.look_at(end / 2);
            each(end / 2);
        }
        for end in self.ends.due(now) {
            let Receiver { inbox, held, .. } = &self.receivers[end as usize / 2];
            for place in [*held, inbox.first_in_order()].into_iter().flatten() {
                black_box(self.messages.at(place).id);
            }
        }
    }

    /// Looks at a receiver to which something will be sent.
    #[inline]
    pub(crate) fn look_at(&self, receiver: u32) {
        black_box(self.receivers[receiver as usize].held);
    }
}
