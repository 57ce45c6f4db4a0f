//! What a request counts for. The figures ride on its line of the log, in `CloudWatch`'s embedded
//! metric format, so that counting costs no call and no time. A figure that is zero is left out:
//! `CloudWatch` asks money for each metric that it hears of.

use serde::Serialize;

use crate::telemetry::line::{BAD, GOOD, LEAKED, Line, REPEATED_ELSEWHERE};

/// The namespace of all deployments; the dimension `stack` tells them apart.
const NAMESPACE: &str = "Huiyuan";

/// Where a code is asked for.
const SENDS: [&str; 2] = [
    "/api/v1/account/send_regist_validate_sms",
    "/api/v1/account/send_reset_validate_sms",
];

/// A line of the log with its metrics.
#[derive(Debug, Serialize)]
pub(crate) struct Document<'a> {
    #[serde(flatten)]
    line: &'a Line,
    stack: &'a str,
    #[serde(flatten)]
    figures: Figures,
    #[serde(rename = "_aws")]
    aws: Aws,
}

/// Puts the metrics to a line.
pub(crate) fn document<'a>(line: &'a Line, stack: &'a str) -> Document<'a> {
    let figures = Figures::of(line);
    let metrics = figures.metrics(line);
    Document {
        line,
        stack,
        figures,
        aws: Aws {
            timestamp: line.time.millis(),
            directives: [Directive {
                namespace: NAMESPACE,
                dimensions: [["stack"]],
                metrics,
            }],
        },
    }
}

/// What is counted beside the figures that the line has anyway.
#[derive(Debug, Serialize)]
struct Figures {
    requests: u8,
    #[serde(skip_serializing_if = "is_zero")]
    faults: u8,
    #[serde(skip_serializing_if = "is_zero")]
    throttled: u8,
    #[serde(skip_serializing_if = "is_zero")]
    logins_good: u8,
    #[serde(skip_serializing_if = "is_zero")]
    logins_bad: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    login_milliseconds: Option<f64>,
    #[serde(skip_serializing_if = "is_zero")]
    codes_sent: u8,
    #[serde(skip_serializing_if = "is_zero")]
    codes_refused: u8,
    #[serde(skip_serializing_if = "is_zero")]
    provider_failures: u8,
    #[serde(skip_serializing_if = "is_zero")]
    token_repeats_elsewhere: u8,
    #[serde(skip_serializing_if = "is_zero")]
    leaked_tokens: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(figure: &u8) -> bool {
    *figure == 0
}

impl Figures {
    fn of(line: &Line) -> Self {
        let login = line.notes.login;
        let send = (line.endpoint.as_deref()).is_some_and(|endpoint| SENDS.contains(&endpoint));
        let fault = line.code >= 500;
        let token = line.notes.refresh_token;
        Self {
            requests: 1,
            faults: fault.into(),
            throttled: line.throttled.into(),
            logins_good: (login == Some(GOOD)).into(),
            logins_bad: (login == Some(BAD)).into(),
            login_milliseconds: login.map(|_| line.milliseconds),
            codes_sent: (send && line.code == 200).into(),
            codes_refused: (send && line.code != 200 && !fault).into(),
            provider_failures: line.notes.provider.is_some().into(),
            token_repeats_elsewhere: (token == Some(REPEATED_ELSEWHERE)).into(),
            leaked_tokens: (token == Some(LEAKED)).into(),
        }
    }

    fn metrics(&self, line: &Line) -> Vec<Metric> {
        let counts = [
            ("requests", self.requests),
            ("faults", self.faults),
            ("throttled", self.throttled),
            ("logins_good", self.logins_good),
            ("logins_bad", self.logins_bad),
            ("codes_sent", self.codes_sent),
            ("codes_refused", self.codes_refused),
            ("provider_failures", self.provider_failures),
            ("token_repeats_elsewhere", self.token_repeats_elsewhere),
            ("leaked_tokens", self.leaked_tokens),
        ];
        let counts = (counts.iter())
            .filter(|(_, count)| *count > 0)
            .map(|(name, _)| Metric::new(name, "Count"));
        let units = [
            ("read_units", line.usage.read_units),
            ("write_units", line.usage.write_units),
        ];
        let units = (units.into_iter())
            .filter(|(_, units)| *units > 0.0)
            .map(|(name, _)| Metric::new(name, "Count"));
        let login = self.login_milliseconds;
        let login = login.map(|_| Metric::new("login_milliseconds", "Milliseconds"));
        let share = line.notes.sms_cap_percent;
        let share = share.map(|_| Metric::new("sms_cap_percent", "Percent"));
        counts.chain(units).chain(login).chain(share).collect()
    }
}

#[derive(Debug, Serialize)]
struct Aws {
    #[serde(rename = "Timestamp")]
    timestamp: i64,
    #[serde(rename = "CloudWatchMetrics")]
    directives: [Directive; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: [[&'static str; 1]; 1],
    metrics: Vec<Metric>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

impl Metric {
    const fn new(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        base::clock::Time,
        telemetry::{line::Notes, usage::Usage},
    };

    fn line(endpoint: &str, code: u16) -> Line {
        Line {
            time: Time::from_seconds(1_907_726_400),
            request_id: Some("id".to_owned()),
            function: "site-auth",
            method: Method::POST,
            endpoint: Some(endpoint.to_owned()),
            path: "never".to_owned(),
            code,
            milliseconds: 12.5,
            cold: true,
            usage: Usage::default(),
            client: Some("192.0.2.0/24".to_owned()),
            fault: None,
            throttled: false,
            notes: Notes::default(),
        }
    }

    fn written(line: &Line) -> Value {
        serde_json::to_value(document(line, "members")).unwrap()
    }

    /// The names under `CloudWatchMetrics`, each of which has to be a number of the document.
    fn counted(line: &Line) -> Vec<String> {
        let document = written(line);
        let metrics = document["_aws"]["CloudWatchMetrics"][0]["Metrics"].clone();
        let metrics = metrics.as_array().unwrap().iter();
        metrics
            .map(|metric| {
                let name = metric["Name"].as_str().unwrap();
                assert!(document[name].is_number(), "{name} in {document}");
                name.to_owned()
            })
            .collect()
    }

    #[test]
    fn a_line_carries_its_metrics_in_the_embedded_format() {
        let mut line = line("/v1/site/login", 200);
        line.notes.login = Some(GOOD);
        line.usage.write_units = 4.0;
        let expected = json!({
            "time": "2030-06-15T12:00:00.000+08:00",
            "request_id": "id",
            "function": "site-auth",
            "method": "POST",
            "endpoint": "/v1/site/login",
            "code": 200,
            "milliseconds": 12.5,
            "cold": true,
            "trips": 0,
            "read_units": 0.0,
            "write_units": 4.0,
            "client": "192.0.2.0/24",
            "login": "good",
            "stack": "members",
            "requests": 1,
            "logins_good": 1,
            "login_milliseconds": 12.5,
            "_aws": {
                "Timestamp": 1_907_726_400_000_i64,
                "CloudWatchMetrics": [{
                    "Namespace": "Huiyuan",
                    "Dimensions": [["stack"]],
                    "Metrics": [
                        {"Name": "requests", "Unit": "Count"},
                        {"Name": "logins_good", "Unit": "Count"},
                        {"Name": "write_units", "Unit": "Count"},
                        {"Name": "login_milliseconds", "Unit": "Milliseconds"},
                    ],
                }],
            },
        });
        assert_eq!(written(&line), expected);
    }

    #[test]
    fn each_kind_of_answer_is_counted_for_what_it_is() {
        let mut wrong = line("/api/v1/account/login", 201);
        wrong.notes.login = Some(BAD);
        assert_eq!(
            counted(&wrong),
            ["requests", "logins_bad", "login_milliseconds"]
        );
        let mut throttled = line("/v1/site/login", 429);
        throttled.throttled = true;
        assert_eq!(counted(&throttled), ["requests", "throttled"]);
        assert_eq!(
            counted(&line("/v1/site/login", 500)),
            ["requests", "faults"]
        );
        for send in SENDS {
            assert_eq!(counted(&line(send, 200)), ["requests", "codes_sent"]);
            assert_eq!(counted(&line(send, 214)), ["requests", "codes_refused"]);
            assert_eq!(counted(&line(send, 500)), ["requests", "faults"]);
            let mut near = line(send, 200);
            near.notes.sms_cap_percent = Some(80);
            assert_eq!(
                counted(&near),
                ["requests", "codes_sent", "sms_cap_percent"]
            );
        }
    }

    #[test]
    fn a_provider_that_fails_is_counted_though_the_answer_does_not_tell() {
        let provider = Some("SES did not answer for a message: timeout".to_owned());
        let mut mail = line("/api/v1/account/reset_password_with_email", 200);
        mail.notes.provider.clone_from(&provider);
        assert_eq!(counted(&mail), ["requests", "provider_failures"]);
        for (code, became) in [(200, "codes_sent"), (201, "codes_refused")] {
            let mut code = line(SENDS[0], code);
            code.notes.provider.clone_from(&provider);
            assert_eq!(counted(&code), ["requests", became, "provider_failures"]);
        }
    }

    #[test]
    fn a_refresh_token_in_other_hands_is_counted() {
        for (code, token, metric) in [
            (200, REPEATED_ELSEWHERE, "token_repeats_elsewhere"),
            (401, LEAKED, "leaked_tokens"),
        ] {
            let mut line = line("/v1/site/refresh", code);
            line.notes.refresh_token = Some(token);
            assert_eq!(counted(&line), ["requests", metric]);
        }
    }
}
