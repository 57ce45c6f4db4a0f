//! The address of the client, as whoever received the request vouches for it: API Gateway, or the
//! local stack.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

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

    /// The network that it is in: the log and a session name no more of it, and a member is known
    /// from there.
    #[must_use]
    pub fn network(&self) -> Network {
        match self.0.to_canonical() {
            IpAddr::V4(address) => Network::V4(leading(&address.octets())),
            IpAddr::V6(address) => Network::V6(leading(&address.octets())),
        }
    }
}

fn keep(address: Ipv6Addr, segments: usize) -> Ipv6Addr {
    let mut kept = address.segments();
    kept[segments..].fill(0);
    Ipv6Addr::from(kept)
}

fn leading<const N: usize>(octets: &[u8]) -> [u8; N] {
    std::array::from_fn(|place| octets[place])
}

/// A network: the first 24 bits of an IPv4 address, or the first 48 of an IPv6 address. It is stored
/// as those bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "ByteBuf", try_from = "ByteBuf")]
pub enum Network {
    /// A /24.
    V4([u8; 3]),
    /// A /48.
    V6([u8; 6]),
}

/// So many bytes are no network.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{0} bytes are no network")]
pub struct InvalidNetwork(usize);

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4([a, b, c]) => write!(f, "{}/24", Ipv4Addr::new(a, b, c, 0)),
            Self::V6(bytes) => {
                let mut address = [0; 16];
                address[..bytes.len()].copy_from_slice(&bytes);
                write!(f, "{}/48", Ipv6Addr::from(address))
            }
        }
    }
}

impl From<Network> for ByteBuf {
    fn from(network: Network) -> Self {
        Self::from(match network {
            Network::V4(bytes) => bytes.to_vec(),
            Network::V6(bytes) => bytes.to_vec(),
        })
    }
}

impl TryFrom<ByteBuf> for Network {
    type Error = InvalidNetwork;

    fn try_from(bytes: ByteBuf) -> Result<Self, InvalidNetwork> {
        match bytes.len() {
            3 => Ok(Self::V4(leading(&bytes))),
            6 => Ok(Self::V6(leading(&bytes))),
            length => Err(InvalidNetwork(length)),
        }
    }
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
    fn a_network_does_not_tell_the_whole_address() {
        let network = |text: &str| ClientAddress(text.parse().unwrap()).network();
        assert_eq!(network("192.0.2.7").to_string(), "192.0.2.0/24");
        assert_eq!(network("2001:db8:1:2:3::4").to_string(), "2001:db8:1::/48");
        assert_eq!(network("::ffff:192.0.2.7"), network("192.0.2.9"));
    }

    #[test]
    fn a_network_is_stored_as_its_bytes() {
        for text in ["192.0.2.7", "2001:db8:1:2:3::4"] {
            let network = ClientAddress(text.parse().unwrap()).network();
            let stored: ByteBuf = network.into();
            assert_eq!(Network::try_from(stored).unwrap(), network);
        }
        assert!(Network::try_from(ByteBuf::from([1, 2, 3, 4])).is_err());
    }
}
