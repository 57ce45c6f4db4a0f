//! The routers of all four functions as one, with the client's address from the connection.

use std::net::{IpAddr, SocketAddr};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    http::HeaderMap,
    middleware::map_request,
};
use shared::{app::App, client::ClientAddress, config::ConfigError, operator::Operator};
