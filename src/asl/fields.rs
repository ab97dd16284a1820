//! Which field belongs to which state type in which query language
//! (Amazon States Language, "State Types"; developer guide, "Amazon States Language in Step Functions").

use super::QueryLanguage;

/// The eight state types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateType {
    /// Calls something.
    Task,
    /// Passes data on.
    Pass,
    /// Branches.
    Choice,
    /// Waits.
    Wait,
    /// Ends well.
    Succeed,
    /// Ends badly.
    Fail,
    /// Runs branches side by side.
    Parallel,
    /// Runs its processor once an item.
    Map,
}

use StateType::{Choice, Fail, Map, Parallel, Pass, Succeed, Task, Wait};

impl StateType {
    pub(super) fn parse(word: &str) -> Option<Self> {
        ALL.into_iter().find(|t| t.word() == word)
    }

    /// The language's word.
    pub const fn word(self) -> &'static str {
        match self {
            Task => "Task",
            Pass => "Pass",
            Choice => "Choice",
            Wait => "Wait",
            Succeed => "Succeed",
            Fail => "Fail",
            Parallel => "Parallel",
            Map => "Map",
        }
    }

    /// Whether it goes on by `Next` or `End`.
    pub(super) const fn has_next(self) -> bool {
        !matches!(self, Choice | Succeed | Fail)
    }
}

const ALL: [StateType; 8] = [Task, Pass, Choice, Wait, Succeed, Fail, Parallel, Map];
const FLOW: &[StateType] = &[Task, Pass, Wait, Parallel, Map];
const WORK: &[StateType] = &[Task, Parallel, Map];
const NOT_FAIL: &[StateType] = &[Task, Pass, Choice, Wait, Succeed, Parallel, Map];

/// In which query language a field exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum In {
    Both,
    Path,
    Jsonata,
}

const FIELDS: &[(&str, In, &[StateType])] = &[
    ("Type", In::Both, &ALL),
    ("Comment", In::Both, &ALL),
    ("QueryLanguage", In::Both, &ALL),
    ("Next", In::Both, FLOW),
    ("End", In::Both, FLOW),
    ("InputPath", In::Path, NOT_FAIL),
    ("OutputPath", In::Path, NOT_FAIL),
    ("ResultPath", In::Path, &[Task, Pass, Parallel, Map]),
    ("Parameters", In::Path, &[Task, Pass, Parallel, Map]),
    ("ResultSelector", In::Path, WORK),
    ("Arguments", In::Jsonata, &[Task, Parallel]),
    ("Output", In::Jsonata, NOT_FAIL),
    (
        "Assign",
        In::Both,
        &[Task, Pass, Choice, Wait, Parallel, Map],
    ),
    ("Retry", In::Both, WORK),
    ("Catch", In::Both, WORK),
    ("Resource", In::Both, &[Task]),
    ("Credentials", In::Both, &[Task]),
    ("TimeoutSeconds", In::Both, &[Task]),
    ("TimeoutSecondsPath", In::Path, &[Task]),
    ("HeartbeatSeconds", In::Both, &[Task]),
    ("HeartbeatSecondsPath", In::Path, &[Task]),
    ("Result", In::Path, &[Pass]),
    ("Choices", In::Both, &[Choice]),
    ("Default", In::Both, &[Choice]),
    ("Seconds", In::Both, &[Wait]),
    ("SecondsPath", In::Path, &[Wait]),
    ("Timestamp", In::Both, &[Wait]),
    ("TimestampPath", In::Path, &[Wait]),
    ("Error", In::Both, &[Fail]),
    ("ErrorPath", In::Path, &[Fail]),
    ("Cause", In::Both, &[Fail]),
    ("CausePath", In::Path, &[Fail]),
    ("Branches", In::Both, &[Parallel]),
    ("ItemProcessor", In::Both, &[Map]),
    ("Iterator", In::Both, &[Map]),
    ("ItemsPath", In::Path, &[Map]),
    ("Items", In::Jsonata, &[Map]),
    ("ItemSelector", In::Both, &[Map]),
    ("ItemReader", In::Both, &[Map]),
    ("ItemBatcher", In::Both, &[Map]),
    ("ResultWriter", In::Both, &[Map]),
    ("Label", In::Both, &[Map]),
    ("MaxConcurrency", In::Both, &[Map]),
    ("MaxConcurrencyPath", In::Path, &[Map]),
    ("ToleratedFailureCount", In::Both, &[Map]),
    ("ToleratedFailureCountPath", In::Path, &[Map]),
    ("ToleratedFailurePercentage", In::Both, &[Map]),
    ("ToleratedFailurePercentagePath", In::Path, &[Map]),
];

/// Why this field cannot stand in such a state, where it cannot.
pub(super) fn misplaced(field: &str, kind: StateType, language: QueryLanguage) -> Option<String> {
    let Some((_, exists, types)) = FIELDS.iter().find(|(name, _, _)| *name == field) else {
        return Some(format!("the language has no field `{field}`"));
    };
    if !types.contains(&kind) {
        return Some(format!(
            "a {} state cannot have the field `{field}`",
            kind.word()
        ));
    }
    match (exists, language) {
        (In::Path, QueryLanguage::Jsonata) => Some(format!(
            "`{field}` belongs to JSONPath, but the state's query language is JSONata"
        )),
        (In::Jsonata, QueryLanguage::JsonPath) => Some(format!(
            "`{field}` belongs to JSONata, but the state's query language is JSONPath"
        )),
        _ => None,
    }
}
