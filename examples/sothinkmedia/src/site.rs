//! What the handlers share, and the button that moves the policy to its next version.

use std::sync::Arc;

use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use consentry::{Policy, server::Publisher};
use serde::Deserialize;

use crate::{accounts::Accounts, guard::local_path, recorder::Recorder};

#[derive(Clone)]
pub(crate) struct Site(Arc<Shared>);

struct Shared {
    publisher: Publisher,
    coming: Vec<Policy>,
    recorder: Recorder,
    accounts: Accounts,
}

impl Site {
    /// A site that publishes the policies that are coming, one after the other.
    pub(crate) fn new(publisher: Publisher, coming: Vec<Policy>) -> Self {
        Self(Arc::new(Shared { publisher, coming, recorder: Recorder::default(), accounts: Accounts::default() }))
    }

    pub(crate) fn recorder(&self) -> &Recorder {
        &self.0.recorder
    }

    pub(crate) fn accounts(&self) -> &Accounts {
        &self.0.accounts
    }

    /// The policy in force.
    pub(crate) fn policy(&self) -> Policy {
        self.0.publisher.policy()
    }

    /// The next version of the policy, if there is one.
    pub(crate) fn next(&self) -> Option<&Policy> {
        let version = self.policy().version();
        self.0.coming.iter().find(|coming| coming.version() > version)
    }
}

#[derive(Deserialize)]
pub(crate) struct Publish {
    #[serde(default)]
    back: String,
}

/// Publishes the next version. Anyone may, as this is a demonstration; on a real site a deploy does it.
pub(crate) async fn publish(State(site): State<Site>, Form(form): Form<Publish>) -> Response {
    if let Some(next) = site.next()
        && site.0.publisher.publish(next.clone()).is_err()
    {
        return StatusCode::CONFLICT.into_response();
    }
    Redirect::to(local_path(&form.back)).into_response()
}
