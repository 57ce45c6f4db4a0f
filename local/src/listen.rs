//! Where the service listens: on both families of loopback, for `localhost` is either, and with `--host`
//! on an address of the network too.

use std::{
    io::{self, ErrorKind},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
};

use tokio::net::TcpListener;

/// How many free ports are tried until one is free in both families.
const TRIES: usize = 10;

/// The port is taken, or not ours to take.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct ListenError {
    /// Which address.
    pub address: SocketAddr,
    /// What the system says.
    pub source: io::Error,
}

/// Listens on one address; port 0 takes a free one.
///
/// # Errors
/// [`ListenError`]
pub async fn on(ip: IpAddr, port: u16) -> Result<TcpListener, ListenError> {
    let address = SocketAddr::new(ip, port);
    let bound = TcpListener::bind(address).await;
    bound.map_err(|source| ListenError { address, source })
}

/// Listens on loopback and on `host`, everywhere on the same port; 0 takes a free one. Gives the port
/// as well.
///
/// # Errors
/// [`ListenError`]
pub async fn everywhere(
    host: Option<IpAddr>,
    port: u16,
) -> Result<(Vec<TcpListener>, u16), ListenError> {
    for _ in 1..TRIES {
        match try_everywhere(host, port).await {
            // Free in one family alone: another port may be free in both.
            Err(error) if port == 0 && error.source.kind() == ErrorKind::AddrInUse => {}
            done => return done,
        }
    }
    try_everywhere(host, port).await
}

async fn try_everywhere(
    host: Option<IpAddr>,
    port: u16,
) -> Result<(Vec<TcpListener>, u16), ListenError> {
    let [first, second] = match host {
        // It includes loopback.
        Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)) => {
            [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::LOCALHOST.into()]
        }
        Some(IpAddr::V6(Ipv6Addr::UNSPECIFIED)) => {
            [Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::LOCALHOST.into()]
        }
        _ => [
            IpAddr::from(Ipv4Addr::LOCALHOST),
            Ipv6Addr::LOCALHOST.into(),
        ],
    };
    let one = on(first, port).await?;
    let address = one.local_addr().map_err(|source| ListenError {
        address: SocketAddr::new(first, port),
        source,
    })?;
    let port = address.port();
    let mut listeners = vec![one];
    match on(second, port).await {
        Ok(two) => listeners.push(two),
        // Where `::` takes IPv4 in as well, the port is in use by the first.
        Err(error) if error.source.kind() == ErrorKind::AddrInUse && !first.is_ipv6() => {
            return Err(error);
        }
        // A machine without IPv6 is reached by IPv4.
        Err(_) => {}
    }
    if let Some(host) = host.filter(|host| !host.is_loopback() && !host.is_unspecified()) {
        listeners.push(on(host, port).await?);
    }
    Ok((listeners, port))
}

/// The address by which other machines of the network reach this one: `host`, or where that means all of
/// them, the one that the system would send from.
#[must_use]
pub fn in_network(host: IpAddr) -> IpAddr {
    if !host.is_unspecified() {
        return host;
    }
    let (any, elsewhere): (IpAddr, IpAddr) = match host {
        IpAddr::V4(any) => (any.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        IpAddr::V6(any) => (
            any.into(),
            Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
        ),
    };
    // Connecting a datagram socket sends nothing: it only chooses the way, and with it an address.
    let socket = UdpSocket::bind((any, 0)).and_then(|socket| {
        socket.connect((elsewhere, 9))?;
        socket.local_addr()
    });
    socket.map_or(host, |address| address.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_free_port_is_free_in_both_families() {
        let (listeners, port) = everywhere(None, 0).await.unwrap();
        let addresses = listeners.iter().map(|one| one.local_addr().unwrap());
        let addresses: Vec<_> = addresses.collect();
        assert!(addresses.iter().all(|address| address.port() == port));
        assert!(addresses.iter().all(|address| address.ip().is_loopback()));
        let taken = everywhere(None, port).await.unwrap_err();
        assert_eq!(taken.address.port(), port);
    }

    #[tokio::test]
    async fn all_addresses_include_loopback() {
        for host in ["0.0.0.0", "::"] {
            let (listeners, port) = everywhere(host.parse().ok(), 0).await.unwrap();
            assert!(!listeners.is_empty());
            for ip in [IpAddr::from([127, 0, 0, 1]), Ipv6Addr::LOCALHOST.into()] {
                if TcpListener::bind((ip, 0)).await.is_ok() {
                    let reached = tokio::net::TcpStream::connect((ip, port)).await;
                    assert!(reached.is_ok(), "{host} {ip}");
                }
            }
        }
    }
}
