//! `harness doctor`: what is installed, and what it is for.

use crate::cli::DoctorArgs;
use crate::console::Console;
use crate::doctor;
use crate::exit::ExitStatus;

/// The whole verb.
pub(super) fn doctor(args: &DoctorArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let checks = doctor::examine(args.maelstrom.as_deref());
    console.answer(&doctor::render(&checks))?;
    Ok(doctor::verdict(&checks))
}
