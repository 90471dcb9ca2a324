//! The thread that listens.

use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::answer::Answer;
use super::fault::{Kind, befalling};
use super::paths::answer;
use super::{Fault, Request, World};

/// A client that says nothing for so long is not listened to any more.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server on a port of its own; ends when dropped.
pub struct ConditionsServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    world: Mutex<World>,
    faults: Mutex<Vec<Fault>>,
    requests: Mutex<Vec<Request>>,
    ending: AtomicBool,
}

impl ConditionsServer {
    /// Starts an empty one that takes the token `secret` for writing.
    pub fn start(secret: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        {
            let mut world = shared.world.lock().unwrap();
            world.token = secret.into();
            world.base_url = format!("http://{address}/payloads/");
        }
        let theirs = Arc::clone(&shared);
        let listener = thread::spawn(move || {
            for stream in listener.incoming() {
                if theirs.ending.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let shared = Arc::clone(&theirs);
                thread::spawn(move || serve(&shared, stream));
            }
        });
        Self {
            address,
            shared,
            listener: Some(listener),
        }
    }

    /// Base address of the interface.
    pub fn url(&self) -> String {
        format!("http://{}/rest/", self.address)
    }

    /// Base address of the payload files.
    pub fn files_url(&self) -> String {
        format!("http://{}/payloads", self.address)
    }

    /// What it keeps.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world.lock().unwrap()
    }

    /// Lets something go wrong.
    pub fn fail(&self, fault: Fault) {
        self.shared.faults.lock().unwrap().push(fault);
    }

    /// Nothing goes wrong any more.
    pub fn recover(&self) {
        self.shared.faults.lock().unwrap().clear();
    }

    /// What was asked so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// How many requests contained `text` in `METHOD path`.
    pub fn count(&self, text: &str) -> usize {
        let requests = self.shared.requests.lock().unwrap();
        requests
            .iter()
            .filter(|one| one.short().contains(text))
            .count()
    }

    /// Forgets what was asked.
    pub fn forget(&self) {
        self.shared.requests.lock().unwrap().clear();
    }
}

impl Drop for ConditionsServer {
    fn drop(&mut self) {
        self.shared.ending.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

fn serve(shared: &Shared, mut stream: TcpStream) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let _ = stream.set_write_timeout(Some(PATIENCE));
    let Some(request) = Request::read(&stream) else {
        return;
    };
    shared.requests.lock().unwrap().push(request.clone());
    let fault = befalling(&mut shared.faults.lock().unwrap(), &request);
    let reply = match &fault {
        Some(Kind::Drop) => Answer::bytes(500, Vec::new()),
        Some(Kind::Status(status, body)) => Answer::bytes(*status, body.clone().into_bytes()),
        _ => answer(&mut shared.world.lock().unwrap(), &request),
    };
    reply.send(&request, fault, &mut stream);
    // Closing with unread bytes would take the answer away from the client.
    let _ = stream.read(&mut [0; 64]);
}
