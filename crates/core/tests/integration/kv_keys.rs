//! The names of KV keys, which stay as they are: others find documents by them.

use socketio_cors_core::policy::keys;

#[test]
fn the_keys_of_the_last_good_and_older_documents_are_derived_from_the_documents_key() {
    assert_eq!(keys::last_good("policy:api.example.com"), "policy:api.example.com@last-good");
    assert_eq!(keys::history("policy"), "policy@history:");
    assert_eq!(keys::previous("policy"), "policy@previous");
    assert!(keys::last_good("policy").ends_with(keys::LAST_GOOD));
}
