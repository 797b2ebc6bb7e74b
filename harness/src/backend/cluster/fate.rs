//! What a nemesis does to processes: stops them and has them go on, kills them and starts others in their place.
//!
//! Absent: to whom and when; that is the engine's.

use anyhow::Context as _;
use engine::Fate;

use super::{Cluster, Drained, Pipes, drain};
use crate::process;

impl Cluster {
    /// Lets that happen to a node. A node that is gone by itself meets nothing more.
    pub(in crate::backend) fn meets(&mut self, node: usize, fate: Fate) -> anyhow::Result<()> {
        let victim = &self.nodes[node];
        match fate {
            Fate::Crash => self.kill(node),
            Fate::Pause if !victim.is_reaped => process::stop_group(&victim.child),
            Fate::Resume if !victim.is_reaped => process::continue_group(&victim.child),
            Fate::Pause | Fate::Resume => {}
            Fate::Restart => self.restart(node)?,
        }
        Ok(())
    }

    /// Kills a node. Nobody hears of its end, nor what it said last.
    fn kill(&mut self, node: usize) {
        let victim = &mut self.nodes[node];
        if !std::mem::replace(&mut victim.is_reaped, true) {
            process::kill_group(&victim.child);
            // Killed: the wait is short, and its status tells nothing.
            let _ = victim.child.wait();
        }
        victim.is_gone = true;
        victim.stdin = None;
        victim.unwritten.clear();
        let _ = victim.read_log();
        while matches!(drain(&mut victim.stdout, &mut Vec::new()), Ok(Drained::InPart)) {}
        victim.unread.clear();
    }

    /// Starts a process in a dead one's place. Its log goes on in the same file.
    fn restart(&mut self, node: usize) -> anyhow::Result<()> {
        let (bin, args) = &self.program;
        let name = &self.nodes[node].name;
        let mut child = process::spawn_node(bin, args, &std::env::temp_dir())
            .with_context(|| format!("node {name} did not start again"))?;
        let Pipes { stdin, stdout, stderr } = self.connect(node, &mut child)?;
        let place = &mut self.nodes[node];
        (place.child, place.stdin, place.stdout, place.stderr) = (child, Some(stdin), stdout, stderr);
        (place.is_gone, place.is_reaped) = (false, false);
        Ok(())
    }
}
