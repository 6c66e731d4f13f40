//! Errors of the socket, of HTTP and of the session.

use super::errors;
use crate::engine::{HttpFailure, requests::Outcome};

errors! {
    /// What can go wrong between this browser and the server.
    ConnectionError {
        ConnectTimedOut: "the socket did not open in time", Retryable,
            "the attempt is given up and the next one starts after a backoff";
        ConnectFailed: "the socket could not be opened", Retryable,
            "the next attempt starts after a backoff; polling takes over when http works meanwhile";
        Closed: "the socket broke", Retryable,
            "a new socket after a backoff, new subscriptions on it, and a search for what was missed";
        ClosedForRestart: "the server closed the socket because it stops", Retryable,
            "a new socket after a backoff, new subscriptions on it, and a search for what was missed";
        ClosedByPolicy: "the socket was closed by a policy", Retryable,
            "a new socket after a backoff; polling takes over when that repeats";
        ClosedTooLarge: "the other side found a frame too large", Retryable,
            "a new socket after a backoff, new subscriptions on it, and a search for what was missed";
        Silent: "the socket is open but silent", Retryable,
            "the socket is given up and a new one opened after a backoff";
        HeartbeatLost: "no heartbeat comes although the socket is open", Retryable,
            "the socket is given up and a new one opened after a backoff";
        Unreachable: "a request did not reach the server", Retryable,
            "the request is repeated with a growing wait, or its owner starts over";
        TimedOut: "a request was not answered in time", Retryable,
            "the request is repeated with a growing wait, or its owner starts over";
        AnswerTooLarge: "an answer was too large", Retryable,
            "it is not repeated; its owner asks again at the next turn";
        ServerFailed: "the server failed to answer", Retryable,
            "the request is repeated with a growing wait, or its owner starts over";
        RateLimited: "the server asked to slow down", Retryable,
            "every request waits as long as the server said, and polling slows down";
        Unauthorized: "a request was not authorised", Retryable,
            "the access token is renewed once and the request is repeated";
        RenewalFailed: "the session could not be renewed yet", Retryable,
            "the renewal is repeated with a growing wait; nobody is signed out";
        IdentityUnknown: "the server did not say who is signed in", Retryable,
            "it is asked again after a wait; nobody is signed out";
        RenewalRefused: "the server refused to renew the session", NeedsSignIn,
            "everything is forgotten and the user signs in again";
        SessionEnded: "the session ended and cannot be renewed", NeedsSignIn,
            "everything is forgotten and the user signs in again";
        AccessRemoved: "the server says that this user is no longer a member", NeedsSignIn,
            "everything is forgotten and the user signs in again";
    }
}

impl ConnectionError {
    /// What is wrong with an answer by its outer appearance; what it means is for whoever asked.
    pub(crate) fn of(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Err(failure) => Some((*failure).into()),
            Ok(answer) => match answer.status {
                401 => Some(Self::Unauthorized),
                429 => Some(Self::RateLimited),
                500.. => Some(Self::ServerFailed),
                _ => None,
            },
        }
    }
}

impl From<HttpFailure> for ConnectionError {
    fn from(failure: HttpFailure) -> Self {
        match failure {
            HttpFailure::Unreachable => Self::Unreachable,
            HttpFailure::TimedOut => Self::TimedOut,
            HttpFailure::TooLarge => Self::AnswerTooLarge,
        }
    }
}
