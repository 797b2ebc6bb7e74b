//! Which engine judges.

use anyhow::bail;
