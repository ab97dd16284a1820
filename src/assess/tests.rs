//! What one subject may cost, and that it costs nobody else anything.

mod crowds;
mod denial;
mod hostile;
mod hostile_roles;
mod hostile_shapes;
