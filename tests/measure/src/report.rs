//! What is printed, and what stands in the document.

use std::fs;

/// The document, whose tables stand between `<!-- name -->` and `<!-- /name -->`.
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/performance.md");

/// Where the document's pictures lie.
pub const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

/// Says on the terminal what is being done.
#[expect(clippy::print_stderr, reason = "a command's progress")]
pub fn say(text: &str) {
    eprintln!("{text}");
}

/// Prints a part's tables, and puts them into the document.
#[expect(clippy::print_stdout, reason = "a command's result")]
pub fn write(name: &str, tables: &str) {
    println!("{tables}");
    let document = fs::read_to_string(DOCUMENT).expect("the document is there");
    let (begin, end) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let place = document.split_once(&begin);
    let place = place.and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let (before, after) = place.expect("the document has a place for it");
    let document = format!("{before}{begin}\n\n{}\n\n{end}{after}", tables.trim());
    fs::write(DOCUMENT, document).expect("the document can be written");
}

/// A table in Markdown.
pub struct Table(String);

impl Table {
    /// Begins a table with these columns.
    pub fn new(columns: &[&str]) -> Self {
        let rule = vec!["---"; columns.len()];
        Self(String::new()).row(columns).row(&rule)
    }

    /// The same with one row more.
    pub fn row(mut self, cells: &[impl AsRef<str>]) -> Self {
        for cell in cells {
            self.0.push_str("| ");
            self.0.push_str(cell.as_ref());
            self.0.push(' ');
        }
        self.0.push_str("|\n");
        self
    }

    /// The table's text.
    pub fn text(self) -> String {
        self.0
    }
}
