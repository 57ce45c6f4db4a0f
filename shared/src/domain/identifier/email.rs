//! E-mail addresses that a mail can be sent to.

use std::{fmt, str::FromStr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};

use super::InvalidName;

/// RFC 5321, section 4.5.3.1: octets of the part before the `@`, and of the whole without its brackets.
const LONGEST_LOCAL: usize = 64;
const LONGEST: usize = 254;

/// No name of the domain system is longer in Unicode.
const LONGEST_TYPED: usize = 4 * LONGEST;

name! {
    /// An address that SES can send to: a part of ASCII without quotes, and a domain in the form that
    /// the domain system knows (UTS 46, Punycode), so that one mailbox has one spelling but for letter
    /// case.
    Email
}

impl FromStr for Email {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidName)?;
        if !is_dot_atom(local) || local.len() > LONGEST_LOCAL || domain.len() > LONGEST_TYPED {
            return Err(InvalidName);
        }
        let domain = canonical_domain(domain).ok_or(InvalidName)?;
        let email = [local, "@", &domain].concat();
        (email.len() <= LONGEST)
            .then_some(Self(email))
            .ok_or(InvalidName)
    }
}

/// RFC 5322, section 3.2.3. A quoted part could be anything, and providers give out none.
fn is_dot_atom(local: &str) -> bool {
    let is_atext =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

/// The domain as the domain system knows it; `None` where it can have no mailbox.
fn canonical_domain(domain: &str) -> Option<String> {
    let domain = Uts46::new().to_ascii(
        domain.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    let domain = domain.ok()?;
    let (_, top) = domain.rsplit_once('.')?;
    // What ends in a number is an IP address.
    let good = top.len() >= 2 && top.bytes().any(|byte| byte.is_ascii_alphabetic());
    good.then(|| domain.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        text.parse().ok().map(|Email(text)| text)
    }

    #[test]
    fn one_mailbox_has_one_spelling() {
        for (text, email) in [
            ("user@youhaosuda.com", "user@youhaosuda.com"),
            ("A.b+c@Example.COM", "A.b+c@example.com"),
            ("u@例子.中国", "u@xn--fsqu00a.xn--fiqs8s"),
            ("u@例子。中国", "u@xn--fsqu00a.xn--fiqs8s"),
            ("u@XN--FSQU00A.xn--fiqs8s", "u@xn--fsqu00a.xn--fiqs8s"),
            ("u@ｅｘａｍｐｌｅ．com", "u@example.com"),
            ("u@BÜCHER.example", "u@xn--bcher-kva.example"),
            ("u@bu\u{308}cher.example", "u@xn--bcher-kva.example"),
            ("!#$%&'*+-/=?^_`{|}~@a-b.co", "!#$%&'*+-/=?^_`{|}~@a-b.co"),
        ] {
            assert_eq!(read(text).as_deref(), Some(email), "{text}");
        }
    }

    #[test]
    fn what_no_mail_can_be_sent_to_is_refused() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("{}@{}example.com", "a".repeat(64), "b.".repeat(95));
        let endless = format!("a@{}.com", "例".repeat(20_000));
        for bad in [
            "",
            "a",
            "a@",
            "@b.com",
            "a@b",
            "a@b.c",
            "A <a@b.com>",
            "a@[1.2.3.4]",
            "a@1.2.3.4",
            "a@b.com\n",
            "a b@c.com",
            "a@b@c.com",
            ".a@b.com",
            "a.@b.com",
            "a..b@c.com",
            "张三@example.com",
            "ａ@example.com",
            "\"a b\"@example.com",
            "\"<script>\"@example.com",
            "a@b_c.com",
            "a@-b.com",
            "a@b..com",
            "a@b.com.",
            "a@xn--a.com",
            "a@b\u{202e}.com",
            "a@b c.com",
            &long_local,
            &long,
            &endless,
        ] {
            assert_eq!(read(bad), None, "{bad:.40}");
        }
    }
}
