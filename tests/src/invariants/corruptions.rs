//! Everything that can be wrong with a table: each is reported.

use serde_json::{Value, json};
use shared::domain::identifier::{Email, Mobile};

use super::{
    Issued, Proof,
    proofs::spent_for_nothing,
    valid_fixture::{
        BROWSER, EMAIL, MEMBER, MOBILE, NOW, address, ago, attempts, hour, key, links_of,
        login_record, mobile_of, valid,
    },
    violations,
};

/// The item at a key, to be corrupted.
fn at<'a>(items: &'a mut [Value], pk: &str, sk: &str) -> &'a mut Value {
    let mut found = items.iter_mut();
    found
        .find(|item| item["pk"] == pk && item["sk"] == sk)
        .expect("the item is there")
}

fn drop_item(items: &mut Vec<Value>, pk: &str, sk: &str) {
    at(items, pk, sk);
    items.retain(|item| item["pk"] != pk || item["sk"] != sk);
}

#[test]
fn a_good_table_has_no_violation() {
    assert_eq!(violations(&valid(), NOW, &key()), Vec::<String>::new());
}

/// An item, a field, what it says then, what is found wrong with that. `-` takes the field away.
const CORRUPTIONS: &str = r#"
member     | member       | pk            | "member#8"    | says it is member 7
member     | member       | username      | "another1"    | has no login record
member     | member       | generation    | "two"         | cannot be decoded
member     | member       | expires_at    | 1907726400    | kept for good
member     | member       | visit_count   | 0             | has visits from nowhere
member     | member       | updated_at    | 1907726401000 | in the future
member     | member       | last_time     | 1907726300000 | before it was made
member     | member       | sk            | "members"     | is of no kind
name       | login        | password      | "$argon2id$"  | another hash
name       | login        | generation    | 1             | is of generation
name       | login        | member        | 8             | who is not there
name       | login        | expires_at    | 1907726409    | kept for good
name       | login        | pk            | "login#yhsduser" | is of no kind
nobody     | login        | password      | "x"           | is nobody's
nobody     | login        | failures_h529925 | 1          | failures of the future
nobody     | login        | failures_d22081 | 1           | failures of the future
nobody     | login        | failures_h529924 | 0          | failures of the future
nobody     | login        | expires_at    | -             | expires at
nobody     | login        | expires_at    | 1907899201    | expires at
nobody     | login        | member        | 7             | is no name of
member     | session#app  | pk            | "member#8"    | has no member
member     | session#app  | generation    | 3             | still to come
member     | session#app  | expires_at    | 1907812801    | kept until its end
member     | session#app  | refresh_until | 1910326400000 | later than any
member     | session#app  | refresh       | [1]           | cannot be decoded
member     | session#app  | refresh       | -             | no refresh token
member     | session#app  | retired       | [[2]]         | cannot be decoded
member     | session#app  | opened_at     | 1907726401000 | was opened in the future
member     | session#app  | opened_from   | [1, 2]        | cannot be decoded
member     | session#app  | client        | "\u0000"      | calls its client what cannot be shown
member     | session#app  | expires_at    | -             | expires at
member     | browser      | generation    | -             | cannot be decoded
member     | points#key 5 | point         | 4             | the entries are
member     | points#key 5 | point         | -4            | were left of
member     | points#key 5 | balance       | 4             | were left of
member     | points#key 5 | seq           | 5             | has place
member     | points#key 5 | at            | 1907726400000 | older than the entry before
member     | points#key 98 | at           | 1907726401000 | of the future
member     | points#key 5 | checkpoint    | 1             | wrong checkpoint
member     | points#key 5 | sk            | "points#订单" | is no entry
member     | points#key 5 | pk            | "member#8"    | entries and no member
member     | points#key 5 | expires_at    | 1907726400    | kept for good
member     | points#key 1 | point         | -51           | overdraws
member     | points#key 30 | checkpoint   | -             | wrong checkpoint
member     | points#key 30 | entry_times  | [0]           | wrong checkpoint
member     | points#key 62 | checkpoint   | 1893427230000 | wrong checkpoint
member     | points#key 5 | actor         | -             | nobody asked
member     | points#key 5 | actor         | 7             | cannot be decoded
member     | expiry#2030  | actor         | "import"      | and 30 expired
member     | expiry#2030  | point         | -29           | and 30 expired
member     | expiry#2030  | sk            | "expiry#2031" | and 30 expired
member     | expiry#2030  | sk            | "points#k"    | the entries are
address    | attempts     | m_0           | 61            | 61 attempts of m_0
address    | attempts     | a_abc         | 11            | 11 attempts of a_abc
address    | attempts     | accounts      | []            | names 0
address    | attempts     | sk            | "logins#3179545" | counts in the future
address    | hour         | registrations | 61            | counts 61 registrations
address    | hour         | wrong_codes   | 31            | counts 31 wrong_codes
address    | hour         | sk            | "hour#529925" | counts in the future
address    | hour         | pk            | "address#192.0.2.1" | is of no kind
address    | sms          | sent_0        | 1907726401000 | a sent in the future
address    | sms          | lookup_0      | 1907726401000 | a lookup in the future
address    | sms          | expires_at    | 0             | expires at
address    | mails        | sent_0        | 1907726401000 | a sent in the future
mobile     | sms          | sent_1        | 1907726340000 | more than 1 too close
mobile     | sms          | registration  | {"until": 1}  | code cannot be decoded
mobile     | sms          | registration  | -             | is no member's
mobile     | sms          | pk            | "mobile#13900139000" | is of no kind
link       | links        | pk            | "link#aaaaaaaaaaaaaaaaaaaaaa" | no password was reset
cap#2030-06-15#03 | cap   | spent         | -1            | has spent
cap#2030-06-15#03 | cap   | registrations | 2             | has spent 2 for registrations
cap#2030-06-15#03 | cap   | without_captcha | -1          | has spent -1
captcha#abc | captcha     | wrong         | 6             | 6) wrong answers
captcha#abc | captcha     | wrong         | -             | None wrong answers
"#;

/// The keys that short names in [`CORRUPTIONS`] stand for.
fn keys(pk: &str, sk: &str) -> (String, String) {
    let pk = match pk {
        "member" => MEMBER.to_owned(),
        "name" => login_record("yhsduser"),
        "nobody" => login_record("nobody"),
        "address" => address(),
        "mobile" => mobile_of("13900139000"),
        "link" => links_of(EMAIL),
        name => name.to_owned(),
    };
    let sk = match sk {
        "browser" => BROWSER.to_owned(),
        "attempts" => attempts(),
        "hour" => hour(),
        name => name.to_owned(),
    };
    (pk, sk)
}

/// Asserts that among what is found wrong with `items` is something that says `wrong`.
fn assert_found(items: &[Value], wrong: &str) {
    let found = violations(items, NOW, &key());
    assert!(
        found.iter().any(|found| found.contains(wrong)),
        "{wrong:?} is not in {found:#?}"
    );
}

#[test]
fn every_field_that_is_corrupted_is_reported() {
    for line in CORRUPTIONS.trim().lines() {
        let cells: Vec<_> = line.split(" | ").map(str::trim).collect();
        let [pk, sk, field, value, wrong] = cells[..] else {
            panic!("five cells: {line}");
        };
        let (pk, sk) = keys(pk, sk);
        let mut items = valid();
        let item = at(&mut items, &pk, &sk);
        if value == "-" {
            item.as_object_mut().unwrap().remove(field);
        } else {
            item[field] = serde_json::from_str(value).unwrap();
        }
        assert_found(&items, wrong);
    }
}

#[test]
fn every_list_that_is_corrupted_is_reported() {
    for (pk, sk, field, value, wrong) in [
        (
            MEMBER,
            "session#app",
            "refresh",
            json!(vec![1; 32]),
            "same token twice",
        ),
        (
            MEMBER,
            BROWSER,
            "access",
            json!(vec![9; 32]),
            "where its token leads",
        ),
        (
            MEMBER,
            BROWSER,
            "refresh",
            json!(vec![9; 32]),
            "a browser's, and rotates",
        ),
        (
            &address(),
            &attempts(),
            "accounts",
            json!(vec![[1, 2, 3, 4]; 51]),
            "51 accounts",
        ),
    ] {
        let mut items = valid();
        at(&mut items, pk, sk)[field] = value;
        assert_found(&items, wrong);
    }
    let retired = |count: u8, at: i64| {
        let retired = |n| json!({"d": vec![n; 32], "s": vec![n; 16], "t": at, "n": [192, 0, 2]});
        (100..100 + count).map(retired).collect::<Value>()
    };
    for (value, wrong) in [
        (retired(129, ago(5)), "too many retired tokens"),
        (retired(1, ago(-1)), "rotated in the future"),
    ] {
        let mut items = valid();
        at(&mut items, MEMBER, "session#app")["retired"] = value;
        assert_found(&items, wrong);
    }
    let mut items = valid();
    let links = at(&mut items, &links_of(EMAIL), "links");
    for place in 0..2 {
        links[format!("token_{place}")] = json!(vec![place; 32]);
    }
    assert_found(&items, "has 2 links");
    let mut items = valid();
    let code = json!({"digest": vec![5; 32], "until": 1, "tries": 5, "left": 6});
    at(&mut items, &mobile_of("13900139000"), "sms")["registration"] = code;
    assert_found(&items, "a code beyond its bounds");
}

#[test]
fn every_item_that_is_missing_is_reported() {
    for (pk, sk, wrong) in [
        (MEMBER, "member", "has no member"),
        (MEMBER, "points#key 98", "the entries are"),
        (MEMBER, "points#key 20", "has place"),
        (MEMBER, "expiry#2030", "outlived"),
        (&*login_record(MOBILE), "login", "has no login record"),
    ] {
        let mut items = valid();
        drop_item(&mut items, pk, sk);
        assert_found(&items, wrong);
    }
}

#[test]
fn an_item_that_is_there_twice_is_reported() {
    let mut items = valid();
    items.push(items[0].clone());
    assert!(violations(&items, NOW, &key())[0].contains("is there twice"));
}

#[test]
fn two_members_of_one_name_are_reported() {
    let mut items = valid();
    let mut other = at(&mut items, MEMBER, "member").clone();
    other["pk"] = json!("member#8");
    other["id"] = json!(8);
    other["points"] = json!({});
    items.push(other);
    assert_found(&items, "member#8 has no login record");
}

#[test]
fn too_many_messages_in_an_hour_or_a_day_are_reported() {
    let sent = |spacing: i64| {
        let mut items = valid();
        let item = at(&mut items, &mobile_of("13900139000"), "sms");
        for place in 0..11 {
            item[format!("sent_{place}")] = json!(ago(i64::from(place) * spacing));
        }
        violations(&items, NOW, &key())
    };
    assert!(
        sent(600)
            .iter()
            .any(|found| found.contains("more than 5 too close"))
    );
    assert!(
        sent(4000)
            .iter()
            .any(|found| found.contains("more than 10 too close"))
    );
    assert_eq!(sent(5000), Vec::<String>::new());
}

#[test]
fn a_proof_that_was_used_up_for_nothing_is_reported() {
    let mobile = |text: &str| text.parse::<Mobile>().unwrap();
    let email = || EMAIL.parse::<Email>().unwrap();
    let issued = |proof, generation| Issued { proof, generation };
    // Used up, and the member is of generation 2 by now.
    let good_ones = [
        issued(Proof::Registration(mobile(MOBILE)), None),
        issued(Proof::Reset(mobile(MOBILE)), Some(1)),
        issued(Proof::Link(email()), Some(1)),
        issued(Proof::Registration(mobile("13900139000")), None),
    ];
    assert_eq!(
        spent_for_nothing(&valid(), NOW, &key(), &good_ones),
        Vec::<String>::new()
    );
    for spent in [
        issued(Proof::Registration(mobile(MOBILE)), Some(1)),
        issued(Proof::Reset(mobile(MOBILE)), Some(2)),
        issued(Proof::Link(email()), Some(2)),
        issued(Proof::Reset(mobile("13900139000")), None),
    ] {
        let found = spent_for_nothing(&valid(), NOW, &key(), &[spent]);
        assert_eq!(found.len(), 1, "{found:?}");
    }
    let mut items = valid();
    drop_item(&mut items, &login_record(MOBILE), "login");
    assert_eq!(
        spent_for_nothing(&items, NOW, &key(), &good_ones[..1]).len(),
        1
    );
}
