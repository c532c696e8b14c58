//! The names of headers, as servers write them.
//!
//! The `http` crate's `HeaderName` brings a table of all common names, which is 2 KiB (gzip) of the
//! Worker's upload.

pub(crate) const ACCESS_CONTROL_ALLOW_CREDENTIALS: &str = "Access-Control-Allow-Credentials";
pub(crate) const ACCESS_CONTROL_ALLOW_HEADERS: &str = "Access-Control-Allow-Headers";
pub(crate) const ACCESS_CONTROL_ALLOW_METHODS: &str = "Access-Control-Allow-Methods";
pub(crate) const ACCESS_CONTROL_ALLOW_ORIGIN: &str = "Access-Control-Allow-Origin";
pub(crate) const ACCESS_CONTROL_EXPOSE_HEADERS: &str = "Access-Control-Expose-Headers";
pub(crate) const ACCESS_CONTROL_MAX_AGE: &str = "Access-Control-Max-Age";
pub(crate) const CACHE_CONTROL: &str = "Cache-Control";
pub(crate) const CONTENT_TYPE: &str = "Content-Type";
pub(crate) const RETRY_AFTER: &str = "Retry-After";
pub(crate) const VARY: &str = "Vary";
