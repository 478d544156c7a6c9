//! A PostgreSQL server of one's own: with its files in a folder that goes away, `fsync` on, and
//! ended in whatever way one likes.

use std::{
    fs,
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
};

/// The server.
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: tempfile::TempDir,
    /// The port it listens on, on this machine.
    pub(crate) port: u16,
}

impl Postgres {
    /// Makes a server and starts it; `None` where there is no PostgreSQL to start.
    pub(crate) fn start() -> Option<Postgres> {
        let programs = programs()?;
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let postgres = Postgres {
            programs,
            folder,
            port,
        };
        let data = postgres.data();
        fs::create_dir(&data).expect("a folder");
        if is_root() {
            // PostgreSQL refuses to run as root; then it runs as the user its package made.
            let mode = "chmod 711 \"$0\" && chown postgres \"$1\"";
            let mut command = Command::new("sh");
            command
                .args(["-c", mode])
                .arg(postgres.folder.path())
                .arg(&data);
            assert!(command.status().expect("sh").success());
        }
        postgres.run(
            "initdb",
            &[
                "-U",
                "skillmark",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "-D",
            ],
        );
        postgres.go_on();
        Some(postgres)
    }

    /// The address of its database.
    pub(crate) fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// The address of its database by way of another port.
    pub(crate) fn url_at(&self, port: u16) -> String {
        format!("postgres://skillmark@127.0.0.1:{port}/postgres")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Runs one of its programs, with the folder as the last argument.
    fn run(&self, name: &str, arguments: &[&str]) {
        assert!(self.tried(name, arguments), "{name} {arguments:?}");
    }

    /// As [`Postgres::run`]: whether it went well.
    fn tried(&self, name: &str, arguments: &[&str]) -> bool {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(arguments).arg(self.data()).current_dir("/");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Starts it again, over the same files.
    pub(crate) fn go_on(&self) {
        let log = self.data().join("log");
        let options = format!(
            "-h 127.0.0.1 -p {} -k {} -c max_connections=100 -c shared_buffers=256MB \
             -c log_parameter_max_length=0 -c log_parameter_max_length_on_error=0 \
             -c log_error_verbosity=terse -c log_min_error_statement=panic",
            self.port,
            self.data().display()
        );
        let log = log.display().to_string();
        let start = [
            "-w", "-s", "-t", "60", "-l", &log, "-o", &options, "start", "-D",
        ];
        // After a kill the system may hold what the old one had for a moment longer.
        let started = (0..20).any(|_| {
            let started = self.tried("pg_ctl", &start);
            if !started {
                std::thread::sleep(std::time::Duration::from_millis(500));
            }
            started
        });
        assert!(started, "the server starts");
    }

    /// Ends it in its own way: `fast` or `immediate`.
    pub(crate) fn stop(&self, mode: &str) {
        self.run("pg_ctl", &["-w", "-s", "-m", mode, "stop", "-D"]);
    }

    /// Kills it and every process of it, all at once, and waits until they are gone.
    pub(crate) fn kill(&self) {
        let first = fs::read_to_string(self.data().join("postmaster.pid")).expect("it runs");
        let first: u32 = first
            .lines()
            .next()
            .and_then(|id| id.parse().ok())
            .expect("its id");
        // Held first, so that it makes no more of them.
        let _ = Command::new("kill")
            .args(["-STOP", &first.to_string()])
            .status();
        let mut tree = children(first);
        tree.push(first);
        for id in &tree {
            let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
        }
        while tree.iter().any(|id| is_alive(*id)) {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        // Whoever ended and is not waited for yet still has its number, and this file names it.
        let _ = fs::remove_file(self.data().join("postmaster.pid"));
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists() {
            let _ = self.tried("pg_ctl", &["-w", "-s", "-m", "immediate", "stop", "-D"]);
        }
    }
}

fn children(parent: u32) -> Vec<u32> {
    let listed = Command::new("ps")
        .args(["-o", "pid=", "--ppid", &parent.to_string()])
        .output();
    let listed = listed.expect("ps runs").stdout;
    let ids = String::from_utf8_lossy(&listed).into_owned();
    ids.split_whitespace()
        .filter_map(|id| id.parse().ok())
        .collect()
}

fn is_alive(id: u32) -> bool {
    // A process that ended and was not waited for yet is no process any more.
    fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .starts_with(" Z")
    })
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout.trim_ascii() == b"0"
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    let whole = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("pg_ctl").exists();
    folders.into_iter().rev().find(whole)
}
