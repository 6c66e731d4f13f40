//! Everything that can go wrong in the engine: four layers, one variant for each thing, and how it is recovered from.
//!
//! A variant names a kind and holds no data, so that it can be counted, shown and exported: nothing of a patient, a server
//! or a person may ever be in it.

mod connection;
mod counts;
mod processing;
mod state;
mod subscription;

pub use connection::ConnectionError;
pub use counts::ErrorCounts;
pub use processing::ProcessingError;
pub use state::StateError;
pub use subscription::SubscriptionError;

/// What becomes of an error without anybody's help, or with whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// The same is tried again, or done anew, by itself.
    Retryable,
    /// Something lesser takes over, visibly, and the better thing is tried again later.
    Degraded,
    /// What was bad is set aside; nothing beside it suffers.
    Contained,
    /// The user has to sign in again.
    NeedsSignIn,
    /// Nothing here mends it: somebody has to change a setting or a right.
    Fatal,
}

/// One layer's errors: the enum, the list of its variants, and what becomes of each.
macro_rules! errors {
    ($(#[$meta:meta])* $name:ident { $($variant:ident: $message:literal, $recovery:ident, $how:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
        pub enum $name {
            $(
                #[doc = concat!("Means: ", $message, ". Recovery: ", $how, ".")]
                #[error($message)]
                $variant,
            )*
        }

        impl $name {
            /// Every kind, in the order of the table of counters.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// What becomes of it.
            pub fn recovery(self) -> $crate::error::Recovery {
                match self {
                    $(Self::$variant => $crate::error::Recovery::$recovery,)*
                }
            }

            /// How it is recovered from, in words.
            pub fn recovered_by(self) -> &'static str {
                match self {
                    $(Self::$variant => $how,)*
                }
            }
        }
    };
}
pub(crate) use errors;

/// An error of any layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum EngineError {
    /// Socket, requests, session.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// What is bound to the socket.
    #[error(transparent)]
    Subscription(#[from] SubscriptionError),
    /// What came and could not be used.
    #[error(transparent)]
    Processing(#[from] ProcessingError),
    /// What cannot be, from where the engine is.
    #[error(transparent)]
    State(#[from] StateError),
}

impl EngineError {
    /// Every kind of every layer.
    pub fn all() -> impl Iterator<Item = Self> {
        let connection = ConnectionError::ALL.iter().map(|error| Self::from(*error));
        let subscription = SubscriptionError::ALL
            .iter()
            .map(|error| Self::from(*error));
        let processing = ProcessingError::ALL.iter().map(|error| Self::from(*error));
        let state = StateError::ALL.iter().map(|error| Self::from(*error));
        connection
            .chain(subscription)
            .chain(processing)
            .chain(state)
    }

    /// What becomes of it.
    pub fn recovery(self) -> Recovery {
        match self {
            Self::Connection(error) => error.recovery(),
            Self::Subscription(error) => error.recovery(),
            Self::Processing(error) => error.recovery(),
            Self::State(error) => error.recovery(),
        }
    }

    /// How it is recovered from, in words.
    pub fn recovered_by(self) -> &'static str {
        match self {
            Self::Connection(error) => error.recovered_by(),
            Self::Subscription(error) => error.recovered_by(),
            Self::Processing(error) => error.recovered_by(),
            Self::State(error) => error.recovered_by(),
        }
    }

    /// Name of the layer.
    pub fn layer(self) -> &'static str {
        match self {
            Self::Connection(_) => "connection",
            Self::Subscription(_) => "subscription",
            Self::Processing(_) => "processing",
            Self::State(_) => "state",
        }
    }

    /// Place in the table of counters.
    fn index(self) -> usize {
        let subscriptions = ConnectionError::ALL.len();
        let processings = subscriptions + SubscriptionError::ALL.len();
        let states = processings + ProcessingError::ALL.len();
        match self {
            Self::Connection(error) => error as usize,
            Self::Subscription(error) => subscriptions + error as usize,
            Self::Processing(error) => processings + error as usize,
            Self::State(error) => states + error as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_place_in_the_table() {
        let places: Vec<_> = EngineError::all().map(EngineError::index).collect();
        assert_eq!(places, (0..places.len()).collect::<Vec<_>>());
    }

    #[test]
    fn every_kind_says_what_it_is_and_how_it_is_recovered_from() {
        let table: Vec<_> = EngineError::all()
            .map(|error| {
                assert!(
                    !error.to_string().ends_with('.') && error.recovered_by().len() > 10,
                    "{error}"
                );
                format!(
                    "{}: {error} [{:?}] -> {}",
                    error.layer(),
                    error.recovery(),
                    error.recovered_by()
                )
            })
            .collect();
        insta::assert_snapshot!(table.join("\n"));
    }
}
