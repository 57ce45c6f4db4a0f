//! The crate `shared` is a house: its rooms use those below them alone, no two files use each other, and
//! the rules know nothing of HTTP. The figures of `docs/architecture.md` are held equal to what is found.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const DOCUMENT: &str = "docs/architecture.md";
const BEGIN: &str = "<!-- rooms -->";
const END: &str = "<!-- /rooms -->";

/// The rooms from the lowest floor up. Rooms of one floor do not use each other.
const FLOORS: [&[&str]; 11] = [
    &["base"],
    &["domain"],
    &["telemetry"],
    &["config"],
    &["aws"],
    &["store"],
    &["fault", "app"],
    &["rules"],
    &["http"],
    &["wire"],
    &["lambda"],
];

/// The most files that lie loose in one folder.
const MOST_FILES: usize = 12;

/// The most files that somebody opens to follow a login from its route to the table and back.
const MOST_FOR_A_LOGIN: usize = 16;

/// The files of the crate by their path below `src`, with their text up to their tests.
fn files() -> BTreeMap<String, String> {
    let source = Path::new(ROOT).join("shared/src");
    let mut found = BTreeMap::new();
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source");
                let product = text.split("#[cfg(test)]").next().unwrap_or_default();
                let name = path.strip_prefix(&source).expect("below it");
                let name = name.to_str().expect("a name").to_owned();
                found.insert(name, product.to_owned());
            }
        }
    }
    found
}

/// The flat paths of a `use` tree.
fn flatten(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let mut depth = 0;
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, character) in tree.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&tree[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tree[start..]);
    for part in parts.into_iter().map(str::trim) {
        match part.split_once('{') {
            Some((head, rest)) => {
                let inner = rest.strip_suffix('}').unwrap_or(rest);
                flatten(&format!("{prefix}{head}"), inner, paths);
            }
            None if part.is_empty() => {}
            None => paths.push(format!("{prefix}{part}")),
        }
    }
}

/// What a file imports, from the crate's root down.
fn imports(file: &str, text: &str) -> Vec<String> {
    let mut here: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    if here.last() == Some(&"mod") {
        here.pop();
    }
    let mut paths = Vec::new();
    for statement in text.split("use ").skip(1) {
        let Some((tree, _)) = statement.split_once(';') else {
            continue;
        };
        if ["crate::", "super::", "self::"]
            .iter()
            .any(|root| tree.starts_with(root))
        {
            flatten("", tree, &mut paths);
        } else if let Some((first, _)) = tree.split_once("::") {
            // A module of this file's own folder.
            if text.contains(&format!("mod {first};")) {
                flatten("self::", tree, &mut paths);
            }
        }
    }
    let absolute = |path: String| {
        let mut above = here.clone();
        let mut segments: Vec<&str> = path.split("::").map(str::trim).collect();
        match segments[0] {
            "crate" => above.clear(),
            "self" => {}
            _ => {
                above.pop();
            }
        }
        segments.remove(0);
        while segments.first() == Some(&"super") {
            segments.remove(0);
            above.pop();
        }
        let last = segments.last().copied().unwrap_or_default();
        if last == "self" {
            segments.pop();
        }
        above.extend(segments);
        above.join("::")
    };
    paths.into_iter().map(absolute).collect()
}

/// The file that a path leads to, names that a `mod.rs` hands on included.
fn target(path: &str, files: &BTreeMap<String, String>) -> Option<String> {
    let segments: Vec<&str> = path.split("::").collect();
    for length in (1..=segments.len()).rev() {
        let folder = segments[..length].join("/");
        let [plain, inner] = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
        let Some(file) = [plain, inner]
            .into_iter()
            .find(|file| files.contains_key(file))
        else {
            continue;
        };
        let Some(name) = segments.get(length) else {
            return Some(file);
        };
        let handed_on = files[&file].split("pub use ").skip(1);
        for statement in handed_on {
            let mut paths = Vec::new();
            let tree = statement.split(';').next().unwrap_or_default();
            flatten("", tree, &mut paths);
            if let Some(inner) = paths
                .iter()
                .find(|path| path.ends_with(&format!("::{name}")))
            {
                return target(
                    &format!("{}::{inner}", segments[..length].join("::")),
                    files,
                );
            }
        }
        return Some(file);
    }
    None
}

/// Which files each file uses.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let files = files();
    let used = |(file, text): (&String, &String)| {
        let paths = imports(file, text).into_iter();
        let targets = paths.filter_map(|path| target(&path, &files));
        let others = targets.filter(|target| target != file && target != "lib.rs");
        (file.clone(), others.collect())
    };
    files.iter().map(used).collect()
}

fn room(file: &str) -> &str {
    file.split('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".rs")
}

fn floor(room: &str) -> usize {
    let floor = FLOORS.iter().position(|rooms| rooms.contains(&room));
    floor.unwrap_or_else(|| panic!("{room} is on no floor"))
}

/// The arrows from room to room, with how many files each stands for.
fn between_rooms() -> BTreeMap<(String, String), usize> {
    let mut found = BTreeMap::new();
    for (file, used) in arrows() {
        for other in used {
            let (from, to) = (room(&file).to_owned(), room(&other).to_owned());
            if from != to && from != "lib" {
                *found.entry((from, to)).or_default() += 1;
            }
        }
    }
    found
}

#[test]
fn rooms_use_those_below_them_alone() {
    let arrows = between_rooms();
    assert!(arrows.len() > 20, "the imports are read: {arrows:?}");
    let upwards = arrows.keys().filter(|(from, to)| {
        // What is told of a request is told from anywhere.
        to != "telemetry" && floor(to) >= floor(from)
    });
    assert_eq!(upwards.collect::<Vec<_>>(), Vec::<&(String, String)>::new());
}

#[test]
fn no_two_files_use_each_other_however_far_around() {
    let arrows = arrows();
    for start in arrows.keys() {
        let mut reached = BTreeSet::new();
        let mut open = vec![start];
        while let Some(file) = open.pop() {
            for next in &arrows[file] {
                assert_ne!(next, start, "{start} is used by what it uses: {file}");
                if reached.insert(next) {
                    open.push(next);
                }
            }
        }
    }
}

#[test]
fn no_folder_is_crowded() {
    let mut loose = BTreeMap::<String, usize>::new();
    for file in files().keys() {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        *loose.entry(folder.to_owned()).or_default() += 1;
    }
    loose.retain(|_, files| *files > MOST_FILES);
    assert!(loose.is_empty(), "{loose:?}");
}

#[test]
fn what_lies_below_http_knows_nothing_of_it() {
    for (file, text) in files() {
        if !["base", "domain", "store", "rules", "telemetry"].contains(&room(&file)) {
            continue;
        }
        for word in [
            "ApiError",
            "cookie",
            "axum::response",
            "axum::extract",
            "axum::Router",
        ] {
            assert!(!text.contains(word), "{file} speaks of {word}");
        }
    }
}

#[test]
fn the_document_shows_the_rooms_as_they_are() {
    let document = fs::read_to_string(Path::new(ROOT).join(DOCUMENT)).expect("the document");
    let (before, rest) = document.split_once(BEGIN).expect("a place for the rooms");
    let (stands, after) = rest.split_once(END).expect("which ends");
    let arrows = between_rooms();
    let mut table = "\n\n| room | uses (imports) |\n| --- | --- |\n".to_owned();
    for room in FLOORS.iter().rev().flat_map(|rooms| rooms.iter()) {
        let used = arrows.iter().filter(|((from, _), _)| from == room);
        let used: Vec<_> = used
            .map(|((_, to), count)| format!("{to} {count}"))
            .collect();
        let used = if used.is_empty() {
            "–".to_owned()
        } else {
            used.join(", ")
        };
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| `{room}` | {used} |");
    }
    table.push('\n');
    if asked_to_write() {
        let document = [before, BEGIN, &table, END, after].concat();
        fs::write(Path::new(ROOT).join(DOCUMENT), document).expect("the document can be written");
    } else {
        assert_eq!(stands, table, "WRITE_ROOMS=1 writes {DOCUMENT}");
    }
}

#[test]
fn a_login_is_followed_in_few_files() {
    let document = fs::read_to_string(Path::new(ROOT).join(DOCUMENT)).expect("the document");
    let (_, rest) = document
        .split_once("<!-- login -->")
        .expect("the files of a login");
    let (listed, _) = rest.split_once("<!-- /login -->").expect("which end");
    let files: Vec<_> = listed.split('`').skip(1).step_by(2).collect();
    assert!((8..=MOST_FOR_A_LOGIN).contains(&files.len()), "{files:?}");
    for file in files {
        assert!(Path::new(ROOT).join(file).is_file(), "{file}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "no setting: it is asked of this test alone"
)]
fn asked_to_write() -> bool {
    std::env::var_os("WRITE_ROOMS").is_some()
}
