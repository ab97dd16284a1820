//! What Step Functions refuses when a workflow is made, of fields that are there and hold the wrong thing.

use super::problems::expect;
use super::*;

#[test]
fn what_is_refused_of_branches_items_and_failures() {
    let parallel = |field: &str, value: Value| {
        let mut branch = json!({"StartAt": "B", "States": {"B": {"Type": "Succeed"}}});
        branch[field] = value;
        one(json!({"Type": "Parallel", "Branches": [branch], "End": true}))
    };
    expect(&parallel("Comment", json!("x")), &[]);
    expect(
        &parallel("MaxConcurrency", json!(1)),
        &[("/States/A/Branches/0/MaxConcurrency", "no field")],
    );
    let map = |items: Value| {
        one(
            json!({"Type": "Map", "QueryLanguage": "JSONata", "Items": items, "End": true, "ItemProcessor": {
            "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}}),
        )
    };
    for fine in [
        json!([1]),
        json!({"a": 1}),
        json!("{% $states.input.l %}"),
        json!("${Items}"),
    ] {
        expect(&map(fine), &[]);
    }
    for wrong in [json!(" {% $states.input.l %}"), json!(3), json!(null)] {
        expect(&map(wrong), &[("/States/A/Items", "an array, an object")]);
    }
    let fail = |field: &str, text: &str| one(json!({"Type": "Fail", field: text}));
    for (field, fine) in [
        ("ErrorPath", "States.Format('E-{}', $.e)"),
        ("CausePath", "States.ArrayGetItem($.l, 0)"),
        ("CausePath", "$.cause"),
    ] {
        expect(&fail(field, fine), &[]);
    }
    for (field, wrong) in [
        ("ErrorPath", "States.StringToJson($.e)"),
        ("CausePath", "States.MathAdd($.a, 1)"),
    ] {
        let at = format!("/States/A/{field}");
        expect(&fail(field, wrong), &[(&at, "gives no string")]);
    }
}
