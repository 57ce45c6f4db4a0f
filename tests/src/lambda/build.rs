//! The functions' binaries, built by cargo, and what they are told.

use std::{collections::HashMap, path::PathBuf};

use serde_json::Value;

/// Keys as the stack draws them.
const KEYS: [&str; 3] = [
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100",
];

/// The settings that any of the functions needs, with an AWS at `endpoint`.
pub fn settings<'a>(endpoint: &'a str, table: &'a str) -> [(&'static str, &'a str); 9] {
    [
        ("HUIYUAN_TABLE", table),
        ("HUIYUAN_STACK", "members"),
        ("AWS_ENDPOINT_URL", endpoint),
        ("HUIYUAN_SERVICE_KEY", KEYS[2]),
        ("HUIYUAN_CODE_KEY", KEYS[0]),
        ("HUIYUAN_CAPTCHA_KEY", KEYS[1]),
        ("HUIYUAN_MAIL_FROM", "shop@shop.example"),
        ("HUIYUAN_PUBLIC_URL", "https://members.shop.example"),
        // The published samples' password is `123456`.
        ("HUIYUAN_WEAK_PASSWORDS", "true"),
    ]
}

/// The functions, each a package and its binary.
pub const FUNCTIONS: [&str; 4] = ["site-auth", "customer-account", "registration", "points"];

/// Builds the binaries of `packages` as `options` of cargo say; gives where each lies, by its name.
pub fn build(options: &[&str], packages: &[&str]) -> HashMap<String, PathBuf> {
    let output = std::process::Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(["build", "--locked", "--message-format=json", "--bins"])
        .args(options)
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the binaries are built: {said}");
    let messages = output.stdout.split(|byte| *byte == b'\n');
    let messages = messages.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let built = messages.filter_map(|message| {
        let path = message["executable"].as_str()?;
        Some((message["target"]["name"].as_str()?.to_owned(), path.into()))
    });
    built.collect()
}
