//! AES-GCM 256 with keys that cannot be exported (W3C Web Cryptography).
//!
//! Each text gets a random initialisation vector of 96 bits. The place where it is stored is authenticated with it: a text
//! that was moved to another place does not open.

use js_sys::{Array, ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use panels_core::{cache::CacheFailure, protocol::Secret};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, Crypto, CryptoKey, SubtleCrypto, WorkerGlobalScope};

const ALGORITHM: &str = "AES-GCM";
const KEY_BITS: u32 = 256;
/// As AES-GCM wants it (NIST SP 800-38D 8.2.2); random ones are safe for 2^32 texts per key.
const VECTOR_BYTES: usize = 12;

/// The browser's cryptography.
pub(super) struct Sealer {
    crypto: Crypto,
    subtle: SubtleCrypto,
}

impl Sealer {
    /// The browser's cryptography; there is none outside of a secure context.
    pub(super) fn new() -> Result<Self, CacheFailure> {
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let crypto = scope.crypto().map_err(|_| CacheFailure::Unavailable)?;
        let subtle = crypto.subtle();
        if subtle.is_undefined() {
            return Err(CacheFailure::Unavailable);
        }
        Ok(Self { crypto, subtle })
    }

    /// A new key.
    pub(super) async fn new_key(&self) -> Result<CryptoKey, CacheFailure> {
        let unavailable = |_: JsValue| CacheFailure::Unavailable;
        let algorithm = Object::new();
        Reflect::set(&algorithm, &"name".into(), &ALGORITHM.into()).map_err(unavailable)?;
        Reflect::set(&algorithm, &"length".into(), &KEY_BITS.into()).map_err(unavailable)?;
        let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
        let making = self
            .subtle
            .generate_key_with_object(&algorithm, false, &usages);
        let key = JsFuture::from(making.map_err(unavailable)?).await;
        Ok(key.map_err(unavailable)?.unchecked_into())
    }

    /// Encrypts a text for a place; the browser starts at once, in a thread of its own.
    pub(super) fn seal(
        &self,
        key: &CryptoKey,
        place: &str,
        text: &Secret,
    ) -> Result<Sealing, CacheFailure> {
        let mut vector = [0; VECTOR_BYTES];
        self.crypto
            .get_random_values_with_u8_array(&mut vector)
            .map_err(|_| CacheFailure::Unavailable)?;
        let vector = Uint8Array::new_from_slice(&vector);
        let parameters = parameters(&vector, place);
        let promise = self.subtle.encrypt_with_object_and_u8_array(
            &parameters,
            key,
            text.reveal().as_bytes(),
        );
        let promise = promise.map_err(|_| CacheFailure::Unavailable)?;
        Ok(Sealing {
            vector,
            promise: start(promise),
        })
    }

    /// Decrypts what was stored at a place; the browser starts at once, in a thread of its own.
    pub(super) fn open(
        &self,
        key: &CryptoKey,
        place: &str,
        sealed: &JsValue,
    ) -> Result<Opening, CacheFailure> {
        let unreadable = CacheFailure::Unreadable;
        let parts = sealed.dyn_ref::<Array>().ok_or(unreadable)?;
        let vector = parts.get(0).dyn_into().map_err(|_| unreadable)?;
        let cipher: ArrayBuffer = parts.get(1).dyn_into().map_err(|_| unreadable)?;
        let parameters = parameters(&vector, place);
        let promise = self
            .subtle
            .decrypt_with_object_and_buffer_source(&parameters, key, &cipher);
        let promise = promise.map_err(|_| unreadable)?;
        Ok(Opening(start(promise)))
    }
}

/// A text that is being encrypted.
pub(super) struct Sealing {
    vector: Uint8Array,
    promise: JsFuture,
}

impl Sealing {
    /// What is to be stored.
    pub(super) async fn done(self) -> Result<JsValue, CacheFailure> {
        let cipher = self.promise.await.map_err(|_| CacheFailure::Unavailable)?;
        Ok(Array::of2(&self.vector, &cipher).into())
    }
}

/// A text that is being decrypted.
pub(super) struct Opening(JsFuture);

impl Opening {
    /// The text.
    pub(super) async fn done(self) -> Result<Secret, CacheFailure> {
        let unreadable = CacheFailure::Unreadable;
        let plain = self.0.await.map_err(|_| unreadable)?;
        let bytes = Uint8Array::new(&plain).to_vec();
        let text = String::from_utf8(bytes).map_err(|_| unreadable)?;
        Ok(Secret::new(text))
    }
}

fn parameters(vector: &Uint8Array, place: &str) -> AesGcmParams {
    let parameters = AesGcmParams::new_with_u8_array(ALGORITHM, vector);
    parameters.set_additional_data_u8_array(&Uint8Array::new_from_slice(place.as_bytes()));
    parameters
}

fn start(promise: Promise) -> JsFuture {
    JsFuture::from(promise)
}
