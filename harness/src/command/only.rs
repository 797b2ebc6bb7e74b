//! `--only AXIS=VALUE`: a plan narrowed to the cells that somebody wants now.

use anyhow::bail;

use crate::cli::Only;
use crate::plan::Plan;

/// Keeps the cells that have, on every axis named, one of the values named for it.
pub(super) fn narrow(mut plan: Plan, only: &[Only]) -> anyhow::Result<Plan> {
    for Only { axis, value } in only {
        if !plan.axes.contains(axis) {
            bail!("`--only {axis}={value}`: no axis `{axis}` in `{}`; {}", plan.name, one_of(&plan.axes, axis));
        }
        let mut values: Vec<String> = plan.cells.iter().filter_map(|cell| value_on(&cell.axes, axis)).collect();
        values.dedup();
        if !values.contains(value) {
            bail!("`--only {axis}={value}`: no cell has `{value}` there; {}", one_of(&values, value));
        }
    }
    let wanted = |axes: &[(String, String)]| {
        axes.iter().all(|(axis, has)| {
            let mut asked = only.iter().filter(|only| only.axis == *axis).peekable();
            asked.peek().is_none() || asked.any(|only| only.value == *has)
        })
    };
    plan.cells.retain(|cell| wanted(&cell.axes));
    if plan.cells.is_empty() {
        bail!("no cell of `{}` has all the values that `--only` names", plan.name);
    }
    Ok(plan)
}

fn value_on(axes: &[(String, String)], axis: &str) -> Option<String> {
    axes.iter().find(|(name, _)| name == axis).map(|(_, value)| value.clone())
}

/// What there is, and the nearest of it if one is near.
fn one_of(names: &[String], meant: &str) -> String {
    if names.is_empty() {
        return "it has no matrix".into();
    }
    let mut unique: Vec<String> = Vec::new();
    for name in names {
        if !unique.contains(name) {
            unique.push(name.clone());
        }
    }
    let near = unique.iter().min_by_key(|name| strsim::damerau_levenshtein(name, meant));
    let near = near.filter(|name| strsim::damerau_levenshtein(name, meant) <= 2);
    let hint = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    format!("there is `{}`{hint}", unique.join("`, `"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn narrowed(only: &[&str]) -> Result<Vec<String>, String> {
        let only: Vec<Only> = only.iter().map(|only| only.parse().unwrap()).collect();
        let plan = narrow(sample::plan(1), &only).map_err(|error| error.to_string())?;
        Ok(plan.cells.into_iter().map(|cell| cell.name).collect())
    }

    #[test]
    fn values_of_one_axis_add_up_and_axes_narrow() {
        assert_eq!(narrowed(&[]).unwrap().len(), 6);
        assert_eq!(narrowed(&["topology=star", "topology=grid"]).unwrap().len(), 4);
        assert_eq!(
            narrowed(&["topology=star", "relay-to-master=on"]).unwrap(),
            ["topology=star,relay-to-master=on"]
        );
    }

    #[test]
    fn what_is_not_there_is_named_with_what_is() {
        assert_eq!(
            narrowed(&["topologie=star"]).unwrap_err(),
            "`--only topologie=star`: no axis `topologie` in `efficient`; there is `topology`, `relay-to-master`; did \
             you mean `topology`?"
        );
        assert_eq!(
            narrowed(&["topology=ring"]).unwrap_err(),
            "`--only topology=ring`: no cell has `ring` there; there is `grid`, `star`, `n12-tree`"
        );
    }

    #[test]
    fn cells_that_the_matrix_leaves_out_cannot_be_asked_for() {
        let mut plan = sample::plan(1);
        plan.cells.retain(|cell| cell.name != "topology=star,relay-to-master=on");
        let only = ["topology=star", "relay-to-master=on"].map(|only| only.parse().unwrap());
        assert!(narrow(plan, &only).is_err());
    }
}
