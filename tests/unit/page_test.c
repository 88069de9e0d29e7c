/*
 * page_test.c - templates, messages and languages: what they show, how they
 * escape, and where a mistake of the operator's stands.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "page/page.h"
#include "page/page_language.h"
#include "scratch.h"

static struct pages *pages;
static struct pool *pool;
static struct scratch scratch;

static const char en[] = "t.title = \"Hello {name}\"\n"
			 "t.text = \"You & {name}\"\n"
			 "t.two = \"one \"  # a note\n"
			 "        \"two \\\"three\\\"\"\n";
static const char de[] = "t.title = \"Hallo {name}\"\n";
static const char template[] = "{{#title}}{{say t.title}}{{/title}}"
			       "{{! also: extra rows label on }}"
			       "<p title=\"{{name}}\">{{say t.text}}</p>";

static void
bring(const char *name, const char *text)
{
	struct sg_err err;

	if (pages_bring(pages, "test", name, text, strlen(text), &err) != SG_OK)
		fail_msg("%s", err.text);
}

static int
begin(void **state)
{
	struct sg_err err;

	(void)state;
	assert_int_equal(crypto_start(&err), SG_OK);
	scratch_make(&scratch);
	pool = pool_new();
	assert_int_equal(pages_new(scratch.path, &pages, &err), SG_OK);
	bring("en.conf", en);
	bring("de.conf", de);
	bring("t.html", template);
	if (pages_load(pages, true, &err) != SG_OK)
		fail_msg("%s", err.text);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	pages_free(pages);
	pool_free(pool);
	scratch_remove(&scratch);
	return 0;
}

static void
put(const char *name, const char *text)
{
	FILE *file = fopen(scratch_file(&scratch, name), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void
reload(void)
{
	struct sg_err err;

	if (pages_load(pages, true, &err) != SG_OK)
		fail_msg("%s", err.text);
}

static struct sg_page *
page_in(const char *accept)
{
	struct sg_page *page = page_new(pages, pool, "t", accept, NULL);

	assert_non_null(page);
	return page;
}

static const char *
rendered(struct sg_page *page)
{
	struct buf to = BUF_INIT;
	struct sg_err err;
	const char *html;

	assert_int_equal(page_render(page, &to, &err), SG_OK);
	html = pool_strdup(pool, buf_text(&to));
	buf_done(&to);
	page_release(page);
	return html;
}

static void
assert_has(const char *html, const char *part)
{
	if (!strstr(html, part))
		fail_msg("no \"%s\" in:\n%s", part, html);
}

/* The page that this template of the operator's becomes. */
static const char *
shown(const char *text, const char *name, const char *value)
{
	struct sg_page *page;

	put("t.html", pool_printf(pool, "{{#title}}x{{/title}}%s", text));
	reload();
	page = page_in(NULL);
	page_set(page, name, value);
	return rendered(page);
}

static void
a_page_stands_in_the_layout_in_the_reader_s_language(void **state)
{
	struct sg_page *page = page_in("de-AT, en;q=0.5");
	const char *html;

	(void)state;
	page_set(page, "name", "Ann <b>");
	assert_string_equal(page_language(page), "de");
	html = rendered(page);
	assert_has(html, "<html lang=\"de\" dir=\"ltr\">");
	assert_has(html, "<title>Hallo Ann &lt;b&gt;</title>");
	assert_has(html, "<h1>Hallo Ann &lt;b&gt;</h1>");
	/* What German does not say is said in English. */
	assert_has(html, "<p title=\"Ann &lt;b&gt;\">You &amp; Ann &lt;b&gt;");
}

static void
a_message_is_plain_text_with_its_values(void **state)
{
	struct sg_page *page = page_in(NULL);

	(void)state;
	page_set(page, "name", "<i>");
	assert_string_equal(page_say(page, "t.text"), "You & <i>");
	assert_string_equal(page_say(page, "t.two"), "one two \"three\"");
	assert_string_equal(page_say(page, "t.no_such"), "");
	page_release(page);
}

static void
a_value_is_escaped_for_where_it_stands(void **state)
{
	static const struct {
		const char *template, *value, *want;
	} rows[] = {
		{"<p>{{name}}</p>", "<script>&'\"",
		 "<p>&lt;script&gt;&amp;&#39;&quot;</p>"},
		{"<a href=\"{{name}}\">x</a>", "https://a.test/?x=1&y=\"",
		 "<a href=\"https://a.test/?x=1&amp;y=&quot;\">"},
		{"<a href=\"{{name}}\">x</a>", "javascript:alert(1)",
		 "<a href=\"#\">"},
		{"<a href=\"{{name}}\">x</a>", " JaVaScRiPt:alert(1)",
		 "<a href=\"#\">"},
		{"<a href=\"{{name}}\">x</a>", "data:text/html,x",
		 "<a href=\"#\">"},
		{"<a href=\"{{name}}\">x</a>", "/u/x?a:b",
		 "<a href=\"/u/x?a:b\">"},
		{"<a href=\"mailto:?subject={{name}}\">x</a>", "a&b c\r\n",
		 "<a href=\"mailto:?subject=a%26b%20c%0D%0A\">"},
		{"<form action='/x/{{name}}'></form>", "../'",
		 "<form action='/x/..%2F%27'>"},
		{"<textarea>{{name}}</textarea>", "</textarea><b>",
		 "<textarea>&lt;/textarea&gt;&lt;b&gt;</textarea>"},
		{"<input value=\"{{name}}\"{{#if name}} checked{{/if}}>", "1",
		 "<input value=\"1\" checked>"},
		{"<input{{#if name}} checked{{else}} disabled{{/if}}>", "",
		 "<input disabled>"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_has(shown(rows[i].template, "name", rows[i].value),
			   rows[i].want);
}

static void
rows_are_repeated_and_see_what_is_around_them(void **state)
{
	struct sg_page *page, *row, *inner;

	(void)state;
	put("t.html", "{{#title}}x{{/title}}"
		      "{{#if rows}}<ul>{{#each rows}}<li>{{label}}:{{name}}"
		      "{{#each on}}+{{extra}}{{/each}}</li>{{/each}}</ul>"
		      "{{else}}none{{/if}}");
	reload();
	assert_has(rendered(page_in(NULL)), "none");
	page = page_in(NULL);
	page_set(page, "name", "around");
	row = page_row(page, "rows");
	page_set(row, "label", "a");
	inner = page_row(row, "on");
	page_set(inner, "extra", "1");
	inner = page_row(row, "on");
	page_set(inner, "extra", "2");
	row = page_row(page, "rows");
	page_set(row, "label", "b");
	page_set(row, "name", "own");
	assert_has(rendered(page),
		   "<ul><li>a:around+1+2</li><li>b:own</li></ul>");
}

static void
what_cannot_be_is_refused_with_its_line_and_column(void **state)
{
	static const struct {
		const char *name, *text, *words;
	} rows[] = {
		{"t.html", "{{#title}}x{{/title}}\n<p>{{nmae}}</p>",
		 "t.html:2:4: this page has no such value; did you mean "
		 "{{name}}?"},
		{"t.html", "{{#title}}x{{/title}}\n\n <p>{{say t.titel}}",
		 "t.html:3:5: no such message: t.titel; did you mean "
		 "`t.title`?"},
		{"t.html", "<p>{{name}}</p>", "a page has a {{#title}}"},
		{"t.html", "{{#title}}x{{/title}}{{name", "{{ without }}"},
		{"t.html", "{{#title}}x{{/title}}{{#if name}}<p>",
		 ":1:22: this block has no end"},
		{"t.html", "{{#title}}x{{/title}}{{/if}}",
		 "{{/if}} without its beginning"},
		{"t.html", "{{#title}}x{{/title}}{{#if name}}{{/each}}",
		 "closes another block"},
		{"t.html", "{{#title}}x{{/title}}{{#if name}}<a href=\"{{/if}}",
		 "ends inside a tag"},
		{"t.html", "{{#title}}x{{/title}}<script>1</script>",
		 "Content-Security-Policy"},
		{"t.html", "{{#title}}x{{/title}}<p onclick=\"x()\">",
		 "handler would not work"},
		{"t.html", "{{#title}}x{{/title}}<p style=\"color:red\">",
		 "style.css"},
		{"t.html", "{{#title}}x{{/title}}<style>p{}</style>",
		 "style.css"},
		{"t.html", "{{#title}}x{{/title}}<p title={{name}}>", "quotes"},
		{"t.html", "{{#title}}x{{/title}}<p {{name}}>", "inside a tag"},
		{"t.html", "{{#title}}x{{/title}}<!-- {{name}} -->",
		 "in a comment"},
		{"t.html", "{{#title}}x{{/title}}<p", "ends inside of a tag"},
		{"t.html", "{{#title}}x{{/title}}a < b", "&lt;"},
		{"t.html", "{{#title}}\xff{{/title}}", "not UTF-8"},
		{"layout.html", "<p>{{content}}</p>", "<style>{{style}}"},
		{"layout.html",
		 "<style>{{style}}</style><p title=\"{{content}}"
		 "\">",
		 "between elements"},
		{"style.css", "p{} </style>", "no </"},
		{"u.html", "x", "no plugin that is loaded has such a page"},
		{"fr.conf", "t.title = \"Bonjour {nom}\"",
		 "fr.conf:1:1: a value that this message has not: {nom}"},
		{"fr.conf", "\n  t.titel = \"x\"",
		 "fr.conf:2:3: no page says `t.titel`; did you mean "
		 "`t.title`?"},
		{"fr.conf", "t.title \"x\"", "expected = behind `t.title`"},
		{"fr.conf", "t.title = \"x\n\"", "this string has no end"},
		{"fr.conf", "t.title = \"\\x\"", "a \\ stands before"},
		{"not a language.conf", "", "expected a language's name"},
	};
	struct sg_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put(rows[i].name, rows[i].text);
		assert_int_equal(pages_load(pages, true, &err), SG_REFUSED);
		if (!strstr(err.text, rows[i].words))
			fail_msg("no \"%s\" in: %s", rows[i].words, err.text);
		assert_int_equal(unlink(scratch_file(&scratch, rows[i].name)),
				 0);
	}
	/* What was in force is it still. */
	assert_has(rendered(page_in(NULL)), "<h1>Hello </h1>");
}

static void
the_operator_s_files_go_before_each_for_itself(void **state)
{
	struct sg_page *before = page_in(NULL), *page;

	(void)state;
	put("style.css", "p { color: red }");
	put("t.html", "{{#title}}{{say t.title}}{{/title}}<hr>{{extra}}");
	put("pt.conf", "t.title = \"Ola {name}\"\nother.x = \"unloaded\"\n");
	put("pt_BR.conf", "t.text = \"Voce\"\n");
	put("en.conf", "t.text = \"Changed\"\n");
	put(".hidden.html", "{{");
	put("README", "{{");
	reload();
	page = page_in("pt-BR");
	page_set(page, "extra", "e");
	assert_string_equal(page_language(page), "pt-br");
	assert_string_equal(page_say(page, "t.text"), "Voce");
	assert_string_equal(page_say(page, "t.title"), "Ola ");
	assert_has(rendered(page), "<hr>e");
	page = page_in("xx");
	assert_string_equal(page_say(page, "t.text"), "Changed");
	assert_has(rendered(page), "<style>p { color: red }</style>");
	/* A page that was begun before ends as it was begun. */
	assert_has(rendered(before), "<p title=");
}

static void
the_policy_names_the_style_by_its_hash_and_no_script(void **state)
{
	struct sg_page *page = page_in(NULL);
	struct buf policy = BUF_INIT;

	(void)state;
	page_allow(page, "form-action", "https://shop.test");
	page_allow(page, "frame-ancestors", "https://shop.test");
	page_allow(page, "img-src", "https://a.test; script-src *");
	page_policy(page, &policy);
	assert_non_null(strstr(buf_text(&policy),
			       "default-src 'none'; style-src 'sha256-"));
	assert_non_null(strstr(buf_text(&policy),
			       "form-action 'self' https://shop.test;"));
	assert_non_null(strstr(buf_text(&policy),
			       "frame-ancestors https://shop.test;"));
	assert_null(strstr(buf_text(&policy), "script"));
	assert_null(strstr(buf_text(&policy), "unsafe"));
	buf_done(&policy);
	page_release(page);
}

static void
a_chosen_language_goes_before_the_browser_s(void **state)
{
	struct sg_page *page = page_new(pages, pool, "t", "en", "de");

	(void)state;
	assert_string_equal(page_language(page), "de");
	page_release(page);
	page = page_new(pages, pool, "t", "de", "xx");
	assert_string_equal(page_language(page), "de");
	page_release(page);
	assert_null(page_new(pages, pool, "no_such", NULL, NULL));
}

static void
accept_language_is_read_as_the_rfc_says(void **state)
{
	static const char *const have[] = {"en", "de", "pt-br"};
	static const struct {
		const char *accept;
		size_t want;
	} rows[] = {
		{"de", 1},
		{"DE-at", 1},
		{"fr, de;q=0.3, en;q=0.2", 1},
		{"en;q=0.2, de;q=0.30", 1},
		{"de;q=0, en;q=0.1", 0},
		{"pt-BR", 2},
		{"pt", 3},
		{"pt-BR-x-y", 2},
		{"*", 3},
		{"", 3},
		{NULL, 3},
		{",,;q=1,;;", 3},
		{"de;q=zero", 1},
		{"a-very-long-name-that-no-language-has-in-the-world", 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (page_language_choose(rows[i].accept, have, 3) !=
		    rows[i].want)
			fail_msg("%s", rows[i].accept);
}

int
main(void)
{
#define PAGE_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		PAGE_TEST(a_page_stands_in_the_layout_in_the_reader_s_language),
		PAGE_TEST(a_message_is_plain_text_with_its_values),
		PAGE_TEST(a_value_is_escaped_for_where_it_stands),
		PAGE_TEST(rows_are_repeated_and_see_what_is_around_them),
		PAGE_TEST(what_cannot_be_is_refused_with_its_line_and_column),
		PAGE_TEST(the_operator_s_files_go_before_each_for_itself),
		PAGE_TEST(the_policy_names_the_style_by_its_hash_and_no_script),
		PAGE_TEST(a_chosen_language_goes_before_the_browser_s),
		cmocka_unit_test(accept_language_is_read_as_the_rfc_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
