//! The words of the published APIs: what each family shows of a member, and what it calls a parameter.

pub mod rageframe;
mod refusal;
pub mod youhaosuda;
