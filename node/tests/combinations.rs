//! Every combination of features is a configuration or is refused with the reason, and says of itself what it was made of.

use std::collections::BTreeMap;

use node::{Acks, Config};

/// The features that exclude each other, by what they choose.
fn groups() -> Vec<Vec<Option<&'static str>>> {
    let of = |prefix: &'static str| -> Vec<Option<&'static str>> {
        std::iter::once(None).chain(Config::feature_names().filter(|name| name.starts_with(prefix)).map(Some)).collect()
    };
    vec![of("topology-"), of("acks-"), of("master-"), of("relay-"), of("aligned")]
}

fn combinations() -> Vec<Vec<&'static str>> {
    let mut rows: Vec<Vec<&'static str>> = vec![Vec::new()];
    for group in groups() {
        let with = |row: &Vec<&'static str>| {
            let row = row.clone();
            group.iter().map(move |feature| row.iter().copied().chain(*feature).collect()).collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(with).collect();
    }
    rows
}

#[test]
fn every_combination_is_valid_or_refused_with_a_reason() {
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let mut valid = 0;
    for features in combinations() {
        match Config::named(&features) {
            Ok(config) => {
                valid += 1;
                assert_eq!(Config::named(&config.features()), Ok(config), "{features:?}");
                assert_eq!(config.acks.is_safe(), config.acks != Acks::None);
                let windows = config.with_arguments(&["--batch-window-down=300ms", "--batch-window-up=100ms"]);
                let windows = windows.unwrap_or_else(|error| panic!("{features:?}: {error}"));
                assert!(windows.is_batched());
                let plain = config.with_arguments(&[""; 0]);
                assert_eq!(plain.is_err(), config.aligned, "only what is aligned needs a window");
            }
            Err(error) => {
                let text = error.to_string();
                assert!(text.contains("contradict each other: ") && text.contains("leave one of them out"), "{text}");
                let (_, reason) = text.split_once("other: ").unwrap();
                *refused.entry(reason.to_owned()).or_default() += 1;
            }
        }
    }
    assert!(valid > 150, "{valid}");
    assert_eq!(refused.len(), 6, "{refused:#?}");
}

#[test]
fn two_of_a_kind_contradict() {
    for group in groups() {
        let named: Vec<&str> = group.iter().copied().flatten().collect();
        for pair in named.windows(2) {
            let error = Config::named(pair).unwrap_err().to_string();
            assert!(error.contains(pair[0]) && error.contains(pair[1]), "{error}");
        }
    }
}
