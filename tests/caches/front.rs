//! nginx and Varnish with the files that users copy, in a folder of their own.

use std::{
    env, fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A running cache; it ends with this value.
pub(crate) struct Front {
    child: Child,
    folder: PathBuf,
    pub(crate) address: SocketAddr,
}

impl Front {
    /// `None`, with a word about it, where there is no nginx to test with.
    pub(crate) fn nginx(application: SocketAddr) -> Option<Self> {
        let program = program("NGINX")?;
        let folder = folder("nginx");
        let [outer, inner] = free_addresses();
        let site = recipe(
            "nginx.conf",
            &[
                ("listen 80 ", &format!("listen {outer} ")),
                ("127.0.0.1:8081", &inner.to_string()),
                ("127.0.0.1:8080", &application.to_string()),
                ("/var/cache/nginx", &folder.join("cache").display().to_string()),
            ],
        );
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {};", folder.join(kind).display()));
        let pid = folder.join("nginx.pid");
        let main = format!(
            "daemon off; pid {}; error_log stderr; events {{}} http {{ access_log off; {} {site} }}",
            pid.display(),
            temporary.join(" ")
        );
        let config = folder.join("nginx.conf");
        fs::write(&config, main).unwrap();
        let mut command = Command::new(program);
        command.arg("-p").arg(&folder).arg("-c").arg(config);
        Some(Self::start(command, folder, outer))
    }

    /// `None`, with a word about it, where there is no Varnish to test with.
    pub(crate) fn varnish(application: SocketAddr) -> Option<Self> {
        let program = program("VARNISHD")?;
        let folder = folder("varnish");
        let [address, _] = free_addresses();
        let file = folder.join("site.vcl");
        fs::write(&file, recipe("varnish.vcl", &[("8080", &application.port().to_string())])).unwrap();
        let mut command = Command::new(program);
        command.args(["-F", "-j", "none", "-T", "none", "-s", "malloc,64m", "-a", &address.to_string()]);
        command.arg("-n").arg(folder.join("work")).arg("-f").arg(file);
        Some(Self::start(command, folder, address))
    }

    fn start(mut command: Command, folder: PathBuf, address: SocketAddr) -> Self {
        let log = folder.join("log");
        let file = fs::File::create(&log).unwrap();
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let child = command.spawn().unwrap();
        let mut front = Self { child, folder, address };
        let begin = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = front.child.try_wait().unwrap();
            let is_late = begin.elapsed() > Duration::from_secs(30);
            assert!(ended.is_none() && !is_late, "{command:?}\n{}", fs::read_to_string(&log).unwrap());
            sleep(Duration::from_millis(20));
        }
        front
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        // Killed outright, nginx would leave its workers behind.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let begin = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && begin.elapsed() < Duration::from_secs(5) {
            sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn program(variable: &str) -> Option<PathBuf> {
    let program = env::var_os(variable).map(PathBuf::from);
    if program.is_none() {
        eprintln!("skipped: {variable} does not name a program; `cargo xtask test` installs and names it");
    }
    program
}

fn folder(name: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("consentry-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A file that users copy, with other ports and paths.
fn recipe(name: &str, changes: &[(&str, &str)]) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/caching").join(name);
    changes.iter().fold(fs::read_to_string(file).unwrap(), |text, (from, to)| {
        assert!(text.contains(from), "{name} has no {from}");
        text.replace(from, to)
    })
}

fn free_addresses() -> [SocketAddr; 2] {
    [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap()).map(|listener| listener.local_addr().unwrap())
}
