//! The settings: each that a function reads is given by the template and documented, and no function is
//! given one that it does not read.

use std::{
    collections::BTreeSet,
    fs, iter,
    path::{Path, PathBuf},
};

use huiyuan::settings::{Given, SettingError};
use serde_json::Value;
use shared::base::random::Random;

use crate::template::{functions, template};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The settings whose names stand in the sources below `folder`.
fn read_below(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(path).unwrap_or_default();
                let starts = text.split("\"HUIYUAN_").skip(1);
                names.extend(
                    starts.filter_map(|rest| Some(format!("HUIYUAN_{}", rest.split_once('"')?.0))),
                );
            }
        }
    }
    names
}

fn sources(path: &str) -> PathBuf {
    Path::new(ROOT).join(path)
}

#[test]
fn each_setting_that_a_function_reads_is_given_by_the_template_and_no_other() {
    let shared = read_below(&sources("shared/src"));
    let globals = &template()["Globals"]["Function"]["Environment"]["Variables"];
    for (function, properties) in functions() {
        let mut read = read_below(&sources(&format!("functions/{function}/src")));
        read.extend(shared.iter().cloned());
        let own = &properties["Environment"]["Variables"];
        let given = [globals, own].into_iter().filter_map(|map| map.as_object());
        let given: BTreeSet<_> = given
            .flat_map(|map| map.keys().cloned())
            .filter(|name| name.starts_with("HUIYUAN_"))
            .collect();
        assert_eq!(given, read, "{function}");
    }
}

#[test]
fn the_template_takes_origins_as_browsers_send_them_and_no_others() {
    let pattern = template()["Parameters"]["Origins"]["AllowedPattern"].as_str();
    let pattern = regex_lite::Regex::new(pattern.expect("a pattern")).expect("it is one");
    let good = [
        "https://shop.example",
        "http://localhost:5173",
        "https://shop.example:444",
        "https://shop.example:65535",
        "https://xn--czrs0t.xn--fiqs8s",
        "http://127.0.0.1:8",
    ];
    for origin in good {
        assert!(pattern.is_match(origin), "{origin}");
        let kept = shared::config::origin(origin).expect("an origin");
        assert_eq!(
            kept, origin,
            "the gateway compares what the template gives it"
        );
    }
    assert!(pattern.is_match("") && pattern.is_match(&good.join(",")));
    for bad in [
        "https://Mall.Example",
        "https://shop.example/",
        "https://shop.example:443",
        "http://shop.example:80",
        "https://商店.中国",
        "https://u@shop.example",
        "https://shop.example?x",
        "https://:5173",
        "https://shop.example:99999",
        "https://shop.example:0",
        "https://shop.example,",
        "shop.example",
        "*",
    ] {
        assert!(!pattern.is_match(bad), "{bad}");
    }
}

#[test]
fn each_setting_is_documented() {
    let document = fs::read_to_string(sources("docs/deploying.md")).expect("the document is there");
    let mut settings = read_below(&sources("shared/src"));
    settings.extend(read_below(&sources("functions")));
    assert!(settings.len() > 5, "{settings:?}");
    for setting in settings {
        assert!(
            document.contains(&format!("`{setting}`")),
            "{setting} is not documented"
        );
    }
}

#[test]
fn each_setting_can_be_tried_on_the_local_stack() {
    let mut settings = read_below(&sources("shared/src"));
    settings.extend(read_below(&sources("functions")));
    for setting in settings {
        let given = Given {
            environment: iter::empty().collect(),
            // One that is left out is asked for all the same.
            set: vec![format!("{setting}=").parse().expect("a setting")],
            origins: Vec::new(),
            url: "http://localhost:3000".to_owned(),
        };
        let read = given.read(&Random::seeded(1));
        assert!(!matches!(read, Err(SettingError::Unknown(_))), "{setting}");
    }
}

#[test]
fn each_parameter_is_documented() {
    let document = fs::read_to_string(sources("docs/deploying.md")).expect("the document is there");
    let parameters = template()["Parameters"].as_object().expect("parameters");
    for name in parameters.keys() {
        assert!(
            document.contains(&format!("`{name}`")),
            "{name} is not documented"
        );
    }
}

#[test]
fn what_sam_local_is_given_stands_in_the_template_which_is_all_it_can_set() {
    let given = fs::read_to_string(sources("local/sam.json")).expect("the file is there");
    let given: Value = serde_json::from_str(&given).expect("it is JSON");
    let globals = &template()["Globals"]["Function"]["Environment"]["Variables"];
    let own = functions();
    for name in given["Parameters"].as_object().expect("an object").keys() {
        let own = own
            .iter()
            .map(|(_, properties)| &properties["Environment"]["Variables"]);
        let mut all = own.chain([globals]);
        assert!(all.any(|variables| !variables[name].is_null()), "{name}");
    }
}
