//! The address of the client, as whoever received the request vouches for it: API Gateway, or the
//! local stack.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The client's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// What is counted as one address: an IPv4 address, or the /64 that a network hands to one
    /// IPv6 customer.
    #[must_use]
    pub fn counted(&self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("{}/64", keep(address, 4)),
        }
    }

    /// The whole of it, as the member's `last_ip` shows it.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.to_canonical().to_string()
    }

    /// The network that it is in: the log names no more of it, and a member is known from there.
    #[must_use]
    pub fn network(&self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{}/24", Ipv4Addr::new(a, b, c, 0))
            }
            IpAddr::V6(address) => format!("{}/48", keep(address, 3)),
        }
    }
}

fn keep(address: Ipv6Addr, segments: usize) -> Ipv6Addr {
    let mut kept = address.segments();
    kept[segments..].fill(0);
    Ipv6Addr::from(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_customer_is_one_address() {
        let counted = |text: &str| ClientAddress(text.parse().unwrap()).counted();
        assert_eq!(counted("2001:db8:1:2:3::4"), counted("2001:db8:1:2:ffff::"));
        assert_ne!(counted("2001:db8:1:2::"), counted("2001:db8:1:3::"));
        assert_eq!(counted("::ffff:192.0.2.7"), "192.0.2.7");
    }

    #[test]
    fn the_log_does_not_learn_the_whole_address() {
        let masked = |text: &str| ClientAddress(text.parse().unwrap()).network();
        assert_eq!(masked("192.0.2.7"), "192.0.2.0/24");
        assert_eq!(masked("2001:db8:1:2:3::4"), "2001:db8:1::/48");
    }
}
