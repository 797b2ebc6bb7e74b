//! Everything physical about a test: messages under way, clients with their deadlines, and the journal. One loop over one
//! closed list of what can happen.
//!
//! Absent: what the test is about (operations, phases, the nemesis's schedule); that is [`crate::test`].

use protocol::{Address, Directory, Duration, Request, Time};

use crate::Options;
use crate::client::{Clients, Completion};
use crate::journal::Journal;
use crate::messages::Place;
use crate::network::{Network, Released};
use crate::payload::Payload;
use crate::random::Random;
use crate::service::{self, Services};
use crate::witness::{Ends, Unwatched, Witness};

/// Nodes' queues, clients and the journal.
#[derive(Debug)]
pub(crate) struct World<P, W = Unwatched> {
    pub(crate) directory: Directory,
    pub(crate) network: Network<P, W>,
    pub(crate) clients: Clients<P>,
    pub(crate) journal: Journal,
    services: Services,
    next_message: u64,
    nodes: u32,
    /// Nodes whose name begins with `c`: for Maelstrom these are clients (semantics, section 3.1). Empty where no name does.
    named_like_clients: Vec<bool>,
}

/// A message for a node's standard input.
#[derive(Debug)]
pub struct Delivery<'a, P> {
    /// The receiver.
    pub node: u32,
    /// The network's number of the message.
    pub id: u64,
    /// The sender.
    pub src: Address,
    /// What it says.
    pub body: &'a P,
    /// When it was due. The driver's `now` is never earlier; how much later it is, is the driver's lateness.
    pub due: Time,
}

impl<P: Payload, W: Witness<P>> World<P, W> {
    pub(crate) fn new(options: &Options, witness: W) -> Self {
        let mut directory = Directory::of_nodes(options.nodes.iter().cloned());
        for name in service::NAMES {
            directory.intern(name);
        }
        let is_like_client = |name: &String| name.starts_with('c');
        let any = options.nodes.iter().any(is_like_client);
        Self {
            directory,
            network: Network::new(options, service::NAMES.len(), witness),
            clients: Clients::new(),
            journal: Journal::default(),
            services: Services::new(Random::stream(options.seed, "services")),
            next_message: 0,
            nodes: options.node_count(),
            named_like_clients: options.nodes.iter().filter(|_| any).map(is_like_client).collect(),
        }
    }

    /// A client asks a node. If the answer lies in its queue already, the request ends at once.
    pub(crate) fn ask(
        &mut self,
        now: Time,
        client: u32,
        node: u32,
        request: Request,
        patience: Duration,
    ) -> Option<Completion> {
        let id = self.clients.ask(now, client, &request, patience);
        let mut body = P::request(id, request, &self.directory);
        self.send_to_node(now, Address::client(client), node, &mut body);
        self.look_into_queue(now, client)
    }

    /// A node sends to a client. The end of the client's request, if this is the reply it waits for.
    pub(crate) fn send_to_client(&mut self, now: Time, src: Address, client: u32, body: &mut P) -> Option<Completion> {
        if !self.clients.is_open(client) {
            self.clients.dismiss();
            return None;
        }
        let id = self.next_message;
        self.next_message += 1;
        self.journal.sent(true);
        if W::WATCHES {
            self.network.witness.sent(now, id, Ends { src, dest: Address::client(client) }, body);
        }
        if self.clients.is_waiting(client) {
            // It has looked through its queue, so that this one is the next.
            return self.receive(now, client, id, body);
        }
        self.clients.queue(client, id, std::mem::take(body));
        None
    }

    /// Whether the cluster has a node of that number.
    pub(crate) const fn is_node(&self, number: u32) -> bool {
        number < self.nodes
    }

    /// Anybody sends to a node.
    #[inline]
    pub(crate) fn send_to_node(&mut self, now: Time, src: Address, node: u32, body: &mut P) {
        let involves_client = self.involves_client(src, node);
        self.send(now, src, node, involves_client, body);
    }

    /// A node sends to a service.
    pub(crate) fn send_to_service(&mut self, now: Time, src: Address, service: u32, body: &mut P) {
        let receiver = self.nodes + service;
        self.send(now, src, receiver, self.involves_client(src, receiver), body);
    }

    #[inline]
    fn send(&mut self, now: Time, src: Address, receiver: u32, involves_client: bool, body: &mut P) {
        let id = self.next_message;
        self.next_message += 1;
        self.journal.sent(involves_client);
        let nodes = self.nodes;
        let dest = || receiver.checked_sub(nodes).map_or_else(|| Address::node(receiver), Address::other);
        self.show_sent(now, id, src, dest, body);
        if self.network.disturbance.is_any() && !involves_client && src.as_node().is_some() && receiver < self.nodes {
            self.network.send_disturbed(now, id, src, receiver, body);
        } else {
            self.network.send(now, id, src, receiver, involves_client, body);
        }
    }

    /// The next message that has reached a node by `now`.
    #[inline]
    pub(crate) fn deliver(&mut self, now: Time) -> Option<Released> {
        while let Some(released) = self.network.release(now) {
            let Released { receiver, message, .. } = released;
            let src = self.network.messages.at(message).src;
            self.show_arrived(now, message);
            self.journal.received(self.involves_client(src, receiver));
            match receiver.checked_sub(self.nodes) {
                None => return Some(released),
                Some(service) => self.serve(now, service, src, message),
            }
        }
        None
    }

    /// Lets a waiting client look through its queue for its reply.
    fn look_into_queue(&mut self, now: Time, client: u32) -> Option<Completion> {
        while let Some((id, mut body)) = self.clients.take_queued(client) {
            let completion = self.receive(now, client, id, &mut body);
            if completion.is_some() {
                return completion;
            }
        }
        None
    }

    /// A waiting client takes a message: the end of its request, if that is its reply.
    fn receive(&mut self, now: Time, client: u32, id: u64, body: &mut P) -> Option<Completion> {
        self.journal.received(true);
        self.network.witness.arrived(now, id);
        self.clients.receive(client, body)
    }

    /// A service receives a request and answers it.
    #[cold]
    fn serve(&mut self, now: Time, service: u32, requester: Address, message: Place) {
        let request = self.network.messages.at(message).body.service_request();
        self.network.messages.vacate(message);
        let Some(request) = request else { return };
        let Some(mut answer) = self.services.answer(service as usize, requester, &request) else { return };
        if let Some(id) = request.get("msg_id") {
            answer["in_reply_to"] = id.clone();
        }
        if let (Some(node), Some(mut reply)) = (requester.as_node(), P::service_reply(&answer)) {
            self.send_to_node(now, Address::other(service), node, &mut reply);
        }
    }

    #[inline]
    fn show_sent(&mut self, now: Time, id: u64, src: Address, dest: impl FnOnce() -> Address, body: &P) {
        if W::WATCHES {
            self.network.witness.sent(now, id, Ends { src, dest: dest() }, body);
        }
    }

    #[inline]
    fn show_arrived(&mut self, now: Time, message: Place) {
        if W::WATCHES {
            let Network { witness, messages, .. } = &mut self.network;
            witness.arrived(now, messages.at(message).id);
        }
    }

    /// Whether a message is from or to a client: one of ours, or a node that is called like one.
    #[inline]
    fn involves_client(&self, src: Address, receiver: u32) -> bool {
        let is_named_so = |node: u32| self.named_like_clients.get(node as usize).copied().unwrap_or(false);
        let is_any_named_so = !self.named_like_clients.is_empty();
        src.is_client() || is_any_named_so && (is_named_so(receiver) || src.as_node().is_some_and(is_named_so))
    }
}
