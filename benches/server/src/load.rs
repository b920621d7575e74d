//! The load: connections that each send a request when the last one was answered.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

use crate::connection::Connection;

pub(crate) struct Load {
    connections: Vec<Connection>,
    requests: Arc<[Vec<u8>]>,
}

/// When a connection stops.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    Time(Instant),
    Count(usize),
}

/// What was answered.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// How long each answer took.
    pub(crate) latencies: Vec<Duration>,
    pub(crate) elapsed: Duration,
}

impl Load {
    /// Opens connections, which send the requests in turn. Each has had one answer when this returns.
    pub(crate) async fn open(address: SocketAddr, connections: usize, requests: Vec<Vec<u8>>) -> Result<Self> {
        let mut load = Self { connections: Vec::new(), requests: requests.into() };
        for _ in 0..connections {
            let mut connection = Connection::open(address).await?;
            connection.exchange(load.requests.first().context("nothing to send")?).await?;
            load.connections.push(connection);
        }
        Ok(load)
    }

    pub(crate) async fn run(&mut self, until: Until) -> Result<Tally> {
        let start = Instant::now();
        let mut running = JoinSet::new();
        for (number, mut connection) in self.connections.drain(..).enumerate() {
            let requests = Arc::clone(&self.requests);
            running.spawn(async move {
                let mut latencies = Vec::new();
                let mut sent = Instant::now();
                for request in requests.iter().cycle().skip(number) {
                    let is_over = match until {
                        Until::Time(end) => sent >= end,
                        Until::Count(count) => latencies.len() >= count,
                    };
                    if is_over {
                        break;
                    }
                    connection.exchange(request).await?;
                    let now = Instant::now();
                    latencies.push(now - sent);
                    sent = now;
                }
                anyhow::Ok((connection, latencies))
            });
        }
        let mut tally = Tally::default();
        while let Some(done) = running.join_next().await {
            let (connection, latencies) = done??;
            self.connections.push(connection);
            tally.latencies.extend(latencies);
        }
        tally.elapsed = start.elapsed();
        Ok(tally)
    }
}
