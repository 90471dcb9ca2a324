//! The engine: what scripts may do, how much of it, and how names are found.

use std::cell::Cell;
use std::f64::consts::PI;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rhai::{Dynamic, Engine, EvalAltResult, FLOAT, INT, OptimizationLevel};

use super::diagnostic::{Diagnostic, Severity};
use super::raise::{Fallible, Raised};
use super::resolver::Resolver;
use super::{Context, bindings, worker};

/// Constants known everywhere.
pub(super) const CONSTANTS: [(&str, f64); 3] =
    [("PI", PI), ("NAN", f64::NAN), ("INFINITY", f64::INFINITY)];

/// Other names known everywhere.
pub(super) const GLOBALS: [&str; 2] = ["INPUT_DATA_FILTERS", "__doc__"];

/// How much a script may do.
#[derive(Clone, Debug)]
pub struct Options {
    /// Operations of one evaluation.
    pub operations: u64,
    /// Time for one evaluation at plan time.
    pub time: Duration,
    /// A folder whose modules stand in for those of `std/…` that are built in.
    pub stdlib: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            operations: 200_000_000,
            time: Duration::from_secs(10),
            stdlib: None,
        }
    }
}

/// Limits that hold for parsing as well.
pub(super) fn limit(engine: &mut Engine) {
    engine.set_optimization_level(OptimizationLevel::None);
    // Equal in debug and release builds, where Rhai's own defaults differ.
    engine.set_max_expr_depths(128, 128);
    engine.set_max_call_levels(48);
    engine.set_max_string_size(10_000_000);
    engine.set_max_array_size(10_000_000);
    engine.set_max_map_size(1_000_000);
    engine.set_max_functions(2000);
    engine.set_max_variables(2000);
}

/// An engine for the scripts of one folder, with all names of the API.
pub(super) fn engine(folder: &Path, options: &Options) -> (Arc<Engine>, Context, Resolver) {
    let resolver = Resolver::new(folder, options.stdlib.as_deref());
    let shared = resolver.share();
    let mut context = None;
    let engine = Arc::new_cyclic(|weak| {
        let own = Context::new(weak.clone());
        let mut engine = Engine::new();
        limit(&mut engine);
        engine.set_default_tag(Dynamic::from(own.clone()));
        engine.set_max_operations(options.operations);
        engine.set_strict_variables(true);
        engine.set_fast_operators(false);
        engine.set_fail_on_invalid_map_property(true);
        engine.set_module_resolver(shared);
        engine.disable_symbol("eval");
        watch_time(&mut engine, options);
        variables(&mut engine, &own);
        talk(&mut engine, &own);
        arithmetic(&mut engine);
        bindings::register(&mut engine);
        withhold(&mut engine);
        context = Some(own);
        engine
    });
    let context = context.expect("the closure that makes the engine has run");
    (engine, context, resolver)
}

/// Operations that a step over whole tables or fits counts for.
const LARGE_STEP: u64 = 200;

fn watch_time(engine: &mut Engine, options: &Options) {
    let (limit, large) = (options.time, options.operations / LARGE_STEP);
    thread_local! {
        static START: Cell<Option<Instant>> = const { Cell::new(None) };
        static ASKED: Cell<u32> = const { Cell::new(0) };
    }
    engine.on_progress(move |operations| {
        // The count begins anew with each evaluation, so does the clock.
        if operations <= 1 {
            START.set(Some(Instant::now()));
        }
        // Not by the operations: closures that natives call count on from where they began.
        ASKED.set(ASKED.get().wrapping_add(1));
        if !ASKED.get().is_multiple_of(1024) {
            return None;
        }
        // What a plan may not take, an execution may: fits of many channels take their time. Nor
        // does a clock decide there, as the outcome must be the same on any machine.
        if worker::busy() {
            return (worker::large_steps() > large).then(|| "out of steps".into());
        }
        let used = START.get().map(|start| start.elapsed());
        used.is_some_and(|used| used > limit)
            .then(|| "out of time".into())
    });
}

/// Top-level constants of a text and the engine's own are found by bare name everywhere.
fn variables(engine: &mut Engine, context: &Context) {
    let context = context.clone();
    #[expect(
        deprecated,
        reason = "the hook has no other name; its form may change with Rhai"
    )]
    engine.on_var(move |name, index, eval| {
        if index > 0 || eval.scope().contains(name) {
            return Ok(None);
        }
        if let Some((_, value)) = CONSTANTS.iter().find(|(known, _)| *known == name) {
            return Ok(Some(Dynamic::from_float(*value)));
        }
        let state = eval.global_runtime_state();
        let source = state
            .source()
            .and_then(|source| context.source_named(source));
        match name {
            "__doc__" => {
                return Ok(Some(
                    source.map_or_else(String::new, |s| s.doc.clone()).into(),
                ));
            }
            "INPUT_DATA_FILTERS" => return Ok(Some(bindings::settings::filters())),
            _ => {}
        }
        let known = source.and_then(|source| source.environment()?.constant(name));
        let under_way = || {
            let constants = state.constants.as_ref()?.read().ok()?;
            constants.get(name).cloned()
        };
        Ok(known.or_else(under_way))
    });
}

fn talk(engine: &mut Engine, context: &Context) {
    for (name, severity) in [("info", Severity::Info), ("warning", Severity::Warning)] {
        let context = context.clone();
        engine.register_fn(name, move |text: &str| {
            if !worker::note(text) {
                context.say(Diagnostic::new(severity, &format!("script::{name}"), text));
            }
        });
    }
    engine.register_fn("fatal", |text: &str| -> Fallible<()> {
        Err(Raised::new("script::fatal", text).boxed())
    });
    let print = context.clone();
    let say = move |text: &str| {
        if !worker::note(text) {
            print.say(Diagnostic::new(Severity::Info, "script::info", text));
        }
    };
    engine.on_print(say.clone());
    engine.on_debug(move |text, _, _| say(text));
}

/// Texts and numbers are not joined; numbers are taught with the closures.
fn arithmetic(engine: &mut Engine) {
    for sign in ["+", "-", "*", "/"] {
        let refuse = move |_: &str, _: FLOAT| -> Fallible<Dynamic> { text_and_number(sign) };
        engine.register_fn(sign, refuse);
        engine.register_fn(sign, move |_: FLOAT, _: &str| -> Fallible<Dynamic> {
            text_and_number(sign)
        });
        engine.register_fn(sign, move |_: &str, _: INT| -> Fallible<Dynamic> {
            text_and_number(sign)
        });
        engine.register_fn(sign, move |_: INT, _: &str| -> Fallible<Dynamic> {
            text_and_number(sign)
        });
    }
}

/// What the engine has and a plan must not depend on.
fn withhold(engine: &mut Engine) {
    fn refuse(name: &str, why: &str) -> Fallible<Dynamic> {
        let message = format!("`{name}` is not for scripts: {why}");
        Err(Raised::new("script::withheld", message).boxed())
    }
    const CLOCK: &str = "the same script must give the same plan at any time";
    const EXIT: &str = "end with the value of the function, or with fatal(text)";
    engine.register_fn("timestamp", || refuse("timestamp", CLOCK));
    engine.register_fn("sleep", |_: Dynamic| refuse("sleep", CLOCK));
    engine.register_fn("exit", || refuse("exit", EXIT));
    engine.register_fn("exit", |_: Dynamic| refuse("exit", EXIT));
}

fn text_and_number(sign: &str) -> Result<Dynamic, Box<EvalAltResult>> {
    let message = format!("`{sign}` cannot join a text and a number");
    let hint = "put the number into the text: `run ${number}` between backticks";
    Err(Raised::new("script::text-and-number", message)
        .hint(hint)
        .boxed())
}
