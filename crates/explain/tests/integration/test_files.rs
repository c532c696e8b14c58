//! Files of test cases, which `tests/docs/schemas.test.js` holds against `cases.schema.json` as well.

use socketio_cors_explain::test_cases::TestFile;

#[test]
fn every_row_is_accepted_or_refused_as_it_says() {
    let rows = include_str!("../../../../tests/docs/test-cases.txt").lines();
    let rows: Vec<_> = rows.filter_map(|line| line.split_once(' ')).collect();
    let judged: Vec<_> = rows.iter().filter(|(sign, _)| *sign != "#").collect();
    assert!(judged.len() > 10, "{judged:?}");
    for (sign, file) in judged {
        assert_eq!(TestFile::parse(file).is_ok(), *sign == "+", "{file}");
    }
}
