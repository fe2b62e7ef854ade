//! The service as it is run: the built program on a free port of loopback, asked over HTTP.

mod api;
mod client;
mod durability;
mod limits;
mod privacy;
mod server;
