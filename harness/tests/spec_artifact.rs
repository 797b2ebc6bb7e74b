//! From a plan to node binaries, with a program in place of cargo that does what files tell it: what is built, what is
//! used again, and what is said when something is missing.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use harness::artifact::{BuildError, Built, Toolchain};
use harness::plan::{NodeSource, Plan};
use harness::spec::Spec;

/// A directory of its own with a workspace in it.
struct Sandbox {
    directory: Utf8PathBuf,
    _guard: tempfile::TempDir,
}

impl Sandbox {
    fn empty() -> Self {
        let guard = tempfile::tempdir().expect("a directory");
        let directory = Utf8Path::from_path(guard.path()).expect("UTF-8").canonicalize_utf8().expect("it exists");
        Self { directory, _guard: guard }
    }

    fn with_workspace() -> Self {
        let sandbox = Self::empty();
        let root = &sandbox.directory;
        let package = |name: &str, features: &str, dependencies: &str| {
            format!(
                r#"{{"name":"{name}","manifest_path":"{root}/{name}/Cargo.toml","features":{{{features}}},"dependencies":[{dependencies}]}}"#
            )
        };
        let node = package(
            "node",
            r#""shell":[],"default":["shell"],"topology-star":[],"relay-to-master":[]"#,
            &format!(r#"{{"name":"protocol","path":"{root}/protocol"}},{{"name":"tokio","path":null}}"#),
        );
        let packages = [node, package("protocol", "", ""), package("harness", "", "")].join(",");
        sandbox.write(
            "metadata.json",
            &format!(r#"{{"packages":[{packages}],"workspace_root":"{root}","target_directory":"{root}/target"}}"#),
        );
        sandbox.write("version", "rustc 1.0.0");
        for path in ["Cargo.toml", "Cargo.lock", "node/Cargo.toml", "node/src/main.rs", "protocol/src/lib.rs"] {
            sandbox.write(path, path);
        }
        sandbox.write("harness/src/lib.rs", "");
        sandbox
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.directory.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a directory")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    fn toolchain(&self) -> Toolchain {
        let program = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/fake-cargo").into_string();
        Toolchain { cargo: program.clone(), rustc: program, directory: self.directory.clone() }
    }

    fn plan(&self, yaml: &str) -> Plan {
        let path = self.directory.join("x.yaml");
        let features = ["relay-to-master", "topology-star"].map(str::to_owned);
        Plan::of(
            &Spec::parse(&path, &format!("name: x\n{yaml}\n"), &features).unwrap_or_else(|error| panic!("{error}")),
        )
    }

    fn build(&self, yaml: &str) -> Result<Vec<(NodeSource, Built)>, BuildError> {
        let built = self.toolchain().build(&self.plan(yaml), &mut |_| {})?;
        Ok(built.into_iter().collect())
    }

    /// How often cargo was asked to build.
    fn builds(&self) -> usize {
        let calls = fs::read_to_string(self.directory.join("calls")).unwrap_or_default();
        calls.lines().filter(|call| call.starts_with("build ")).count()
    }

    /// An error's words, without what differs between machines.
    fn refusal(&self, yaml: &str) -> String {
        let error = self.build(yaml).expect_err("there is nothing to run");
        error.to_string().replace(self.directory.as_str(), "D").replace(self.toolchain().cargo.as_str(), "cargo")
    }
}

const RELAY: &str = "node: {crate: node, features: [topology-star]}\nmatrix: {relay-to-master: [on, off]}";

#[test]
fn each_set_of_features_is_built_once_and_copied_out() {
    let sandbox = Sandbox::with_workspace();
    let built = sandbox.build(&format!("{RELAY}\nrepeat: 3")).expect("it builds");
    let labels: Vec<_> = built.iter().map(|(_, built)| built.label.as_str()).collect();
    assert_eq!(labels, ["node [relay-to-master, topology-star]", "node [topology-star]"]);
    for ((_, built), features) in built.iter().zip(["shell,relay-to-master,topology-star", "shell,topology-star"]) {
        assert!(built.bin.starts_with(sandbox.directory.join("target/harness")), "{}", built.bin);
        let command = fs::read_to_string(&built.bin).expect("the copy is there");
        let expected = "build --quiet --release --package node --bin node --no-default-features --features";
        assert_eq!(command, format!("{expected} {features} --message-format=json-render-diagnostics\n"));
        assert_eq!(built.sha256.len(), 64);
    }
    assert_ne!(built[0].1.sha256, built[1].1.sha256);
    assert_eq!(sandbox.builds(), 2);
}

#[test]
fn a_copy_serves_until_something_changes_that_it_was_made_from() {
    let sandbox = Sandbox::with_workspace();
    let first = sandbox.build(RELAY).expect("it builds");
    assert_eq!(sandbox.build(RELAY).expect("it is there"), first);
    assert_eq!(sandbox.builds(), 2);
    for untouched in ["harness/src/lib.rs", "node/tests/interaction.rs", "node/.hidden", "README.md"] {
        sandbox.write(untouched, "new");
        sandbox.build(RELAY).expect("it is there");
        assert_eq!(sandbox.builds(), 2, "{untouched} is no part of the node");
    }
    let parts = ["node/src/main.rs", "node/src/new.rs", "protocol/src/lib.rs", "Cargo.lock", "Cargo.toml", "version"];
    for (changes, part) in (1..).zip(parts) {
        sandbox.write(part, "new");
        sandbox.build(RELAY).expect("it builds again");
        assert_eq!(sandbox.builds(), 2 + 2 * changes, "{part} is part of the node");
    }
}

#[test]
fn arguments_make_no_other_binary() {
    let sandbox = Sandbox::with_workspace();
    let built = sandbox
        .build("node: {crate: node}\nmatrix: {args: [[--batch-window, 50ms], [--batch-window, 100ms]]}")
        .expect("it builds");
    assert_eq!(built.len(), 2);
    assert_eq!(built[0].1, built[1].1);
    assert_eq!(built[0].1.label, "node");
    assert_eq!(sandbox.builds(), 1);
}

#[test]
fn a_failed_build_shows_what_cargo_said_and_who_wanted_it() {
    let sandbox = Sandbox::with_workspace();
    sandbox.write("fail", "error[E0308]: mismatched types\n --> node/src/main.rs:1:1\n");
    let refusal = sandbox.refusal(&format!("{RELAY}\nexclude: [{{relay-to-master: off}}]"));
    let expected = "`cargo build --quiet --release --package node --bin node --no-default-features --features \
                    shell,relay-to-master,topology-star --message-format=json-render-diagnostics` failed with exit \
                    status: 101, wanted by `relay-to-master=on`\n\
                    error[E0308]: mismatched types\n --> node/src/main.rs:1:1";
    assert_eq!(refusal, expected);
    fs::remove_file(sandbox.directory.join("fail")).expect("it is there");
    sandbox.write("silent", "");
    assert!(sandbox.refusal(RELAY).ends_with("it ended well, but named no binary `node`"));
}

#[test]
fn outside_a_workspace_a_build_says_what_is_missing() {
    let sandbox = Sandbox::empty();
    let expected = "`node: {crate: node}` needs this project's sources, and there is no Cargo workspace with a package \
                    `node` in `D` or above; run harness inside a clone of the project, or use `node: {bin: PATH}` for a \
                    program of your own";
    assert_eq!(sandbox.refusal(RELAY), expected);
    // A workspace of somebody else.
    sandbox.write("Cargo.toml", "");
    sandbox.write("metadata.json", r#"{"packages":[],"workspace_root":"/","target_directory":"/target"}"#);
    assert_eq!(sandbox.refusal(RELAY), expected);
    let toolchain = Toolchain { cargo: "no-such-cargo".to_owned(), ..sandbox.toolchain() };
    let error = toolchain.build(&sandbox.plan(RELAY), &mut |_| {}).expect_err("there is no cargo");
    assert!(matches!(error, BuildError::NoCargo { .. }), "{error}");
}

#[test]
fn a_binary_of_any_language_needs_no_workspace() {
    let sandbox = Sandbox::empty();
    sandbox.write("my-node", "#!/bin/sh\n");
    assert_eq!(
        sandbox.refusal("node: {bin: ./my-node}"),
        "the node `D/my-node` is not executable; `chmod +x D/my-node` makes it so, wanted by `default`"
    );
    assert_eq!(
        sandbox.refusal("node: {}\nmatrix: {bin: [no-node], rate: [1, 2]}"),
        "the node `D/no-node` does not exist; a relative path begins at the experiment's file, wanted by \
         `bin=no-node,rate=1`, `bin=no-node,rate=2`"
    );
    assert_eq!(
        sandbox.refusal("node: {bin: .}"),
        "the node `D/.` is not a file; name the program itself, wanted by `default`"
    );
    let fake = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/fake-cargo");
    let link = sandbox.directory.join("link");
    std::os::unix::fs::symlink(&fake, &link).expect("writable");
    let built = sandbox.build("node: {bin: link, args: [-v]}").expect("it is there");
    assert_eq!(built[0].1.bin, fake.canonicalize_utf8().expect("it exists"));
    assert_eq!(built[0].1.label, link.as_str());
    assert_eq!(built[0].1.sha256.len(), 64);
}

#[test]
fn features_are_the_workspaces_or_else_those_linked() {
    let sandbox = Sandbox::with_workspace();
    assert_eq!(sandbox.toolchain().known_features(), ["relay-to-master", "topology-star"]);
    let here = Toolchain {
        cargo: env!("CARGO").to_owned(),
        rustc: "rustc".to_owned(),
        directory: env!("CARGO_MANIFEST_DIR").into(),
    };
    let declared = here.known_features();
    assert!(declared.iter().any(|feature| feature == "topology-n12-tree"), "{declared:?}");
    assert_eq!(Sandbox::empty().toolchain().known_features(), declared);
}
