//! What keeps keys out of core files and out of debuggers.

/// Forbids core files of this process, and other processes of the same user to read its memory
/// (`RLIMIT_CORE` 0 and, on Linux, `PR_SET_DUMPABLE` 0). Doing it again changes nothing; where the
/// system refuses, that is logged and everything goes on.
pub fn forbid_dumps() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{
            DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit,
        };
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        if let Err(error) = setrlimit(Resource::Core, none) {
            tracing::warn!(%error, "core files could not be forbidden");
        }
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            tracing::warn!(%error, "reading of this process's memory could not be forbidden");
        }
    }
}
