//! Which engine judges.

use crate::backend::Backend;
use crate::backend::embedded::Embedded;

/// The engine in this program.
pub(super) fn embedded() -> Box<dyn Backend> {
    Box::new(Embedded)
}
