//! Needs: what a workflow must be allowed, derived from its definition and settings alone.

use crate::asl::StateId;
use crate::glob::Glob;
use crate::value::Unknown;

/// The condition key of the endpoint that an HTTP call goes to.
pub const HTTP_ENDPOINT: &str = "states:httpendpoint";
/// That of its method.
pub const HTTP_METHOD: &str = "states:httpmethod";
/// That of the alias by which a request names a KMS key.
pub const REQUEST_ALIAS: &str = "kms:requestalias";
/// That of the version or alias by which a request names a workflow.
pub const MACHINE_QUALIFIER: &str = "states:statemachinequalifier";
/// That of the service that a role is passed to.
pub const PASSED_TO: &str = "iam:passedtoservice";

/// The action of a need that stands for whatever a called service is asked to do with its caller's permissions.
pub const EVERYTHING: &str = "*";

/// One action on one target that a state, or the workflow itself, must be allowed. A call that is authorized on several
/// resources at once, such as a job's queue and its definition, has one need for each of them: all must be met.
#[derive(Clone, Debug)]
pub struct Need {
    /// The IAM action in AWS's own capitals, such as `lambda:InvokeFunction`.
    pub action: String,
    /// What it is used on: the union is what may be granted without excess, one of them granted in part suffices.
    pub resources: Vec<Glob>,
    /// Those of them of which somebody outside chooses a part.
    pub chosen: Vec<Glob>,
    /// Companion forms of the same target that are no excess when granted too.
    pub companions: Vec<Glob>,
    /// How the target is known.
    pub target: Target,
    /// What of it is chosen at run time or deployment, in the order of the holes.
    pub holes: Vec<Unknown>,
    /// Which part of the work it is for.
    pub phase: Phase,
    /// Legitimate where granted, but its absence is nothing to report (a data plane that cannot be derived, extras of AWS's template).
    pub optional: bool,
    /// For `iam:PassRole`: the service principal that receives the role.
    pub passed_to: Option<&'static str>,
    /// Condition keys, in lower case, of which the definition fixes the value: the request has one of these, or does not
    /// carry the key where there are none.
    pub request: Vec<(&'static str, Vec<Glob>)>,
    /// The tags that the request gives, by their keys, where the definition fixes all keys: the request carries
    /// `aws:TagKeys` and `aws:RequestTag/…` of these and of no others.
    pub tags: Option<Vec<(String, Glob)>>,
    /// The region in which Step Functions calls: the workflow's own; `None` where that is not known.
    pub region: Option<String>,
    /// The state that needs it; `None` where the workflow does.
    pub state: Option<StateId>,
    /// Why: the catalog row, such as `ecs:runTask.sync completion event`. Never empty.
    pub because: String,
}

/// How a need's target is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The definition names it whole.
    Static,
    /// The definition fixes a part; deployment-time substitutions count as fixed.
    Partial,
    /// Only a deployment names it (an unresolved `${FunctionArn}`): one target, though the pattern is wide.
    /// A grant that overlaps the pattern suffices, and no excess can be judged.
    Deployment,
    /// A run chooses it.
    RunTime,
    /// The action has no resource-level permissions: `*` is right.
    NoResourceTypes,
    /// Only an id that exists after the start, or data behind the request, would name it: the pattern is as narrow as the definition allows.
    NotDerivable,
}

/// Which part of the work a need is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Starting the work: without it the state fails.
    Start,
    /// The managed rule of `.sync`: without it completion is seen late.
    CompletionEvent,
    /// Polling for `.sync`: without it the state may hang.
    Poll,
    /// Stopping the job when the execution is stopped: without it the job leaks.
    Cancel,
    /// Passing a role to the service.
    PassRole,
    /// Assuming the role in `Credentials`.
    AssumeRole,
    /// A Distributed Map running its own children.
    MapRun,
    /// Reading a Distributed Map's items.
    ItemReader,
    /// Writing a Distributed Map's results.
    ResultWriter,
    /// Log delivery.
    Logging,
    /// X-Ray.
    Tracing,
    /// The workflow's own KMS key.
    Encryption,
    /// What a called service does with its caller's permissions (IAM User Guide, "Forward access sessions"): optional where
    /// it only may be used so.
    Forwarded,
}
