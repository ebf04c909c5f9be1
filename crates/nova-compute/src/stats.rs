//! What the instances of a host are doing, in numbers: nova `compute/stats.py`.

use std::collections::BTreeMap;

use nova_objects::Instance;
use nova_objects::compute::{task_states, vm_states};
use versionedobjects::fields::Dict;

/// What one instance uses, and what it is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    pub(crate) vcpus: i64,
    pub(crate) memory_mb: i64,
    pub(crate) disk_gb: i64,
    pub(crate) swap_mb: i64,
    vm_state: Option<String>,
    task_state: Option<String>,
    os_type: Option<String>,
    project_id: Option<String>,
}

impl Usage {
    /// What an instance uses, or `None` when nothing any more.
    pub(crate) fn of(instance: &Instance) -> Option<Self> {
        let word = |value: Result<Option<&str>, _>| -> Option<String> {
            let value: Result<Option<&str>, versionedobjects::Error> = value;
            value.ok().flatten().map(str::to_owned)
        };
        let vm_state = word(instance.vm_state());
        let task_state = word(instance.task_state());
        let gone = match vm_state.as_deref() {
            Some(vm_states::DELETED) => true,
            Some(vm_states::SHELVED_OFFLOADED) => {
                task_state.as_deref() != Some(task_states::SPAWNING)
            }
            _ => false,
        };
        if gone {
            return None;
        }
        let number =
            |value: Result<Option<i64>, versionedobjects::Error>| value.ok().flatten().unwrap_or(0);
        Some(Self {
            vcpus: number(instance.vcpus()),
            memory_mb: number(instance.memory_mb()),
            disk_gb: number(instance.root_gb()) + number(instance.ephemeral_gb()),
            swap_mb: instance
                .flavor()
                .and_then(|flavor| flavor.swap())
                .unwrap_or(0),
            vm_state,
            task_state,
            os_type: word(instance.os_type()),
            project_id: word(instance.project_id()),
        })
    }
}

/// The numbers of a node's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stats {
    numbers: BTreeMap<String, i64>,
}

/// The states that count as input and output heavy, with the kind of state.
const HEAVY: [(&str, &str); 8] = [
    ("vm", vm_states::BUILDING),
    ("task", task_states::RESIZE_MIGRATING),
    ("task", task_states::REBUILDING),
    ("task", task_states::RESIZE_PREP),
    ("task", task_states::IMAGE_SNAPSHOT),
    ("task", task_states::IMAGE_BACKUP),
    ("task", task_states::RESCUING),
    ("task", task_states::UNSHELVING),
];

impl Stats {
    pub(crate) fn new<'u>(usages: impl IntoIterator<Item = &'u Usage>, failed_builds: i64) -> Self {
        let mut numbers = BTreeMap::from([
            ("failed_builds".to_owned(), failed_builds),
            ("num_instances".to_owned(), 0),
        ]);
        for usage in usages {
            let keys = [
                "num_instances".to_owned(),
                format!("num_vm_{}", python(&usage.vm_state)),
                format!("num_task_{}", python(&usage.task_state)),
                format!("num_os_type_{}", python(&usage.os_type)),
                format!("num_proj_{}", python(&usage.project_id)),
            ];
            for key in keys {
                *numbers.entry(key).or_insert(0) += 1;
            }
        }
        let heavy = HEAVY
            .iter()
            .filter_map(|(kind, state)| numbers.get(&format!("num_{kind}_{state}")))
            .sum();
        numbers.insert("io_workload".to_owned(), heavy);
        Self { numbers }
    }

    pub(crate) fn instances(&self) -> i64 {
        self.numbers.get("num_instances").copied().unwrap_or(0)
    }

    /// How many instances something is being done to.
    pub(crate) fn workload(&self) -> i64 {
        let busy = |key: &str| key.starts_with("num_task_") && !key.ends_with("None");
        self.numbers
            .iter()
            .filter(|(key, _)| busy(key))
            .map(|(_, number)| number)
            .sum()
    }

    /// As the record keeps them: texts.
    pub(crate) fn to_dict(&self) -> Dict<Option<String>> {
        self.numbers
            .iter()
            .map(|(key, number)| (key.clone(), Some(number.to_string())))
            .collect()
    }
}

/// A null in the name of a number is Python's word for it.
fn python(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("None")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(vm_state: &str, task_state: Option<&str>) -> Instance {
        let mut instance = Instance::new();
        instance.set_vm_state(vm_state);
        instance.set_task_state(task_state.map(str::to_owned));
        instance.set_project_id("demo");
        instance.set_memory_mb(512);
        instance
    }

    #[test]
    fn numbers_are_named_as_nova_names_them() {
        let usages: Vec<Usage> = [
            instance(vm_states::BUILDING, Some(task_states::SPAWNING)),
            instance(vm_states::ACTIVE, None),
        ]
        .iter()
        .filter_map(Usage::of)
        .collect();
        let stats = Stats::new(&usages, 3);
        assert_eq!(stats.instances(), 2);
        assert_eq!(stats.workload(), 1);
        let dict = stats.to_dict();
        let number = |key: &str| dict.get(key).cloned().flatten();
        for (key, expected) in [
            ("num_vm_building", "1"),
            ("num_vm_active", "1"),
            ("num_task_spawning", "1"),
            ("num_task_None", "1"),
            ("num_os_type_None", "2"),
            ("num_proj_demo", "2"),
            ("io_workload", "1"),
            ("failed_builds", "3"),
        ] {
            assert_eq!(number(key).as_deref(), Some(expected), "{key}");
        }
    }

    #[test]
    fn what_is_deleted_uses_nothing() {
        assert_eq!(Usage::of(&instance(vm_states::DELETED, None)), None);
        assert_eq!(
            Usage::of(&instance(vm_states::SHELVED_OFFLOADED, None)),
            None
        );
        let unshelving = instance(vm_states::SHELVED_OFFLOADED, Some(task_states::SPAWNING));
        assert_eq!(
            Usage::of(&unshelving).map(|usage| usage.memory_mb),
            Some(512)
        );
    }
}
