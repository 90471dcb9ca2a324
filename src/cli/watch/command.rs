//! The loop: wait until something changes, run a round, say what came of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::caf::Memory;

use super::super::args::WatchArguments;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::run::Job;
use super::super::terminal::Terminal;
use super::files::{Files, Look, folder_of};
use super::round::{Last, Round, Task, tidy};
use super::said;
use super::server::Server;
use super::wake::{Ear, Wake, keys};

/// How often is looked where nothing tells of changes, and where something does.
const LOOKS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(2)];

/// Runs the command.
pub(in crate::cli) fn watch(
    arguments: &WatchArguments,
    terminal: Terminal,
) -> Result<Exit, Failure> {
    check_output(&arguments.output)?;
    let (wakes, woken) = channel();
    let server = match arguments.serve {
        None => None,
        Some(port) => Some(serve(port, arguments)?),
    };
    let has_keys = terminal.live && std::io::IsTerminal::is_terminal(&std::io::stdin());
    if has_keys {
        keys(wakes.clone());
    }
    end_with(&wakes);
    let address = server.as_ref().map(|server| server.address.as_str());
    said::greet(&arguments.job.script, address, has_keys, terminal);
    let mut watch = Watch {
        arguments,
        terminal,
        ear: Ear::new(&wakes),
        files: first_files(arguments),
        wakes,
        server,
        memory: Arc::default(),
        last: None,
        tidying: None,
    };
    watch.run(&woken)
}

/// Ctrl-C and SIGTERM end the watch; what is up stays up.
fn end_with(wakes: &Sender<Wake>) {
    let wakes = wakes.clone();
    let ready = ctrlc::set_handler(move || {
        let _ = wakes.send(Wake::Interrupted);
    });
    if let Err(error) = ready {
        tracing::info!("interruptions will not be told: {error}");
    }
}

fn serve(port: u16, arguments: &WatchArguments) -> Result<Server, Failure> {
    Server::start(port, arguments.output.join("report.html")).map_err(|error| {
        let message = format!("port {port} of this machine cannot be used: {error}");
        Failure::new(Exit::Usage, "watch::port", message)
            .hint("give another one, or none: `--serve` alone takes a free one")
    })
}

/// A folder that does not come from b2caf is left alone.
fn check_output(output: &Path) -> Result<(), Failure> {
    let ours = output.join("plan.json").is_file();
    let empty = match output.read_dir() {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if ours || empty {
        return Ok(());
    }
    let folder = output.display();
    let message = format!("the output folder {folder} is not empty and does not come from b2caf");
    Err(Failure::new(Exit::Usage, "output::not-ours", message)
        .hint("choose another one with --output; a watch replaces what is there"))
}

/// What is looked at before anything is known: the texts around the script, and what was named.
fn first_files(arguments: &WatchArguments) -> Files {
    let mut files = Files::default();
    files.add(&arguments.job.script);
    files.add(&arguments.job.input);
    if let Some(config) = &arguments.job.config {
        files.add(config);
    }
    for store in &arguments.job.constants {
        files.add(&store.join("database.txt"));
    }
    files
}

/// A path as a user at work here names it.
fn named(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_path_buf()
}

struct Watch<'a> {
    arguments: &'a WatchArguments,
    terminal: Terminal,
    ear: Ear,
    files: Files,
    wakes: Sender<Wake>,
    server: Option<Server>,
    memory: Arc<Memory>,
    last: Option<Arc<Last>>,
    /// The round that ended last may still have something to tidy up.
    tidying: Option<JoinHandle<()>>,
}

/// A round under way.
struct UnderWay {
    stop: Arc<AtomicBool>,
    changed: Vec<PathBuf>,
    thread: JoinHandle<()>,
}

impl Watch<'_> {
    fn run(&mut self, woken: &Receiver<Wake>) -> Result<Exit, Failure> {
        self.ear.listen(&self.files.folders());
        let mut seen = self.files.settled();
        let mut under_way = Some(self.begin(Vec::new(), Instant::now(), false));
        // What changed since the round under way began, or since the last one.
        let mut changed: Vec<PathBuf> = Vec::new();
        loop {
            match woken.recv_timeout(LOOKS[usize::from(self.ear.hears)]) {
                Ok(Wake::Touched) | Err(RecvTimeoutError::Timeout) => {
                    let since = Instant::now();
                    self.ear.heard();
                    let Some(now) = self.changes(&seen) else {
                        continue;
                    };
                    changed.extend(now.changed_since(&seen));
                    changed.sort();
                    changed.dedup();
                    seen = now;
                    match &under_way {
                        // The round that ends will make room for the next.
                        Some(round) => round.stop.store(true, Ordering::Relaxed),
                        None => {
                            under_way = Some(self.begin(std::mem::take(&mut changed), since, false))
                        }
                    }
                }
                Ok(Wake::Ended(round)) => {
                    let ended = under_way.take();
                    self.end(&round, ended, &mut changed, &mut seen);
                    if !changed.is_empty() {
                        let changed = std::mem::take(&mut changed);
                        under_way = Some(self.begin(changed, Instant::now(), false));
                    }
                }
                Ok(Wake::Key('r')) if under_way.is_none() => {
                    self.memory.clear();
                    under_way = Some(self.begin(Vec::new(), Instant::now(), true));
                }
                Ok(Wake::Key('o')) => self.open(),
                Ok(Wake::Key('q')) => return Ok(self.leave(under_way, woken, Exit::Done)),
                Ok(Wake::Key(_)) => {}
                Ok(Wake::Interrupted) | Err(RecvTimeoutError::Disconnected) => {
                    return Ok(self.leave(under_way, woken, Exit::Interrupted));
                }
            }
        }
    }

    /// Another look, if something has changed.
    fn changes(&self, seen: &Look) -> Option<Look> {
        if !self.files.look().differs_from(seen) {
            return None;
        }
        let now = self.files.settled();
        now.differs_from(seen).then_some(now)
    }

    fn begin(&mut self, changed: Vec<PathBuf>, began: Instant, all: bool) -> UnderWay {
        let changed: Vec<PathBuf> = changed.iter().map(|path| named(path)).collect();
        said::begins(&changed, self.terminal);
        let stop = Arc::new(AtomicBool::new(false));
        let wakes = self.wakes.clone();
        let (terminal, output) = (self.terminal, self.arguments.output.clone());
        let (last, memory) = (self.last.clone(), Arc::clone(&self.memory));
        let stopped = Arc::clone(&stop);
        let job = self.job();
        let tidying = self.tidying.take();
        let thread = thread::spawn(move || {
            if let Some(tidying) = tidying {
                // A panic there was told on its way.
                let _ = tidying.join();
            }
            let own = output.clone();
            let remembered = Arc::clone(&memory);
            let round = match job {
                Ok(job) => Task {
                    job,
                    output,
                    last,
                    memory,
                    stop: stopped,
                    terminal,
                    all,
                    began,
                }
                .run(),
                Err(failure) => Round {
                    result: Err(failure),
                    files: None,
                    stopped: false,
                    took: began.elapsed(),
                },
            };
            // Nobody waits for it when the watch has ended.
            let _ = wakes.send(Wake::Ended(Box::new(round)));
            tidy(&own);
            remembered.tidy();
        });
        UnderWay {
            stop,
            changed,
            thread,
        }
    }

    fn job(&self) -> Result<Job, Failure> {
        let arguments = self.arguments;
        Ok(Job {
            output: arguments.output.clone(),
            sample: arguments.sample.map(Into::into),
            ..Job::new(&arguments.job, self.terminal)?
        })
    }

    /// Takes over what a round has found out.
    fn end(
        &mut self,
        round: &Round,
        ended: Option<UnderWay>,
        changed: &mut Vec<PathBuf>,
        seen: &mut Look,
    ) {
        let mut own = Vec::new();
        if let Some(ended) = ended {
            own = ended.changed;
            self.tidying = Some(ended.thread);
        }
        self.look_at(round);
        if let Some((_, look)) = &round.files {
            seen.complete(look);
        }
        let before = seen.clone();
        let now = self.files.look();
        // Files that were looked at already may have changed while the round read them.
        if now.differs_from(&before) && !round.stopped {
            let known = now.changed_since(&before);
            let read_before = |path: &PathBuf| before.knows(path);
            changed.extend(known.into_iter().filter(read_before));
        }
        *seen = now;
        if round.stopped {
            // It goes on with what there is now.
            changed.extend(own);
            changed.sort();
            changed.dedup();
            if changed.is_empty() {
                changed.push(self.arguments.job.script.clone());
            }
            return;
        }
        said::ended(round, &own, self.arguments.json, self.terminal);
        match &round.result {
            Ok(done) if done.exit == Exit::Done => {
                self.last = Some(Arc::clone(&done.last));
                self.tell("report", "");
            }
            Ok(done) => self.tell("trouble", &done.problems),
            Err(failure) => {
                let plain = Terminal {
                    colour: false,
                    ..self.terminal
                };
                self.tell("trouble", &failure.text(plain));
            }
        }
    }

    /// The files of the next round: those that took part, or, after an error, all texts around.
    fn look_at(&mut self, round: &Round) {
        match &round.files {
            Some((files, _)) => {
                self.files = first_files(self.arguments);
                self.files.join(files);
            }
            None => {
                let folder = folder_of(&self.arguments.job.script);
                self.files.add_all(&folder.join("lib"), "rhai");
                self.files.add_all(&folder, "rhai");
            }
        }
        self.ear.listen(&self.files.folders());
    }

    fn tell(&self, event: &str, data: &str) {
        if let Some(server) = &self.server {
            server.tell(event, data);
        }
    }

    /// Shows the report to the user.
    fn open(&self) {
        let page = self.arguments.output.join("report.html");
        let what = match &self.server {
            Some(server) => server.address.clone(),
            None => page.to_string_lossy().into_owned(),
        };
        let shown = what.clone();
        let opener = if cfg!(target_os = "macos") {
            "open"
        } else {
            "xdg-open"
        };
        let mut command = Command::new(opener);
        command
            .arg(what)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Err(error) = command.spawn() {
            said::sentence(
                &format!("the report cannot be opened: {error}; open {shown} yourself"),
                self.terminal,
            );
        }
    }

    /// Ends a round under way, so that nothing is left half-written.
    fn leave(&mut self, under_way: Option<UnderWay>, woken: &Receiver<Wake>, exit: Exit) -> Exit {
        if let Some(round) = under_way {
            round.stop.store(true, Ordering::Relaxed);
            while !matches!(woken.recv(), Ok(Wake::Ended(_)) | Err(_)) {}
            let _ = round.thread.join();
        }
        if let Some(tidying) = self.tidying.take() {
            let _ = tidying.join();
        }
        exit
    }
}
