//! The same requests on ever larger tables and ledgers: what they cost must not grow.

use std::{collections::HashMap, ops::Range};

use aws_sdk_dynamodb::Client;
use dynoxide::{
    Database, ImportOptions, actions::scan::ScanRequest, server, types::AttributeValue,
};
use huiyuan::{aws::listen, table};
use serde_json::Value;
use shared::{
    aws::Aws,
    base::clock::{Clock, Time},
};
use tests::{
    lambda::{FUNCTIONS, Lambda},
    ledger,
};

use crate::{
    numbers::Samples,
    plot::{self, Curve},
    report::{Table, say},
    requests::{Requests, bearing, with_password},
    stage::{self, Binaries, assert_good},
};

/// Members of tables.
const MEMBERS: [u32; 3] = [100, 10_000, 1_000_000];
/// Entries of ledgers.
const ENTRIES: [u32; 3] = [10, 1_000, 100_000];
/// How many of a table's members are asked for.
const ASKED: usize = 20;
/// How often each request is made.
const ROUNDS: usize = 200;
/// How many members are written at once.
const AT_ONCE: u32 = 5_000;

const PASSWORD: &str = "123456";

type Item = HashMap<String, AttributeValue>;

/// One request's times and units at one size.
#[derive(Default)]
struct Spent {
    times: Samples,
    reads: Vec<f64>,
    writes: Vec<f64>,
}

/// Measures each size, and draws the curves.
pub async fn measure(binaries: &Binaries) -> String {
    let members = ["login", "refresh", "current"];
    let mut by_members = members.map(|name| (name, Vec::new()));
    for size in MEMBERS {
        say(&format!("a table of {size} members"));
        let mut ground = Ground::of(binaries, size).await;
        let spent = ground.sessions().await;
        for ((_, sizes), spent) in by_members.iter_mut().zip(spent) {
            sizes.push((size, spent));
        }
    }
    let pages = [("page 1", ""), ("page 1,000", "page=1000")];
    let mut by_entries = pages.map(|(name, _)| (name, Vec::new()));
    let mut ground = Ground::of(binaries, MEMBERS[0]).await;
    for size in ENTRIES {
        say(&format!("a ledger of {size} entries"));
        let token = ground.holder(size).await;
        for ((_, sizes), (_, query)) in by_entries.iter_mut().zip(pages) {
            sizes.push((size, ground.page(&token, query).await));
        }
    }
    plot::draw(
        "performance-growth.svg",
        &[
            ("members of the table", curves(&by_members)),
            ("entries of the ledger", curves(&by_entries)),
        ],
    );
    let tables = [
        ("members", table(&by_members)),
        ("entries", table(&by_entries)),
    ];
    let tables = tables.map(|(of, table)| format!("By {of}:\n\n{table}"));
    format!("{ROUNDS} requests each.\n\n{}", tables.join("\n"))
}

type Sizes = Vec<(u32, Spent)>;

fn curves(requests: &[(&'static str, Sizes)]) -> Vec<Curve> {
    let curve = |(name, sizes): &(&'static str, Sizes)| Curve {
        name,
        points: sizes
            .iter()
            .map(|(size, spent)| (*size, spent.times.median()))
            .collect(),
    };
    requests.iter().map(curve).collect()
}

fn table(requests: &[(&str, Sizes)]) -> String {
    let columns = [
        "request",
        "of",
        "p50, ms",
        "p99, ms",
        "read units",
        "write units",
    ];
    let mut table = Table::new(&columns);
    for (name, sizes) in requests {
        for (size, spent) in sizes {
            table = table.row(&[
                (*name).to_owned(),
                plot::thousands(*size),
                format!("{:.2}", spent.times.median()),
                format!("{:.2}", spent.times.percentile(99)),
                range(&spent.reads),
                range(&spent.writes),
            ]);
        }
    }
    table.text()
}

/// The least and the most of some units.
fn range(units: &[f64]) -> String {
    let least = units.iter().copied().fold(f64::INFINITY, f64::min);
    let most = units.iter().copied().fold(0.0, f64::max);
    if (most - least).abs() < f64::EPSILON {
        format!("{most}")
    } else {
        format!("{least}–{most}")
    }
}

/// A table in memory with members in it, and the functions on it.
struct Ground {
    client: Client,
    functions: HashMap<&'static str, Lambda>,
    requests: Requests,
    /// Those who are asked for, and their browsers' tokens.
    asked: Vec<(String, String)>,
}

impl Ground {
    async fn of(binaries: &Binaries, members: u32) -> Self {
        let database = Database::memory().expect("a database in memory opens");
        let listener = listen(0).await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let endpoint = format!("http://{address}");
        let served = database.clone();
        tokio::spawn(server::serve_with_shutdown(
            listener,
            served,
            std::future::pending(),
        ));
        let client =
            Client::from_conf(shared::store::dynamodb::client(&Aws::embedded(&endpoint)).build());
        table::create(&client, "members")
            .await
            .expect("the table is created");
        let mut functions = HashMap::new();
        for function in FUNCTIONS {
            functions.insert(function, stage::start(binaries, function, &endpoint).await);
        }
        let mut ground = Self {
            client,
            functions,
            requests: Requests::default(),
            asked: Vec::new(),
        };
        for number in 0..ASKED {
            let name = format!("asked{number}");
            let token = ground.register(&name).await;
            ground.asked.push((name, token));
        }
        let asked = u32::try_from(ASKED).expect("few are asked for");
        fill(&database, asked..members);
        ground
    }

    async fn register(&mut self, name: &str) -> String {
        let path = "/api/v1/account/register_with_user_name";
        let event = self.requests.form(path, &with_password(name, PASSWORD));
        let registration = self
            .functions
            .get_mut("registration")
            .expect("it was started");
        let answer = registration.answer(&event).await;
        registration.line().await;
        assert_good(&event, &answer);
        answer.session()
    }

    /// Has an event answered, and adds what it took; gives the answer.
    async fn ask(&mut self, function: &str, event: &Value, spent: &mut Spent) -> Value {
        let function = self.functions.get_mut(function).expect("it was started");
        let stopwatch = Clock::system().stopwatch();
        let answer = function.answer(event).await;
        spent.times.push(stopwatch.elapsed());
        assert_good(event, &answer);
        let line = function.line().await;
        let units = |name| line[name].as_f64().expect("a line tells its units");
        spent.reads.push(units("read_units"));
        spent.writes.push(units("write_units"));
        answer.json()
    }

    /// Logins, refreshes and questions who one is, by members all over the table.
    async fn sessions(&mut self) -> [Spent; 3] {
        let [mut logins, mut refreshes, mut currents] =
            [const { None }; 3].map(|_: Option<()>| Spent::default());
        for round in 0..ROUNDS {
            let (name, token) = self.asked[round % ASKED].clone();
            let fields = [
                ("username", name.as_str()),
                ("password", PASSWORD),
                ("group", "app"),
            ];
            let event = self.requests.form("/v1/site/login", &fields);
            let login = self.ask("site-auth", &event, &mut logins).await;
            let refresh = login["data"]["refresh_token"].as_str().expect("a token");
            let fields = [("refresh_token", refresh), ("group", "app")];
            let event = self.requests.form("/v1/site/refresh", &fields);
            self.ask("site-auth", &event, &mut refreshes).await;
            let event = bearing(self.requests.get("/api/v1/account/current", ""), &token);
            self.ask("customer-account", &event, &mut currents).await;
        }
        [logins, refreshes, currents]
    }

    /// Registers somebody with a ledger of so many entries, and gives their token.
    async fn holder(&mut self, entries: u32) -> String {
        let token = self.register(&format!("holder{entries}")).await;
        let event = bearing(self.requests.get("/api/v1/account/current", ""), &token);
        let current = self
            .ask("customer-account", &event, &mut Spent::default())
            .await;
        let id = current["customer"]["id"].as_u64().expect("a number");
        let now = Clock::system().now().millis();
        // Over the last hundred days.
        let step = 100 * 86_400_000 / i64::from(entries);
        let times = (0..i64::from(entries)).rev();
        let times = times.map(|entry| Time::from_millis(now - entry * step));
        ledger::load(&self.client, "members", id, times).await;
        token
    }

    /// A page of that ledger. The first one keeps the session's cursor.
    async fn page(&mut self, token: &str, query: &str) -> Spent {
        let path = "/api/v1/account/reward_point_details";
        let event = bearing(self.requests.get(path, query), token);
        self.ask("points", &event, &mut Spent::default()).await;
        let mut spent = Spent::default();
        for _ in 0..ROUNDS {
            self.ask("points", &event, &mut spent).await;
        }
        spent
    }
}

/// Writes members like the first one.
fn fill(database: &Database, numbers: Range<u32>) {
    let scan = ScanRequest {
        table_name: "members".to_owned(),
        ..ScanRequest::default()
    };
    let items = database.scan(scan).expect("a table can be read").items;
    let items = items.expect("members were registered");
    let like = |kind: &str| {
        let is =
            |item: &&Item| matches!(&item["sk"], AttributeValue::S(sk) if sk.starts_with(kind));
        items.iter().find(is).expect("a member has one").clone()
    };
    let (member, session, login) = (like("member"), like("session#"), like("login"));
    database.enable_bulk_loading().expect("it is fresh");
    for first in numbers.clone().step_by(AT_ONCE as usize) {
        let some = first..numbers.end.min(first.saturating_add(AT_ONCE));
        let items = some.flat_map(|number| {
            let pk = format!("member#{number}");
            [
                with(&member, &[("pk", &pk)]),
                with(&session, &[("pk", &pk)]),
                with(&login, &[("pk", &format!("login#like-{number}"))]),
            ]
        });
        let imported = database.import_items("members", items.collect(), ImportOptions::default());
        imported.expect("members are written");
    }
    database.disable_bulk_loading().expect("it was enabled");
}

fn with(item: &Item, texts: &[(&str, &str)]) -> Item {
    let mut item = item.clone();
    for (name, text) in texts {
        item.insert((*name).to_owned(), AttributeValue::S((*text).to_owned()));
    }
    item
}
