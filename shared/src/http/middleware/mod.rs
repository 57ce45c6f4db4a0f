//! What every request passes through on its way to a handler and back.

pub(super) mod deadline;
pub(super) mod observe;
pub(super) mod viewer;
