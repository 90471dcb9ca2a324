//! A server and a folder for one test.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::SECRET;
use crate::conditions_server::ConditionsServer;

/// A server, and a folder in which the program runs.
pub(crate) struct Place {
    pub(crate) server: ConditionsServer,
    pub(crate) folder: tempfile::TempDir,
}

/// How a command ended, with addresses and folders written in the same way each time.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) said: String,
}

impl Place {
    /// With a tag `online` of two payloads in two and one intervals, and an empty tag `staging`.
    pub(crate) fn new() -> Self {
        let server = ConditionsServer::start(SECRET);
        {
            let mut world = server.world();
            let online = world.add_tag("online", "RUNNING");
            world.add_tag("staging", "OPEN");
            world.add_tag("wrong", "INVALID");
            let payloads = [("X", "x1"), ("Y", "y1"), ("X", "x2")];
            let [x1, y1, x2] =
                payloads.map(|(name, text)| world.add_payload(name, text.as_bytes()));
            world.add_iov(online, x1, [7, 1, 7, 20]);
            world.add_iov(online, x2, [7, 21, -1, -1]);
            world.add_iov(online, y1, [0, 0, -1, -1]);
        }
        let folder = tempfile::tempdir().unwrap();
        Self { server, folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command with the server's address in place of `URL`.
    pub(crate) fn run_with(&self, words: &str, variables: &[(&str, &str)]) -> Ended {
        let words = words.split(' ').map(|word| match word {
            "URL" => self.server.url(),
            other => other.to_owned(),
        });
        let mut command = Command::new(env!("CARGO_BIN_EXE_b2caf"));
        command.arg("db").args(words).current_dir(&self.folder);
        for name in [
            "BELLE2_CONDB_METADATA",
            "BELLE2_CONDB_SERVERLIST",
            "BELLE2_CONDB_PAYLOADS",
            "BELLE2_CONDB_PROXY",
            "BELLE2_CDB_AUTH_TOKEN",
            "SSL_CERT_FILE",
            "B2CAF_LOG",
        ] {
            command.env_remove(name);
        }
        command.env("NO_COLOR", "1").env("TMPDIR", self.path(""));
        command.env("HOME", self.path("")).env("USER", "me");
        command.envs(variables.iter().copied());
        let ended = command.output().unwrap();
        self.ended(&ended)
    }

    pub(crate) fn run(&self, words: &str) -> Ended {
        self.run_with(words, &[])
    }

    pub(crate) fn ended(&self, output: &Output) -> Ended {
        let plain = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            assert!(!text.contains("s3cr3t"), "{text}");
            let text = text.replace(&self.server.files_url(), "[FILES]");
            text.replace(self.server.url().trim_end_matches('/'), "[URL]")
        };
        Ended {
            code: output.status.code().unwrap(),
            out: plain(&output.stdout),
            said: plain(&output.stderr),
        }
    }

    /// A testing store with these payloads: name, content, interval.
    pub(crate) fn testing(&self, name: &str, lines: &[(&str, &str, &str)]) {
        use md5::{Digest, Md5};
        let folder = self.path(name);
        fs::create_dir_all(&folder).unwrap();
        let mut text = String::new();
        for (payload, content, iov) in lines {
            let revision = &format!("{:x}", Md5::digest(content))[..6];
            let file = folder.join(format!("dbstore_{payload}_rev_{revision}.root"));
            fs::write(file, content).unwrap();
            text += &format!("dbstore/{payload} {revision} {iov}\n");
        }
        fs::write(folder.join("database.txt"), text).unwrap();
    }

    /// A file with the token, which only its owner can read.
    pub(crate) fn token(&self, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::write(self.path("token"), text).unwrap();
        fs::set_permissions(self.path("token"), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Everything that was asked and changes something.
    pub(crate) fn changes(&self) -> usize {
        let requests = self.server.requests();
        let reading = |text: &str| {
            text.starts_with("GET ") || text.starts_with("HEAD ") || text.contains("checkPayloads")
        };
        requests.iter().filter(|one| !reading(&one.short())).count()
    }
}
