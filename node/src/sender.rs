//! Whether a value that floods over edges goes back over the one it came by.
//!
//! No feature names this: the sender is spared, always. That it is, shows in the messages of every flood; how much, is shown by a
//! node that does not spare it (`harness fidelity`).

/// What becomes of the node that a value came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sender {
    /// It is not told what it has just told.
    #[default]
    Spared,
    /// It is told like every other neighbour.
    Told,
}
