//! Errors of the subscriptions.

use super::errors;

errors! {
    /// What can go wrong with what is bound to the socket.
    SubscriptionError {
        CreateFailed: "a subscription could not be created", Retryable,
            "it is created anew after a growing wait";
        TokenFailed: "a binding token could not be had", Retryable,
            "it is asked for again while the binding lives, else the subscription is created anew";
        BindRefused: "the server refused a bind", Retryable,
            "the subscription is created anew after a growing wait";
        BindTimedOut: "a bind was not answered in time", Retryable,
            "the subscription is created anew after a growing wait";
        NotInHeartbeat: "a binding vanished from the heartbeats", Retryable,
            "the subscription is created anew at once, and what was missed is read";
        BindingExpired: "a binding outlived its token", Retryable,
            "it is bound again, and what was missed is read";
        ExtensionRefused: "a subscription could not be extended", Retryable,
            "another one is bound before it ends";
        EventMissed: "the stream missed an update", Retryable,
            "the update was found by a search; the subscriptions of the type are replaced";
        SocketUseless: "binds fail again and again on one socket", Retryable,
            "another socket is opened";
        FeatureOff: "the project has no live updates", Degraded,
            "panels are polled; the stream is tried again some minutes later";
        NotPermitted: "this user may not subscribe", Degraded,
            "panels are polled; the stream is tried again some minutes later";
        CapReached: "this user has too many subscriptions", Degraded,
            "what is left behind is deleted once, then panels are polled; the stream is tried again some minutes later";
        SocketsBlocked: "sockets fail although requests get through", Degraded,
            "panels are polled while sockets are still tried";
        TooManyTypes: "more types are watched than one browser may subscribe to", Degraded,
            "the types that were asked for last are polled until there is room";
    }
}
