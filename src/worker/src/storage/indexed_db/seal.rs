//! Compression, then AES-GCM 256 with keys that cannot be exported (W3C Web Cryptography).
//!
//! Each text gets a random initialisation vector of 96 bits. The place where it is stored is authenticated with it: a text
//! that was moved to another place does not open.

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use panels_core::{cache::CacheFailure, protocol::Secret};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, Crypto, CryptoKey, SubtleCrypto, WorkerGlobalScope};

const ALGORITHM: &str = "AES-GCM";
const KEY_BITS: u32 = 256;
/// As AES-GCM wants it (NIST SP 800-38D 8.2.2); random ones are safe for 2^32 texts per key.
const VECTOR_BYTES: usize = 12;
/// Shorter texts are not worth a compression stream each.
const PACK_BYTES_MIN: usize = 4 * 1024;

#[wasm_bindgen(module = "/src/storage/indexed_db/pack.js")]
extern "C" {
    /// Whether the browser can compress.
    fn can_pack() -> bool;
    /// Compresses bytes.
    #[wasm_bindgen(catch)]
    async fn pack(bytes: &Uint8Array) -> Result<JsValue, JsValue>;
    /// Decompresses a buffer.
    #[wasm_bindgen(catch)]
    async fn unpack(buffer: &JsValue) -> Result<JsValue, JsValue>;
}

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

    /// Compresses a text and starts to encrypt it for a place. The browser encrypts in a thread of its own.
    pub(super) async fn seal(
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
        let bytes = text.reveal().as_bytes();
        let packed = bytes.len() >= PACK_BYTES_MIN && can_pack();
        let parameters = parameters(&vector, place, packed);
        let promise = if packed {
            let bytes = Uint8Array::new_from_slice(bytes);
            let bytes = pack(&bytes).await.map_err(|_| CacheFailure::Unavailable)?;
            self.subtle.encrypt_with_object_and_buffer_source(
                &parameters,
                key,
                bytes.unchecked_ref(),
            )
        } else {
            self.subtle
                .encrypt_with_object_and_u8_array(&parameters, key, bytes)
        };
        let promise = promise.map_err(|_| CacheFailure::Unavailable)?;
        Ok(Sealing {
            vector,
            packed,
            cipher: JsFuture::from(promise),
        })
    }

    /// Starts to decrypt what was stored at a place, in a thread of the browser.
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
        let packed = parts.get(2).as_bool().ok_or(unreadable)?;
        let parameters = parameters(&vector, place, packed);
        let promise = self
            .subtle
            .decrypt_with_object_and_buffer_source(&parameters, key, &cipher);
        let promise = promise.map_err(|_| unreadable)?;
        Ok(Opening {
            packed,
            plain: JsFuture::from(promise),
        })
    }
}

/// A text that is being encrypted.
pub(super) struct Sealing {
    vector: Uint8Array,
    packed: bool,
    cipher: JsFuture,
}

impl Sealing {
    /// What is to be stored.
    pub(super) async fn done(self) -> Result<JsValue, CacheFailure> {
        let cipher = self.cipher.await.map_err(|_| CacheFailure::Unavailable)?;
        Ok(Array::of3(&self.vector, &cipher, &self.packed.into()).into())
    }
}

/// A text that is being decrypted.
pub(super) struct Opening {
    packed: bool,
    plain: JsFuture,
}

impl Opening {
    /// The text.
    pub(super) async fn done(self) -> Result<Secret, CacheFailure> {
        let unreadable = CacheFailure::Unreadable;
        let mut plain = self.plain.await.map_err(|_| unreadable)?;
        if self.packed {
            plain = unpack(&plain).await.map_err(|_| unreadable)?;
        }
        let bytes = Uint8Array::new(&plain).to_vec();
        let text = String::from_utf8(bytes).map_err(|_| unreadable)?;
        Ok(Secret::new(text))
    }
}

/// Bytes that a stored text takes.
pub(super) fn stored_bytes(sealed: &JsValue) -> u64 {
    let cipher = sealed.dyn_ref::<Array>().map(|parts| parts.get(1));
    let bytes = cipher.and_then(|cipher| Some(cipher.dyn_ref::<ArrayBuffer>()?.byte_length()));
    u64::from(bytes.unwrap_or_default()) + VECTOR_BYTES as u64
}

fn parameters(vector: &Uint8Array, place: &str, packed: bool) -> AesGcmParams {
    let parameters = AesGcmParams::new_with_u8_array(ALGORITHM, vector);
    let authenticated = format!("{packed}\0{place}");
    let authenticated = Uint8Array::new_from_slice(authenticated.as_bytes());
    parameters.set_additional_data_u8_array(&authenticated);
    parameters
}
