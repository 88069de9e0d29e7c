"""contrib/mautic: contacts, fields and points come along, dated and explained,
from dumps such as Mautic's."""
import subprocess

from lib import places

LEADS = """\
id\towner_id\tis_published\tdate_added\tcreated_by\tpoints\tlast_active\t\
internal\tsocial_cache\ttitle\tfirstname\tlastname\tcompany\temail\tcity\t\
country\tlinkedin
1\tNULL\t1\t2023-02-01 09:30:00\t1\t45\t2024-01-01 00:00:00\tNULL\ta:0:{}\t\
Mrs\tÄnne\tO'Brien\tACME, Ltd.\tAnne@Mautic.test\tKöln\tGermany\tNULL
2\t1\t1\t2023-05-01 10:00:00\t1\t-5\tNULL\tNULL\ta:0:{}\tNULL\tBob\tNULL\t\
NULL\tbob@mautic.test\t\tFrance\tNULL
3\tNULL\t1\t2023-05-02 10:00:00\t1\t7\tNULL\tNULL\ta:0:{}\tNULL\tNULL\tNULL\t\
NULL\tNULL\tNULL\tNULL\tNULL
4\tNULL\t1\t2023-06-01 10:00:00\t1\t0\tNULL\tNULL\ta:0:{}\tNULL\tZoe \"Z\"\t\
NULL\tNULL\tzoe@mautic.test\tNULL\tNULL\tNULL
"""
POINTS = """\
id\tlead_id\tip_id\ttype\tevent_name\taction_name\tdelta\tdate_added\tgroup_id
10\t1\t1\turl\tPricing page\tpage.hit\t20\t2023-03-01 08:00:00\tNULL
11\t1\t1\temail\tSpring news\temail.open\t15\t2023-03-05 12:00:00\tNULL
12\t2\t1\tmanual\tBob\tlead.points\t-5\t2023-06-01 00:00:00\tNULL
13\t9\t1\turl\tPricing page\tpage.hit\t20\t2023-03-01 08:00:00\tNULL
14\t4\t1\tform\tDemo\tform.submit\t10\t2023-07-01 00:00:00\tNULL
15\t4\t1\tsegment\tCold\tsegment.change\t-10\t2023-08-01 00:00:00\tNULL
"""
SCRIPT = places.ROOT / "contrib" / "mautic" / "mautic-to-scoregate"


def test_points_come_along_with_their_time_and_reason(make_daemon, tmp_path):
    daemon = make_daemon().start()
    (tmp_path / "leads.tsv").write_text(LEADS)
    (tmp_path / "points.tsv").write_text(POINTS)
    out = tmp_path / "out"
    said = subprocess.run([SCRIPT, tmp_path / "leads.tsv",
                           tmp_path / "points.tsv", out],
                          check=True, capture_output=True, text=True).stdout
    assert said.startswith("3 contacts, 2 things left out")
    assert "lead 3: no address" in (out / "left-out.txt").read_text()
    assert daemon.do("import", out / "contacts.csv", "--dry-run").startswith(
        "Dry run, nothing changed. 3 lines: 3 new")
    assert daemon.do("import", out / "contacts.csv") == \
        "3 lines: 3 new, 0 updated, 0 refused.\n"
    for _ in range(2):  # what is in is not taken again
        daemon.do("import", out / "points.ndjson", "--signals")

    anne = daemon.ask("contact", "show", "anne@mautic.test")
    assert anne["created_at"].startswith("2023-02-01T09:30:00")
    assert anne["fields"] == {
        "title": "Mrs", "firstname": "Änne", "lastname": "O'Brien",
        "company": "ACME, Ltd.", "city": "Köln", "country": "Germany"}
    zoe = daemon.ask("contact", "show", "zoe@mautic.test")
    assert zoe["fields"] == {"firstname": 'Zoe "Z"'}
    assert [daemon.score(f"{who}@mautic.test")
            for who in ("anne", "bob", "zoe")] == [45, -5, 0]
    entries = daemon.ask("score", "why", "anne@mautic.test")["entries"]
    assert sorted((e["at"][:10], e["given"], e["explanation"])
                  for e in entries) == [
        ("2023-02-01", 10, "Mautic, before the log"),
        ("2023-03-01", 20, "Mautic, Pricing page: page.hit (url)"),
        ("2023-03-05", 15, "Mautic, Spring news: email.open (email)")]
    assert all(e["class"] == "manual" for e in entries)
    assert daemon.ask("verify", "--refold")["differences"] == 0
