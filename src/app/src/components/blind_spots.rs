//! What a panel goes by and the user may not see: said above its rows, and where it is listed.

use leptos::prelude::*;
use panels_core::protocol::PanelView;

use crate::text;

/// See the module. Nothing, where everything is seen.
#[component]
pub(crate) fn BlindSpots<'a>(
    /// The panel.
    view: &'a PanelView,
) -> impl IntoView + use<> {
    let spots = view.blind_spots.iter().map(text::blind_spot);
    let spots = spots.map(|text| view! { <p class="blind-spot" role="note">{text}</p> });
    spots.collect_view()
}
