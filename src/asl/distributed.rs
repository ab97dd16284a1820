//! A Map state's own fields, with what a distributed one reads and writes.

use super::{PathField, ScopeId, Template, Text};
use crate::loc::Pointer;

/// A map's own fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// `ItemProcessor` or legacy `Iterator`.
    pub processor: ScopeId,
    /// Whether the mode is DISTRIBUTED.
    pub distributed: bool,
    /// Whether the children are EXPRESS.
    pub express_children: bool,
    /// `Label`.
    pub label: Option<String>,
    /// `ItemsPath` (JSONPath; `Default` is the whole input).
    pub items_path: PathField,
    /// `Items` (JSONata).
    pub items: Option<Template>,
    /// `ItemSelector`, or legacy `Parameters`.
    pub item_selector: Option<Template>,
    /// `ItemReader`.
    pub item_reader: Option<ItemReader>,
    /// `ItemBatcher.BatchInput`, where a batcher is given.
    pub item_batcher: Option<Option<Template>>,
    /// `ResultWriter`.
    pub result_writer: Option<ResultWriter>,
}

/// A distributed map's `ItemReader`.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemReader {
    /// Where it stands.
    pub pointer: Pointer,
    /// `Resource`.
    pub resource: Text,
    /// `Parameters` or `Arguments`.
    pub arguments: Option<Template>,
    /// `ReaderConfig.InputType`: CSV, JSON, JSONL, PARQUET, MANIFEST.
    pub input_type: Option<String>,
    /// `ReaderConfig.Transformation` is LOAD_AND_FLATTEN.
    pub flattens: bool,
}

/// A distributed map's `ResultWriter`.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultWriter {
    /// Where it stands.
    pub pointer: Pointer,
    /// `Resource`; absent when only a `WriterConfig` is given.
    pub resource: Option<Text>,
    /// `Parameters` or `Arguments`.
    pub arguments: Option<Template>,
    /// `WriterConfig.Transformation`.
    pub transformation: Transformation,
}

/// How the outputs of child executions are told (developer guide, "ResultWriter (Map)").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transformation {
    /// Each with its execution's metadata, its input among it.
    None,
    /// The outputs alone; what holds where nothing is said.
    Compact,
    /// The outputs, those that are arrays spliced in.
    Flatten,
    /// Only a deployment tells which.
    Unknown,
}
