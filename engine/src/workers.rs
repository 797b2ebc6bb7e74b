//! Client workers and the logical processes they run (semantics, sections 5.3 and 5.5; Jepsen's `generator.interpreter` and
//! `generator.context`).

use crate::Workload;
use crate::random::Random;

/// All workers of a test.
#[derive(Debug)]
pub(crate) struct Workers {
    all: Vec<Worker>,
    busy: usize,
    /// Advances with every dispatched operation, the nemesis's too, modulo the workers and the nemesis. Since no client
    /// operation goes to the nemesis, worker 0 gets two of every C + 1 while all are idle.
    cursor: usize,
    random: Random,
}

#[derive(Debug)]
struct Worker {
    process: u64,
    node: u32,
    client: Held,
    /// The history's index of the invocation under way.
    invocation: Option<usize>,
}

/// The client that a worker holds when it begins an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// Its process's own.
    Current(u32),
    /// None yet.
    Nothing,
    /// One of a process that has ended in an operation of unknown outcome. It has to be closed.
    Outdated(u32),
}

impl Workers {
    /// So many workers of a cluster of so many nodes. Worker i always talks to node i modulo the nodes (5.3).
    pub(crate) fn new(count: u32, nodes: u32, random: Random) -> Self {
        let worker = |number| Worker {
            process: u64::from(number),
            node: number % nodes,
            client: Held::Nothing,
            invocation: None,
        };
        Self { all: (0..count).map(worker).collect(), busy: 0, cursor: 0, random }
    }

    /// Whether no operation is under way.
    #[inline]
    pub(crate) const fn are_idle(&self) -> bool {
        self.busy == 0
    }

    /// Whether some worker could begin an operation.
    #[inline]
    pub(crate) fn is_any_free(&self) -> bool {
        self.busy < self.all.len()
    }

    /// The worker that takes the next operation. Broadcast: the first free one from the cursor on, wrapping. Echo: any free
    /// one, at random.
    #[inline]
    pub(crate) fn choose(&mut self, workload: Workload) -> Option<usize> {
        let count = self.all.len();
        let is_free = |&worker: &usize| self.all[worker].invocation.is_none();
        match workload {
            Workload::Broadcast => (self.cursor..count).chain(0..self.cursor.min(count)).find(is_free),
            Workload::Echo => {
                let free = count - self.busy;
                (free > 0).then(|| self.random.index(free)).and_then(|nth| (0..count).filter(is_free).nth(nth))
            }
        }
    }

    /// An operation was dispatched, to a worker or to the nemesis.
    #[inline]
    pub(crate) fn advance_cursor(&mut self) {
        self.cursor = if self.cursor < self.all.len() { self.cursor + 1 } else { 0 };
    }

    /// Every worker, in a random order.
    pub(crate) fn shuffled(&mut self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        self.random.shuffle(&mut order);
        order
    }

    /// The process that a worker runs.
    #[inline]
    pub(crate) fn process(&self, worker: usize) -> u64 {
        self.all[worker].process
    }

    /// The node that a worker talks to.
    #[inline]
    pub(crate) fn node(&self, worker: usize) -> u32 {
        self.all[worker].node
    }

    /// The client that a worker holds.
    #[inline]
    pub(crate) fn held_client(&self, worker: usize) -> Held {
        self.all[worker].client
    }

    /// Gives a worker a client for its process.
    pub(crate) fn give_client(&mut self, worker: usize, client: u32) {
        self.all[worker].client = Held::Current(client);
    }

    /// A worker begins the operation with that index in the history.
    #[inline]
    pub(crate) fn begin(&mut self, worker: usize, invocation: usize) {
        self.all[worker].invocation = Some(invocation);
        self.busy += 1;
    }

    /// The history's index of the invocation that a busy worker is at.
    #[inline]
    pub(crate) fn invocation(&self, worker: usize) -> usize {
        self.all[worker].invocation.expect("only a busy worker has a request that can end")
    }

    /// A worker's operation has ended. After an unknown outcome the worker goes on as another process.
    #[inline]
    pub(crate) fn end(&mut self, worker: usize, is_outcome_unknown: bool) {
        let count = self.all.len() as u64;
        let worker = &mut self.all[worker];
        if is_outcome_unknown {
            worker.process += count;
            if let Held::Current(client) = worker.client {
                worker.client = Held::Outdated(client);
            }
        }
        self.busy -= 1;
        worker.invocation = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workers(count: u32) -> Workers {
        Workers::new(count, 3, Random::stream(1, "workers"))
    }

    #[test]
    fn worker_zero_comes_twice_in_each_round() {
        let mut workers = workers(5);
        let mut order = Vec::new();
        for _ in 0..14 {
            order.push(workers.choose(Workload::Broadcast).expect("all are free"));
            workers.advance_cursor();
        }
        assert_eq!(order, [0, 1, 2, 3, 4, 0, 0, 1, 2, 3, 4, 0, 0, 1]);
    }

    #[test]
    fn busy_workers_are_passed_over() {
        let mut workers = workers(3);
        workers.begin(0, 0);
        assert_eq!(workers.choose(Workload::Broadcast), Some(1));
        workers.begin(1, 1);
        workers.begin(2, 2);
        assert_eq!(workers.choose(Workload::Broadcast), None);
        assert!(!workers.is_any_free());
        workers.end(1, false);
        assert_eq!(workers.choose(Workload::Echo), Some(1));
    }

    #[test]
    fn an_unknown_outcome_ends_the_process_and_outdates_its_client() {
        let mut workers = workers(4);
        assert_eq!(workers.held_client(2), Held::Nothing);
        workers.give_client(2, 17);
        workers.begin(2, 0);
        workers.end(2, false);
        assert_eq!((workers.process(2), workers.held_client(2)), (2, Held::Current(17)));
        workers.begin(2, 1);
        workers.end(2, true);
        assert_eq!((workers.process(2), workers.held_client(2)), (6, Held::Outdated(17)));
    }
}
