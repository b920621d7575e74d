//! `consentry watch` in front of running sites, over raw sockets: it tells what they set, and changes nothing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first fault"
)]

#[path = "../examples/careless/app.rs"]
#[allow(dead_code, reason = "the careless application has more settings than are tried here")]
mod app;
#[path = "../examples/careless/on_axum.rs"]
mod on_axum;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use app::Setting;

/// The tool, watching.
struct Watch {
    child: Child,
    out: BufReader<ChildStdout>,
    address: String,
    folder: PathBuf,
}

impl Watch {
    /// In front of the site at `to`, with the careless shop's policy as `edit` makes it.
    fn start(name: &str, to: &str, edit: impl Fn(&str) -> String, options: &[&str]) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("watch-{name}"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("policy.toml"), edit(include_str!("../examples/careless/policy.toml"))).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_consentry"))
            .args(["watch", "--listen", "127.0.0.1:0", "--to", &format!("http://{to}")])
            .args(options)
            .current_dir(&folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        if options.contains(&"json") {
            BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        } else {
            out.read_line(&mut line).unwrap();
        }
        let told = line.strip_prefix(&format!("watching http://{to} on http://")).unwrap_or_else(|| panic!("{line}"));
        let address = told.strip_suffix("; Ctrl-C ends it\n").unwrap().to_owned();
        Self { child, out, address, folder }
    }

    /// What it said besides, and how it ended.
    fn rest(mut self) -> (String, ExitStatus) {
        let mut text = String::new();
        self.out.read_to_string(&mut text).unwrap();
        let status = self.child.wait().unwrap();
        std::fs::remove_dir_all(&self.folder).unwrap();
        (text, status)
    }

    fn interrupt(self) -> (String, ExitStatus) {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.rest()
    }

    fn ask(&self, request: &str) -> String {
        ask(&self.address, request)
    }
}

fn connect(address: &str) -> TcpStream {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

fn ask(address: &str, request: &str) -> String {
    let mut socket = connect(address);
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

/// The careless shop, in axum, behind the layer.
fn careless(setting: Setting) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let layer = app::layer(setting).unwrap();
    thread::spawn(move || on_axum::serve(listener, layer).unwrap());
    address
}

/// A site that does with each connection what `serve` does, once it has read the head of a request.
fn site(serve: impl Fn(TcpStream, String) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && socket.read(&mut byte).unwrap() == 1 {
                head.push(byte[0]);
            }
            serve(socket, String::from_utf8(head).unwrap());
        }
    });
    address
}

fn unchanged(policy: &str) -> String {
    policy.to_owned()
}

const PAGE: &str = "GET /?q=1 HTTP/1.1\r\nHost: shop.test\r\nAccept: text/html\r\nConnection: close\r\n\r\n";

#[test]
fn an_observed_site_is_told_live_and_at_the_end() {
    let shop = careless(Setting::Observe);
    // Visits are filed as advertising, and nothing is known of the adverts' cookie.
    let edit = |policy: &str| {
        let policy = policy.replace("category = \"statistics\"", "category = \"marketing\"");
        let policy = policy.replace("{ name = \"_fbp\" }", "{ name = \"advert\" }");
        policy.lines().filter(|line| !line.starts_with("material")).fold(String::new(), |text, line| text + line + "\n")
    };
    let mut watch = Watch::start("observe", &shop, edit, &[]);
    let answer = watch.ask(PAGE);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("<html"), "{answer}");
    // What a script set comes with the next request.
    watch.ask(&PAGE.replace("Accept:", "Cookie: _ga=1; _clck=2; session=3\r\nAccept:"));
    let mut live = String::new();
    for _ in 0..4 {
        watch.out.read_line(&mut live).unwrap();
    }
    let wanted = "\
        misfiled `_ga` is under marketing: commonly statistics (Google Analytics): GET /\n\
        undeclared _fbp, commonly marketing: Meta Pixel: set by GET /\n\
        undeclared ab_test: set by GET /\n\
        undeclared _clck, commonly statistics: Microsoft Clarity: brought by GET /\n";
    assert_eq!(live, wanted);
    let (end, status) = watch.interrupt();
    let wanted = "\n\
        2 responses, 6 cookies\n\
        \n\
        undeclared\n\
        \x20 _fbp     commonly marketing: Meta Pixel          set by GET /\n\
        \x20 ab_test  not known                               set by GET /\n\
        \x20 _clck    commonly statistics: Microsoft Clarity  brought by GET /\n\
        \n\
        misfiled\n\
        \x20 _ga  under marketing, commonly statistics: Google Analytics  service[2].cookies[0].name\n\
        \n\
        declared and not seen\n\
        \x20 _ga_*    of visits   service[2].cookies[1].name\n\
        \x20 advert   of adverts  service[3].cookies[0].name\n\
        \x20 video_*  of video    service[4].cookies[0].name\n";
    assert_eq!(end, wanted);
    assert_eq!(status.code(), Some(1));
}

/// The layer withholds `_ga` and `_fbp`; its debug header says so.
#[test]
fn what_the_layer_withholds_is_seen_by_its_header() {
    let shop = careless(Setting::Default);
    let watch = Watch::start("default", &shop, unchanged, &["--format", "json", "--for", "4s"]);
    let answer = watch.ask(PAGE);
    assert!(!answer.contains("set-cookie: _ga="), "{answer}");
    let (end, status) = watch.rest();
    let told: serde_json::Value = serde_json::from_str(&end).unwrap();
    let wanted = serde_json::json!({
        "responses": 1,
        "cookies": 5,
        "undeclared": [{ "name": "ab_test", "how": "set by", "place": "GET /", "commonly": null }],
        "misfiled": [],
        "unused": [
            { "path": "service[2].cookies[1].name", "name": "_ga_*", "service": "visits" },
            { "path": "service[4].cookies[0].name", "name": "video_*", "service": "video" },
        ],
    });
    assert_eq!(told, wanted);
    assert_eq!(status.code(), Some(1));
}

#[test]
fn nothing_undeclared_is_well() {
    let site = site(|mut socket, _| {
        socket.write_all(b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    let watch = Watch::start("well", &site, unchanged, &[]);
    watch.ask(PAGE);
    let (end, status) = watch.interrupt();
    assert!(end.starts_with("\n1 response, 1 cookie\n\ndeclared and not seen\n"), "{end}");
    assert_eq!(status.code(), Some(0));
}

/// Lines sorted: the order of headers with different names means nothing (RFC 9110 section 5.3).
fn sorted(head: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = head.split("\r\n").collect();
    lines.sort_unstable();
    lines
}

#[test]
fn requests_and_responses_go_on_byte_for_byte() {
    const ANSWER: &str = "HTTP/1.1 203 Fine With Me\r\nX-Odd-CASE: a,b ; \"c\"\r\nSet-Cookie: b=1;path=/ ;  Secure\r\n\
                          server: teapot\r\nset-cookie: a=2\r\nSET-COOKIE: c=3\r\nContent-Length: 5\r\n\r\nhello";
    const QUESTION: &str = "POST /a%20b/?x=%41&y HTTP/1.1\r\nhOST: shop.test\r\nUser-agent:  Test  1\r\ncookie: b=2;c\r\n\
                            Cookie: d=\"4\"\r\nX-empty:\r\nContent-Length: 4\r\n";
    let (sender, asked) = mpsc::channel();
    let site = site(move |mut socket, head| {
        let mut body = [0; 4];
        socket.read_exact(&mut body).unwrap();
        sender.send((head, body)).unwrap();
        socket.write_all(ANSWER.as_bytes()).unwrap();
    });
    let watch = Watch::start("bytes", &site, unchanged, &["--for", "20s"]);
    let answer = watch.ask(&format!("{QUESTION}Connection: close\r\n\r\nbody"));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let (wanted, wanted_body) = ANSWER.split_once("\r\n\r\n").unwrap();
    // That the connection ends is between the two.
    let head = head.replace("\r\nconnection: close", "");
    assert_eq!((sorted(&head), body), (sorted(wanted), wanted_body));
    let cookies: Vec<&str> =
        head.split("\r\n").filter(|line| line.to_ascii_lowercase().starts_with("set-cookie")).collect();
    assert_eq!(cookies, ["Set-Cookie: b=1;path=/ ;  Secure", "set-cookie: a=2", "SET-COOKIE: c=3"]);
    let (head, body) = asked.recv().unwrap();
    // Space around a value is not part of it (RFC 9110 section 5.5).
    let wanted = QUESTION.replace("User-agent:  Test", "User-agent: Test");
    assert_eq!(sorted(&head), sorted(&format!("{wanted}\r\n")));
    assert_eq!(&body, b"body");
    watch.interrupt();
}

#[test]
fn bodies_stream() {
    let (sender, read) = mpsc::channel();
    let read = std::sync::Mutex::new(read);
    let site = site(move |mut socket, _| {
        socket.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n").unwrap();
        read.lock().unwrap().recv_timeout(Duration::from_secs(20)).expect("what was sent did not arrive");
        socket.write_all(b"5\r\nlater\r\n0\r\n\r\n").unwrap();
    });
    let watch = Watch::start("streams", &site, unchanged, &["--for", "30s"]);
    let mut socket = connect(&watch.address);
    socket.write_all(PAGE.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"first\r\n") {
        assert_eq!(socket.read(&mut byte).unwrap(), 1);
        answer.push(byte[0]);
    }
    sender.send(()).unwrap();
    socket.read_to_end(&mut answer).unwrap();
    assert!(answer.ends_with(b"5\r\nlater\r\n0\r\n\r\n"));
    watch.interrupt();
}

#[test]
fn an_upgrade_goes_through() {
    let site = site(|mut socket, head| {
        assert!(head.contains("Upgrade: websocket\r\n") && head.contains("Connection: Upgrade\r\n"), "{head}");
        let switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
        socket.write_all(switch).unwrap();
        let mut said = [0; 4];
        socket.read_exact(&mut said).unwrap();
        said.reverse();
        socket.write_all(&said).unwrap();
    });
    let watch = Watch::start("upgrade", &site, unchanged, &["--for", "30s"]);
    let mut socket = connect(&watch.address);
    let request = "GET /live HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    socket.write_all(request.as_bytes()).unwrap();
    let mut reader = BufReader::new(socket.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 101 Switching Protocols\r\n");
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).unwrap();
    }
    socket.write_all(b"ping").unwrap();
    let mut said = [0; 4];
    reader.read_exact(&mut said).unwrap();
    assert_eq!(&said, b"gnip");
    watch.interrupt();
}

#[test]
fn a_site_that_is_not_there_is_told() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let watch = Watch::start("down", &nobody, unchanged, &[]);
    let answer = watch.ask(PAGE);
    assert!(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{answer}");
    let wanted = format!("\r\n\r\nconsentry watch cannot reach http://{nobody}: Connection refused (os error 111)\n");
    assert!(answer.ends_with(&wanted), "{answer}");
    let answer = watch.ask("CONNECT shop.test:443 HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 501 Not Implemented\r\n"), "{answer}");
    let (end, status) = watch.interrupt();
    assert!(end.starts_with("\n0 responses, 0 cookies\n"), "{end}");
    assert_eq!(status.code(), Some(0));
}
