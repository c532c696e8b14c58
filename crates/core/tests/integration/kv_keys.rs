//! The names of KV keys, which stay as they are: others find documents by them.

use socketio_cors_core::policy::keys;

#[test]
fn what_is_kept_beside_a_document_is_found_by_its_key() {
    assert_eq!(keys::last_good("policy:api.example.com"), "policy:api.example.com@last-good");
    assert_eq!(keys::history("policy"), "policy@history:");
    assert_eq!(keys::previous("policy"), "policy@previous");
    assert!(keys::last_good("policy").ends_with(keys::LAST_GOOD));
}
