//! How much a harness may allocate: whoever allocates more ends the process, which is a finding.

use std::alloc::System;

use cap::Cap;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Runs `work` with at most `bytes` more than are allocated now. The whole process counts: nothing
/// else may be going on in it.
///
/// # Panics
/// When `work` does.
pub fn within<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    // A smaller limit than what is allocated is refused; this one is larger, and lifting it is too.
    let _ = MEMORY.set_limit(MEMORY.allocated().saturating_add(bytes));
    let done = work();
    let _ = MEMORY.set_limit(usize::MAX);
    done
}
