//! What tests and the load generator share: a faulty way to AWS. The end-to-end tests live in `e2e/`.

pub mod proxy;
