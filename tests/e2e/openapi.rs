//! `docs/openapi.json` is what the catalogue and the types say.

use std::fs;

use tests::openapi;

#[test]
fn the_document_is_what_the_catalogue_and_the_types_say() {
    let text = openapi::text();
    if asked_to_write() {
        fs::write(openapi::PATH, text).expect("the document can be written");
        return;
    }
    let stands = fs::read_to_string(openapi::PATH).expect("the document is there");
    assert!(
        stands == text,
        "docs/openapi.json is not what the code says: WRITE_OPENAPI=1 writes it"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "no setting: it is asked of this test alone"
)]
fn asked_to_write() -> bool {
    std::env::var_os("WRITE_OPENAPI").is_some()
}
