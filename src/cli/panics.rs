//! What a panic says: where, never what. Its message may quote the text that was in hand, and that
//! may be a learner's (threat J1).

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    panic::{self, PanicHookInfo},
};

use super::Screen;

/// From here on a panic is one line on the standard error, or in the log if there is one.
pub(super) fn say_only_where(screen: Screen) {
    panic::set_hook(Box::new(move |panic| {
        let sentence = sentence(panic);
        if tracing::dispatcher::has_been_set() {
            tracing::error!("{sentence}");
        } else {
            screen.note(format_args!("skillmark: {sentence}"));
        }
    }));
}

/// The place of a panic, and the way to it if `RUST_BACKTRACE` asks for that.
fn sentence(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map(ToString::to_string);
    let place = place.unwrap_or_else(|| "a place unknown".to_owned());
    let way = Backtrace::capture();
    let way = match way.status() {
        BacktraceStatus::Captured => format!("\n{way}"),
        _ => String::new(),
    };
    format!("a fault of ours: it panicked at {place}{way}")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn j1_a_panic_says_where_and_not_what() {
        let heard = Arc::new(Mutex::new(String::new()));
        let usual = panic::take_hook();
        let ear = Arc::clone(&heard);
        panic::set_hook(Box::new(move |panic| {
            *ear.lock().expect("an ear") = sentence(panic);
        }));
        let name = "Zoë-CANARY";
        let cut = panic::catch_unwind(|| name[..3].len());
        panic::set_hook(usual);
        assert!(cut.is_err(), "cut inside a letter");
        let heard = heard.lock().expect("an ear");
        let start = concat!("a fault of ours: it panicked at ", file!());
        assert!(heard.starts_with(start), "{heard}");
        assert!(!heard.contains("CANARY"), "{heard}");
    }
}
