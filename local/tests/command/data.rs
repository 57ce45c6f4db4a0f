//! What the file keeps, and from whom.

use std::{
    fs::{self, Permissions},
    net::TcpStream,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use crate::running::{Running, folder, read, refused, registration, send};

const REGISTER: &str = "/api/v1/account/register_with_user_name";

#[test]
fn an_unreadable_file_is_one_sentence() {
    let folder = folder("unreadable");
    let rubbish = folder.join("rubbish.db");
    let text = "this is no database, but it is long enough to be one";
    fs::write(&rubbish, text).expect("a file");
    for (file, why) in [
        (folder.as_path(), "it is a folder"),
        (&rubbish, "it is no database of this program"),
    ] {
        let file = file.to_str().expect("text");
        let said = refused(&["--data", file]);
        assert_eq!(
            said,
            format!("huiyuan: cannot open the database {file}: {why}")
        );
    }
    assert_eq!(fs::read_to_string(&rubbish).expect("it is there"), text);
}

#[test]
fn a_read_only_file_is_called_that() {
    let file = folder("read-only").join("members.db");
    let path = file.to_str().expect("text");
    Running::start(&["--data", path]).end();
    fs::set_permissions(&file, Permissions::from_mode(0o400)).expect("it is ours");
    let said = refused(&["--data", path]);
    assert_eq!(
        said,
        format!("huiyuan: cannot open the database {path}: it is read-only")
    );
}

#[test]
fn a_file_is_one_process_at_a_time() {
    let folder = folder("two");
    let file = folder.join("members.db");
    let link = folder.join("link.db");
    symlink(&file, &link).expect("a link can be made");
    let path = file.to_str().expect("text");
    let running = Running::start(&["--data", path]);
    for path in [path, link.to_str().expect("text")] {
        let said = refused(&["--data", path]);
        let why = "another process uses it; end that one, or name another file";
        assert_eq!(
            said,
            format!("huiyuan: cannot open the database {path}: {why}")
        );
    }
    // The lock dies with its process, however that ends.
    running.ask_to_end("-KILL");
    assert_eq!(running.wait(), None);
    Running::start(&["--data", path]).end();
}

#[test]
fn a_file_is_its_owners_alone() {
    let folder = folder("mode");
    let file = folder.join("members.db");
    let path = file.to_str().expect("text");
    let all_are_ours = || {
        let names = fs::read_dir(&folder).expect("a folder");
        let paths: Vec<_> = names.map(|entry| entry.expect("an entry").path()).collect();
        assert!(paths.len() > 1, "{paths:?}");
        for path in paths {
            assert_eq!(mode(&path), 0o600, "{path:?}");
        }
    };
    let running = Running::start(&["--data", path]);
    all_are_ours();
    running.end();
    // So is one that an earlier release has made.
    fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("it is ours");
    let running = Running::start(&["--data", path]);
    all_are_ours();
    running.end();
}

fn mode(path: &Path) -> u32 {
    let metadata = fs::metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o777
}

#[test]
fn a_request_under_way_is_answered_before_the_end() {
    let running = Running::start(&[]);
    let address = running.address().to_owned();
    let mut under_way = send(&address, "POST", REGISTER, &[], &registration("yhsduser"));
    // Connections are taken in turn: once a later one is answered, the first has been taken.
    running.post("/api/v1/account/logout", "");
    // Idle connections do not hold up the end.
    let _idle = TcpStream::connect(&address).expect("it listens");
    running.ask_to_end("-TERM");
    let answer = read(&mut under_way).body;
    assert!(answer.contains("{\"code\":200,"), "{answer}");
    assert_eq!(running.wait(), Some(0));
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn a_file_keeps_the_members_and_their_sessions() {
    let file = folder("data").join("members.db");
    let data = ["--data", file.to_str().expect("text")];
    let login = "/api/v1/account/login";
    let first = Running::start(&data);
    first.post(REGISTER, &registration("yhsduser"));
    first.end();

    let again = Running::start(&data);
    let answer = again.post(login, "account=yhsduser&password=kingfisher-37");
    assert!(answer.starts_with("{\"code\":200,"), "{answer}");
    let answer = again.post(REGISTER, &registration("demo"));
    assert!(answer.contains("用户名已被注册"), "{answer}");
    again.end();
}
