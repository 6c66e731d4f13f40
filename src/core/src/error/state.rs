//! What does not fit to where the engine is. Ignored, never a panic.

use super::errors;

errors! {
    /// What can come at the wrong time, or about something unknown.
    StateError {
        TabNotAdmitted: "a message of a tab that is not admitted was ignored", Contained,
            "the tab says hello first";
        PanelUnknown: "a panel that does not exist was asked for", Contained,
            "the tab shows the panels that it was told of";
        SignInOutOfTurn: "a sign-in was ignored: one is there or on its way", Contained,
            "the tab shows the session that it was told of";
        ChoiceOutOfTurn: "a choice of membership was ignored: it was not offered", Contained,
            "the tab shows the choices that it was told of";
        StoredSessionUnusable: "the stored session cannot be used any longer", NeedsSignIn,
            "it is forgotten and the user signs in";
        SocketUnknown: "an event of a socket that is not in use was ignored", Contained,
            "the socket was given up before; its news were read by a search";
        AnswerUnknown: "an answer that nobody waits for was ignored", Contained,
            "the request was given up before; whoever sent it has asked again";
        SubscriptionUnknown: "a frame of a subscription that was given up came late", Contained,
            "a bind of it is ignored, an event of it still counts";
        Slept: "the machine slept", Retryable,
            "nothing is called live until the socket has answered, and a search starts at once";
        StorageLost: "rows are not kept between visits", Degraded,
            "they are held in memory, visibly, and the storage is tried again";
        BatchNotStored: "a batch was not stored", Retryable,
            "its rows are written again";
        StorageFull: "there is no room to keep every row between visits", Degraded,
            "the type used least is not kept";
        StoredRowsUnusable: "stored rows cannot be used", Contained,
            "everything is loaded from the server and stored anew";
        OutboxNotKept: "edits are not kept until they are sent", Degraded,
            "they go out from memory, visibly, and the storage is tried again";
        StoredEditUnusable: "a stored edit cannot be used", Contained,
            "it stays where it is, and the user is told";
        EditsLost: "edits that were not sent are lost", Fatal,
            "nothing brings them back; the user is told that edits are not kept";
        AuditNotKept: "the audit trail is not kept until it is sent", Degraded,
            "it goes out from memory, and the storage is tried again";
        AuditRefused: "the server takes no audit events of this user", Degraded,
            "the trail stays on this machine, and is tried again in the next session";
        AuditEntryRefused: "the server does not take an entry of the audit trail", Contained,
            "it stays in the trail, and the others go on";
        AuditMissed: "something was not written to the audit trail: it is full", Degraded,
            "it is counted, and an entry says so when there is room again";
        AuditLost: "entries of the audit trail that were not sent are lost", Fatal,
            "nothing brings them back; how many is counted";
        AuditBroken: "the stored audit trail is not what was written", Contained,
            "an entry says so, and the trail goes on from there";
        SettingsNotKept: "settings are not kept for the next start", Degraded,
            "they hold while the worker lives, and the next choice tries again";
        ClockSetBack: "the clock was set back", Contained,
            "time goes on from where it was; what is shown follows the clock";
    }
}
