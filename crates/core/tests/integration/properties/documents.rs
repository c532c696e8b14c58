//! Policy documents.

use proptest::prelude::*;
use socketio_cors_core::policy::Policy;

use super::generators::{cases, document, document_like};
use crate::common::invariants::check_document;

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn a_valid_document_is_accepted_and_its_printed_form_reads_the_same(text in document()) {
        prop_assert_eq!(Policy::parse(&text).err(), None);
        check_document(&text);
    }

    #[test]
    fn any_text_is_read_or_refused_with_faults_that_say_where(text in document_like()) {
        check_document(&text);
    }
}
