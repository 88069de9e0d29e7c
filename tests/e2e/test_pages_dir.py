"""Templates and messages of the operator's own: before the built-in ones, read
anew while running, refused with file, line and column."""


def page(daemon, **headers):
    return daemon.public.get("/u/AAAA", headers={
        name.replace("_", "-"): value for name, value in headers.items()})


def test_own_pages_go_before_and_are_read_anew(make_daemon, tmp_path):
    pages = tmp_path / "pages"
    pages.mkdir()
    tmp_path.chmod(0o755)
    pages.chmod(0o755)
    layout = pages / "layout.html"
    daemon = make_daemon(more=f'pages {{ dir = "{pages}" '
                              'images = { "https://cdn.example.com" } }')
    (pages / "fr.conf").write_text(
        'page.not_valid = "Ce lien n\'est pas valable"\n')
    layout.write_text("<html lang=\"{{language}}\"><style>{{style}}</style>"
                      "<p>ACME</p><h1>{{title}}</h1>{{content}}</html>")
    assert daemon.check().returncode == 0, daemon.check().stderr
    daemon.start()
    answer = page(daemon, Accept_Language="fr-CA, en;q=0.5")
    assert answer.status == 404
    assert "<h1>Ce lien n&#39;est pas valable</h1>" in answer.text
    assert "<p>ACME</p>" in answer.text and answer.headers[
        "content-language"] == "fr"
    # What French does not say is said in English.
    assert "Please use the link in the mail itself." in answer.text
    assert "https://cdn.example.com" in answer.headers[
        "content-security-policy"]

    layout.write_text("<style>{{style}}</style><p>Other</p>\n {{contents}}")
    check = daemon.check()
    assert check.returncode != 0
    assert f"{layout}:2:2: this page has no value `contents`" in check.stderr
    assert f"{layout}:2:2" in daemon.refused(4, "reload")
    assert "<p>ACME</p>" in page(daemon).text, "what was there stays"
    layout.write_text("<style>{{style}}</style><p>Other</p>{{content}}")
    daemon.do("reload")
    assert "<p>Other</p>" in page(daemon).text
    layout.unlink()
    daemon.do("reload")
    assert "<main>" in page(daemon, Accept_Language="de").text
