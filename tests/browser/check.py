"""Checks in a headless Chromium what only a browser can tell: cookies between two ports of localhost,
preflights, and the page of the inbox.

Usage: check.py HUIYUAN [FOLDER]    HUIYUAN is the binary; FOLDER takes screenshots of each page.
"""

import http.server
import json
import pathlib
import subprocess
import sys
import threading
import urllib.error
import urllib.request

from playwright.sync_api import expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
MOBILE = "13700000001"
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


class Service:
    """A running `huiyuan`."""

    def __init__(self, binary, *arguments):
        command = [binary, "--port", "0", "--aws-port", "0", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.lines = []
        self.read_until("write units (W).")
        self.url = self.lines[0].removeprefix("Huiyuan listens on ")
        [inbox] = [line for line in self.lines if line.startswith("Inbox: ")]
        self.inbox = inbox.removeprefix("Inbox: ")

    def read_until(self, text):
        """Reads what it prints until a line has `text` in it, and gives that line."""
        while True:
            line = self.process.stdout.readline()
            if not line:
                sys.exit(f"huiyuan ended before it printed: {text}")
            self.lines.append(line.rstrip())
            if text in line:
                return line

    def ask(self, path, form=None):
        """Asks as curl does."""
        data = form and form.encode()
        with urllib.request.urlopen(self.url + path, data) as answer:
            return json.load(answer)

    def end(self):
        self.process.terminate()
        self.process.wait()


class Theme(http.server.BaseHTTPRequestHandler):
    """Every path is an empty page."""

    def do_GET(self):
        page = b"<!doctype html><title>theme</title>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


def serve_theme():
    """Serves a page on a port of its own, and gives its origin."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Theme)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://localhost:{server.server_port}"


FETCH = """async ([url, form, credentials]) => {
  const method = form === null ? "GET" : "POST";
  const body = form === null ? undefined : new URLSearchParams(form);
  const answer = await fetch(url, { method, body, credentials }).catch(() => null);
  return answer && answer.json();
}"""


def check_theme(browser, service, origin):
    """A page on another port logs in, is somebody afterwards, registers, and logs out."""
    page = browser.new_context().new_page()
    page.goto(origin)
    root = service.url + "/api/v1/account"

    def call(path, form=None, credentials="include"):
        return page.evaluate(FETCH, [root + path, form, credentials])

    login = {"account": "demo", "password": "huiyuan"}
    assert call("/login", login)["code"] == 200
    assert call("/current")["customer"]["email"] == "demo@example.com"
    assert call("/current", credentials="same-origin")["customer"] is None
    assert call("/logout", {})["code"] == 200
    assert call("/current")["customer"] is None
    secret = "kingfisher-37"
    new = {"account": "yhsduser", "password": secret, "password_again": secret}
    assert call("/register_with_user_name", new)["code"] == 200
    assert call("/current")["customer"]["uname"] == "yhsduser"
    assert call("/logout", {})["code"] == 200

    assert call("/login", login)["code"] == 200
    call("/current", credentials="omit")
    service.read_until('sends no cookie: each call needs credentials: "include"')
    header = "fetch(url, { headers: { 'x-shop': '1' } }).then(() => 'sent', () => 'refused')"
    assert page.evaluate(f"url => {header}", root + "/current") == "refused"
    service.read_until("no page of another origin may send the header x-shop")


def check_strangers(browser, service, theme):
    """A page of another origin is told apart, and changes nothing."""
    stranger = serve_theme()
    page = browser.new_context().new_page()
    page.goto(stranger)
    login = {"account": "demo", "password": "huiyuan"}
    asked = [service.url + "/api/v1/account/login", login, "include"]
    assert page.evaluate(FETCH, asked) is None
    service.read_until(f"origin {stranger} is not allowed: start with --origin {stranger}")

    other = theme.replace("localhost", "127.0.0.1")
    page.goto(other)
    assert page.evaluate(FETCH, asked) is None
    for path in ["/_local/messages", "/_local/captchas"]:
        assert page.evaluate(FETCH, [service.url + path, None, "omit"]) is None
    form = """url => {
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action: url });
      document.body.append(form);
      form.submit();
    }"""
    with page.expect_navigation() as navigation:
        page.evaluate(form, service.url + "/admin/members/1/points")
    assert navigation.value.status == 403
    request = urllib.request.Request(service.url + "/_local/messages", headers={"host": "evil.example"})
    try:
        urllib.request.urlopen(request)
        sys.exit("a foreign name reaches the inbox")
    except urllib.error.HTTPError as error:
        assert error.code == 403


def check_inbox(browser, service, folder):
    """The page shows what was sent, finds it by part of a number, and has no token by itself."""
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(service.url)
    assert page.url == service.url + "/_local/"
    expect(page.locator("#notice")).to_be_visible()
    page.evaluate("hash => { location.hash = hash; }", service.inbox.partition("#")[2])
    expect(page.locator("#notice")).to_be_hidden()
    assert "#" not in page.url, "the token is not left in the address"
    page.reload()
    expect(page.locator("#notice")).to_be_hidden()
    expect(page.locator("#thread")).to_contain_text("No messages yet")
    screenshots(browser, service, folder, "empty")

    service.ask("/api/v1/account/send_regist_validate_sms", f"mobile={MOBILE}")
    service.ask("/api/v1/account/reset_password_with_email", "email=demo@example.com")
    captcha = service.ask("/captcha")["id"]
    value = service.ask(f"/_local/captchas/{captcha}")["value"]
    expect(page.locator("#thread")).to_contain_text(MOBILE)
    expect(page.locator("#list")).to_contain_text("demo@example.com")
    expect(page.locator("#captchas")).to_contain_text(value)
    expect(page.frame_locator("#mail iframe").locator("body")).not_to_be_empty()
    screenshots(browser, service, folder, "full")

    page.fill("#to", "+86 137-0000")
    expect(page.locator("#thread")).to_contain_text(MOBILE)
    expect(page.locator("#mail")).to_contain_text("No message matches the filter")
    page.fill("#to", "nobody")
    expect(page.locator("#thread")).to_contain_text("No message matches the filter")


def check_narrow(browser, service):
    """On a phone, mail is one touch away and nothing is wider than the screen."""
    width, height = SIZES["phone"]
    context = browser.new_context(locale="en-GB", viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(service.inbox)
    page.click("#sections [name=mail]")
    top = page.locator("#list").bounding_box()["y"]
    assert top < height / 2, f"the mail begins at {top}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def screenshots(browser, service, folder, state):
    """Pictures of the inbox in each size and colour, where a folder takes them."""
    if folder is None:
        return
    for size, (width, height) in SIZES.items():
        for scheme in ["light", "dark"]:
            for locale in ["zh-CN", "en-GB"]:
                viewport = {"width": width, "height": height}
                context = browser.new_context(viewport=viewport, color_scheme=scheme, locale=locale)
                page = context.new_page()
                for section in ["sms", "mail", "captcha"] if size == "phone" else ["sms"]:
                    page.goto(service.inbox.replace("#", f"?show={section}#"))
                    page.wait_for_timeout(700)
                    name = f"inbox-{state}-{section}-{size}-{scheme}-{locale}.png"
                    page.screenshot(path=folder / name, full_page=True)
                context.close()


def main():
    binary, *rest = sys.argv[1:]
    folder = pathlib.Path(rest[0]) if rest else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    theme = serve_theme()
    service = Service(binary, "--origin", theme)
    try:
        with sync_playwright() as playwright:
            sandbox = ["--no-sandbox", "--disable-dev-shm-usage"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
            check_theme(browser, service, theme)
            check_strangers(browser, service, theme)
            check_inbox(browser, service, folder)
            check_narrow(browser, service)
            browser.close()
    finally:
        service.end()


main()
