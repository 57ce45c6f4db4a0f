"use strict";
const TEXTS = {
  zh: {
    about: "本机发出的短信与邮件，仅供开发时查看", lost: "服务已停止", phone: "短信", mailbox: "收件箱", captchas: "图形验证码",
    to: "按号码或邮箱的一部分筛选", noSms: "还没有短信", noMail: "还没有邮件", noCaptcha: "没有可用的图形验证码",
    noMatch: "没有符合筛选条件的消息", recipient: "收件人", html: "网页", text: "纯文本", copied: "已复制",
    token: "此页面需要令牌。请打开终端里显示的收件箱地址（每次启动都会更换）。", other: "English", locale: "zh-CN",
  },
  en: {
    about: "Text messages and mail sent on this machine", lost: "The service has stopped", phone: "Messages",
    mailbox: "Inbox", captchas: "Captchas", to: "Part of a number or address", noSms: "No messages yet",
    noMail: "No mail yet", noCaptcha: "No captcha to answer", noMatch: "No message matches the filter", recipient: "To",
    html: "HTML", text: "Text", copied: "Copied",
    token: "This page needs a token. Open the inbox by the address that the terminal shows: each start has a new one.",
    other: "中文", locale: "en-GB",
  },
};
const $ = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
let language = query.get("lang") || (navigator.language.startsWith("zh") ? "zh" : "en");
if (!TEXTS[language]) language = "en";
let messages = [], captchas = [], total = 0, chosen = null, part = "html", known = null, state = "live", shown = "";

/* The token comes in the fragment, which no server sees, and outlives a reload of this tab alone. */
function token() {
  const given = location.hash.slice(1);
  if (given) {
    sessionStorage.setItem("token", given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem("token") || "";
}

function get(path) {
  return fetch(path, { headers: { "x-huiyuan-token": token() } });
}

function make(tag, attributes, ...children) {
  const node = Object.assign(document.createElement(tag), attributes);
  node.append(...children);
  return node;
}

function when(text) {
  const time = new Date(text);
  const today = time.toDateString() === new Date().toDateString();
  const style = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  if (!today) Object.assign(style, { month: "short", day: "numeric" });
  return time.toLocaleString(TEXTS[language].locale, style);
}

function copyable(text) {
  const copy = make("button", { type: "button", className: "code", textContent: text });
  copy.onclick = async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = TEXTS[language].copied;
    setTimeout(() => { copy.textContent = text; }, 900);
  };
  return copy;
}

/* Links open elsewhere, codes are copied; everything else stays text. */
function rich(text) {
  return text.split(/(https?:\/\/[^\s<>"]*[\w\/=&#%-]|(?<!\d)\d{4,8}(?!\d))/).map((piece, index) => {
    if (index % 2 === 0) return piece;
    if (!piece.startsWith("http")) return copyable(piece);
    return make("a", { href: piece, target: "_blank", rel: "noreferrer", textContent: piece });
  });
}

function fresh(message) {
  return known !== null && !known.has(message.id) ? " new" : "";
}

function empty(none) {
  const texts = TEXTS[language];
  return make("p", { className: "empty", textContent: total > 0 && $("to").value.trim() ? texts.noMatch : texts[none] });
}

function showPhone(list) {
  const rows = list.map((message) => make("div", { className: "sms" + fresh(message) },
    make("small", { textContent: `${message.to} · ${when(message.sent_at)}` }),
    make("p", {}, ...rich(message.body))));
  $("thread").replaceChildren(...(rows.length ? rows : [empty("noSms")]));
}

function showList(list) {
  $("list").replaceChildren(...list.map((message) => {
    const row = make("button", { type: "button", className: fresh(message).trim() },
      make("b", { textContent: message.subject }), make("span", { textContent: when(message.sent_at) }),
      make("span", { textContent: message.to }));
    row.setAttribute("aria-current", message.id === chosen);
    row.onclick = () => { chosen = message.id; show(true); };
    return make("li", {}, row);
  }));
}

function showCaptchas() {
  const rows = captchas.map((captcha) => make("li", { title: captcha.id },
    copyable(captcha.value), make("small", { textContent: when(captcha.issued_at) })));
  const none = make("li", { className: "empty", textContent: TEXTS[language].noCaptcha });
  $("captchas").replaceChildren(...(rows.length ? rows : [none]));
}

async function showMail(message) {
  if (!message) {
    $("mail").replaceChildren(empty("noMail"));
    return;
  }
  const answer = await get(`messages/${message.id}`).catch(() => null);
  const html = answer && answer.ok ? await answer.text() : null;
  if (message.id !== chosen) return;
  const tabs = make("div", { className: "tabs" });
  const body = make("div", { style: "display: contents" });
  const choose = (wanted) => {
    part = wanted;
    for (const tab of tabs.children) tab.setAttribute("aria-pressed", tab.name === part);
    if (html !== null && part === "html") {
      const page = new DOMParser().parseFromString(html, "text/html");
      page.head.prepend(make("base", { target: "_blank" }));
      const frame = make("iframe", { title: message.subject, srcdoc: "<!doctype html>" + page.documentElement.outerHTML });
      frame.sandbox = "allow-popups allow-popups-to-escape-sandbox";
      body.replaceChildren(frame);
    } else {
      body.replaceChildren(make("pre", {}, ...rich(message.body)));
    }
  };
  if (html !== null) {
    tabs.append(...["html", "text"].map((name) => {
      const tab = make("button", { type: "button", name, textContent: TEXTS[language][name] });
      tab.onclick = () => choose(name);
      return tab;
    }));
  }
  choose(part);
  $("mail").replaceChildren(
    make("h3", { textContent: message.subject }),
    make("p", { className: "to", textContent: `${TEXTS[language].recipient} ${message.to} · ${when(message.sent_at)}` }),
    ...(html !== null ? [tabs] : []), body);
}

function showSection(name) {
  document.body.dataset.shown = name;
  for (const tab of $("sections").children) tab.setAttribute("aria-pressed", tab.name === name);
}

function showFrame() {
  const texts = TEXTS[language];
  document.documentElement.lang = texts.locale;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = texts[node.dataset.text];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", texts[node.dataset.label]);
  $("to").placeholder = texts.to;
  $("language").textContent = texts.other;
  $("live").className = state === "live" ? "" : "lost";
  $("state").textContent = state === "lost" ? texts.lost : texts.about;
  $("notice").hidden = state !== "token";
  $("notice").textContent = texts.token;
  $("time").textContent = new Date().toLocaleTimeString(texts.locale, { hour: "2-digit", minute: "2-digit" });
}

function show(again) {
  showFrame();
  const now = JSON.stringify([language, total > 0, $("to").value.trim() !== "",
    messages.map((message) => message.id), captchas.map((captcha) => captcha.id)]);
  if (!again && now === shown) return;
  shown = now;
  const mails = messages.filter((message) => message.channel === "mail");
  const sms = messages.filter((message) => message.channel === "sms");
  /* A new mail opens by itself, unless an older one was chosen by hand. */
  if (!mails.some((mail) => mail.id === chosen && mail.id !== show.newest)) chosen = mails[0] ? mails[0].id : null;
  show.newest = mails[0] ? mails[0].id : null;
  for (const [name, list] of [["sms", sms], ["mail", mails], ["captcha", captchas]]) {
    $(`count-${name}`).textContent = list.length || "";
  }
  showPhone(sms);
  showList(mails);
  showMail(mails.find((mail) => mail.id === chosen));
  showCaptchas();
}

async function load() {
  const to = $("to").value.trim();
  const answer = await get("messages" + (to ? "?to=" + encodeURIComponent(to) : ""));
  if (answer.status === 403) return "token";
  ({ messages, total } = await answer.json());
  ({ captchas } = await (await get("captchas")).json());
  return "live";
}

async function refresh() {
  state = await load().catch(() => "lost");
  show(false);
  known = new Set([...(known || []), ...messages.map((message) => message.id)]);
}

$("language").onclick = () => { language = language === "zh" ? "en" : "zh"; show(true); };
for (const tab of $("sections").children) tab.onclick = () => showSection(tab.name);
showSection(["mail", "captcha"].find((name) => name === query.get("show")) || "sms");
$("to").value = query.get("to") || "";
$("to").oninput = refresh;
refresh();
/* Without a token each request is refused, and the terminal says so: until there is one, nothing is asked. */
setInterval(() => { if (state !== "token") refresh(); }, 1500);
addEventListener("hashchange", refresh);
