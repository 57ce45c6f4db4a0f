//! What is known of the client that a request comes from.

use super::client_address::ClientAddress;

/// The most characters that are kept of what a client calls itself.
const MOST_CHARACTERS: usize = 80;

/// The client that a request comes from.
#[derive(Clone, Debug)]
pub struct Client {
    /// From where.
    pub address: ClientAddress,
    /// What it calls itself; `None` where it does not say.
    pub agent: Option<String>,
}

impl Client {
    /// A client at `address` that calls itself `agent`. Of that the first 80 characters are kept, and
    /// of them what can be shown anywhere: visible ASCII and spaces.
    #[must_use]
    pub fn new(address: ClientAddress, agent: Option<&str>) -> Self {
        let shown = |c: &char| c.is_ascii_graphic() || *c == ' ';
        let agent = agent.map(|agent| agent.chars().filter(shown).take(MOST_CHARACTERS));
        let agent: Option<String> = agent.map(Iterator::collect);
        Self {
            address,
            agent: agent.filter(|agent| !agent.trim().is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_calls_itself_is_short_and_plain() {
        let address = ClientAddress([192, 0, 2, 1].into());
        let agent = |text| Client::new(address, text).agent;
        assert_eq!(agent(None), None);
        assert_eq!(agent(Some(" ")), None);
        assert_eq!(
            agent(Some("Shop\u{202e}/1\n会员")).as_deref(),
            Some("Shop/1")
        );
        let long = "x".repeat(500);
        assert_eq!(agent(Some(&long)).map(|agent| agent.len()), Some(80));
    }
}
