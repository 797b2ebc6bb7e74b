//! Something for each kind of client operation, such as a count. There are two or three kinds, and each of many operations has
//! to find its own, so they are told apart without a look at their names.

use std::mem::{Discriminant, discriminant};

use crate::history::F;

/// What was gathered, by kind.
pub(super) struct ByF<T>(Vec<(Discriminant<F>, &'static str, T)>);

impl<T: Default> ByF<T> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// What is gathered for operations such as this one of a client.
    pub(super) fn of(&mut self, f: &F) -> &mut T {
        let kind = discriminant(f);
        let place = self.0.iter().position(|(known, ..)| *known == kind).unwrap_or_else(|| {
            self.0.push((kind, f.name(), T::default()));
            self.0.len() - 1
        });
        &mut self.0[place].2
    }

    /// All of it, with the kinds' names.
    pub(super) fn named(self) -> impl Iterator<Item = (&'static str, T)> {
        self.0.into_iter().map(|(_, name, gathered)| (name, gathered))
    }
}
