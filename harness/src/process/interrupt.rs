//! SIGINT and SIGTERM: the first is a wish, the second an order.
//!
//! Children lead their own groups, so the terminal's Ctrl-C does not reach them: whoever waits for one looks at the flag.
//! SIGHUP is left alone, since `nohup` sets it aside for the harness.

use std::io;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::group;
use crate::exit::ExitStatus;

/// From now on the first SIGINT or SIGTERM sets the flag that is returned, and the second kills every group and ends the
/// harness with 130. To be called once, by `main`; more often does no harm.
pub fn install_interrupt() -> io::Result<&'static AtomicBool> {
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*installed {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        thread::spawn(move || {
            for _ in signals.forever() {
                if INTERRUPTED.swap(true, Ordering::Relaxed) {
                    give_up();
                }
            }
        });
        *installed = true;
    }
    Ok(&INTERRUPTED)
}

/// The flag, whether or not anything sets it.
pub fn interrupted() -> &'static AtomicBool {
    &INTERRUPTED
}

#[expect(clippy::exit, reason = "the user asked twice; nothing that still runs may delay the end")]
fn give_up() {
    group::kill_all();
    std::process::exit(ExitStatus::Interrupted.code().into());
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static INSTALLED: Mutex<bool> = Mutex::new(false);
