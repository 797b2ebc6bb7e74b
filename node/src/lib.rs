//! One broadcast node.
