//! The offset of the user's zone from UTC at a moment: that of the browser, or of a zone that was chosen, as the browser knows it.
//!
//! A browser takes some microseconds to tell the offset of a zone that is not its own, which is too much for every cell of every
//! paint, so answers are remembered.

use std::cell::RefCell;

use js_sys::{Array, Function, Object, Reflect};
use panels_core::{
    settings::ZoneChoice,
    show::written_offset,
    time::{MINUTE_MS, Timestamp},
};
use wasm_bindgen::{JsCast, JsValue};

/// No zone changes its offset within a quarter of an hour: changes are on the full or the half hour, and offsets are multiples of
/// a quarter.
const STEP_MS: i64 = 15 * MINUTE_MS;

/// Answers that are remembered: ten days of a table. Each moment has one place, which the next one in that place takes.
const ANSWERS: usize = 1024;

/// Zones that are offered where the browser cannot list those that it knows.
const SOME: [&str; 12] = [
    "UTC",
    "Europe/London",
    "Europe/Paris",
    "Europe/Athens",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Sydney",
];

/// A zone that is not that of the browser.
struct Chosen {
    /// `Intl.DateTimeFormat.format` for it.
    format: Function,
    /// Steps since 1970 and their offsets.
    answers: Box<[(i64, i32)]>,
}

thread_local! {
    static CHOSEN: RefCell<Option<Chosen>> = const { RefCell::new(None) };
}

impl Chosen {
    fn new(name: &str) -> Option<Self> {
        let options = Object::new();
        for (key, value) in [("timeZone", name), ("timeZoneName", "longOffset")] {
            Reflect::set(&options, &key.into(), &value.into()).ok()?;
        }
        let chosen = Self {
            format: Reflect::get(&formatter(&options)?, &"format".into())
                .ok()?
                .dyn_into()
                .ok()?,
            answers: vec![(i64::MIN, 0); ANSWERS].into(),
        };
        chosen.ask(0).is_some().then_some(chosen)
    }

    fn offset(&mut self, at: Timestamp) -> Option<i32> {
        let step = at.0.div_euclid(STEP_MS);
        let place = step.rem_euclid(ANSWERS as i64) as usize;
        let (known, offset) = self.answers[place];
        if known == step {
            return Some(offset);
        }
        let offset = self.ask(step)?;
        self.answers[place] = (step, offset);
        Some(offset)
    }

    fn ask(&self, step: i64) -> Option<i32> {
        let at = JsValue::from_f64((step * STEP_MS) as f64);
        let text = self.format.call1(&JsValue::UNDEFINED, &at).ok()?;
        written_offset(&text.as_string()?)
    }
}

/// Goes by another zone from now on. Whether the browser knows it; if not, its own one counts.
pub(super) fn go_by(zone: &ZoneChoice) -> bool {
    let chosen = match zone {
        ZoneChoice::Browser => None,
        ZoneChoice::Named(name) => Chosen::new(name.as_str()),
    };
    let is_known = chosen.is_some() || *zone == ZoneChoice::Browser;
    CHOSEN.replace(chosen);
    is_known
}

/// Offset of the user's zone from UTC in minutes, positive east, at that moment (zones change in summer).
pub(crate) fn zone_offset_minutes(at: Timestamp) -> i32 {
    let chosen = CHOSEN.with_borrow_mut(|chosen| chosen.as_mut()?.offset(at));
    chosen.unwrap_or_else(|| browser_offset_minutes(at))
}

/// The same of the browser's zone.
pub(crate) fn browser_offset_minutes(at: Timestamp) -> i32 {
    let date = js_sys::Date::new(&(at.0 as f64).into());
    -(date.get_timezone_offset() as i32)
}

/// Name of the browser's zone, where it tells.
pub(crate) fn browser_zone() -> Option<String> {
    let formatter = formatter(&Object::new())?;
    let options = call(&formatter, "resolvedOptions", &Array::new())?;
    Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
}

/// Names of all zones that the browser knows.
pub(crate) fn zones() -> Vec<String> {
    let listed = || {
        let kind = Array::of1(&"timeZone".into());
        let names = call(&intl()?, "supportedValuesOf", &kind)?;
        let names = names.dyn_into::<Array>().ok()?;
        let names: Vec<String> = names.iter().filter_map(|name| name.as_string()).collect();
        (!names.is_empty()).then_some(names)
    };
    listed().unwrap_or_else(|| SOME.map(str::to_owned).to_vec())
}

fn intl() -> Option<JsValue> {
    Reflect::get(&js_sys::global(), &"Intl".into()).ok()
}

/// A zone or an option that the browser does not know is an exception, hence not by the binding of the constructor.
fn formatter(options: &Object) -> Option<JsValue> {
    let kind = Reflect::get(&intl()?, &"DateTimeFormat".into()).ok()?;
    let arguments = Array::of2(&"en-US".into(), options);
    let constructor: Function = kind.dyn_into().ok()?;
    Reflect::construct(&constructor, &arguments).ok()
}

fn call(of: &JsValue, name: &str, arguments: &Array) -> Option<JsValue> {
    let function = Reflect::get(of, &name.into()).ok()?;
    let function = function.dyn_into::<Function>().ok()?;
    function.apply(of, arguments).ok()
}
