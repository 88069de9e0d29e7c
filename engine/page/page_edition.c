/* page_edition.c - all templates and catalogues, read at one moment: what was
 * brought, and the operator's directory over it. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crypto.h"
#include "base/encode.h"
#include "page/page_parts.h"

enum { NAME_MOST = 64 };

/* A file by its name, and the operator's in its place. */
struct source {
	const char *name, *from, *bytes;
	size_t len;
	bool own; /* the operator's */
	bool used;
};

struct reader {
	struct page_edition *edition;
	struct source sources[2 * PAGE_FILES_MOST];
	size_t n_sources;
	struct sg_err *err;
};

void
page_edition_release(struct page_edition *edition)
{
	if (edition && atomic_fetch_sub(&edition->users, 1) == 1)
		pool_free(edition->pool);
}

static bool
ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

/* --- the operator's directory -------------------------------------------- */

static enum sg_status
read_file(struct reader *reader, const char *directory, const char *name)
{
	struct pool *pool = reader->edition->pool;
	struct source *source = &reader->sources[reader->n_sources];
	const char *path = pool_printf(pool, "%s/%s", directory, name);
	char *bytes = pool_alloc(pool, PAGE_FILE_MOST + 1);
	FILE *file = fopen(path, "re");

	if (!file)
		return err_errno(reader->err, SG_REFUSED, "cannot read %s",
				 path);
	source->len = fread(bytes, 1, PAGE_FILE_MOST + 1, file);
	fclose(file);
	if (source->len > PAGE_FILE_MOST)
		return err_set(reader->err, SG_REFUSED,
			       "%s: more than %d bytes", path, PAGE_FILE_MOST);
	source->name = pool_strdup(pool, name);
	source->from = path;
	source->bytes = bytes;
	source->own = true;
	reader->n_sources++;
	return SG_OK;
}

static bool
is_wanted(const char *name)
{
	return name[0] != '.' && strlen(name) <= NAME_MOST &&
	       (ends_in(name, ".html") || ends_in(name, ".conf") ||
		ends_in(name, ".css"));
}

static enum sg_status
read_directory(struct reader *reader, const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	enum sg_status status = SG_OK;

	if (!dir)
		return err_errno(reader->err, SG_REFUSED,
				 "cannot read the directory %s", directory);
	while (status == SG_OK && (entry = readdir(dir))) {
		if (!is_wanted(entry->d_name))
			continue;
		if (reader->n_sources == 2 * PAGE_FILES_MOST)
			status = err_set(reader->err, SG_REFUSED,
					 "%s: too many files", directory);
		else
			status = read_file(reader, directory, entry->d_name);
	}
	closedir(dir);
	return status;
}

/* --- catalogues ----------------------------------------------------------- */

static struct catalogue *
catalogue_of(struct page_edition *edition, const char *language)
{
	for (size_t i = 0; i < edition->n_languages; i++)
		if (strcmp(edition->languages[i], language) == 0)
			return edition->catalogues[i];
	if (edition->n_languages == PAGE_LANGUAGES_MOST)
		return NULL;
	edition->languages[edition->n_languages] =
		pool_strdup(edition->pool, language);
	return edition->catalogues[edition->n_languages++] =
		       catalogue_new(edition->pool, language);
}

/* "pt-br" of "pt-br.conf"; false: no language's name. */
static bool
language_of(const char *name, char language[CATALOGUE_LANGUAGE_SIZE])
{
	size_t len = strlen(name) - strlen(".conf");

	if (len < 2 || len >= CATALOGUE_LANGUAGE_SIZE)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c == '_')
			c = '-';
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '-')
			return false;
		language[i] = c;
	}
	language[len] = '\0';
	return true;
}

static enum sg_status
read_catalogue(struct reader *reader, struct source *source, bool english)
{
	char language[CATALOGUE_LANGUAGE_SIZE];
	struct page_edition *edition = reader->edition;
	struct catalogue *catalogue;
	bool first;

	if (!ends_in(source->name, ".conf") || source->used)
		return SG_OK;
	if (!language_of(source->name, language))
		return err_set(reader->err, SG_REFUSED,
			       "%s: expected a language's name, as in de.conf "
			       "or pt-br.conf",
			       source->from);
	if ((strcmp(language, "en") == 0) != english)
		return SG_OK;
	source->used = true;
	catalogue = catalogue_of(edition, language);
	if (!catalogue)
		return err_set(reader->err, SG_REFUSED,
			       "more than %d languages", PAGE_LANGUAGES_MOST);
	/* What English says is what there is to say; plugins alone add to
	 * it. */
	first = english && !source->own;
	return catalogue_read(
		catalogue, source->from, source->bytes, source->len,
		first ? NULL : edition->catalogues[0], reader->err);
}

static enum sg_status
read_catalogues(struct reader *reader)
{
	enum sg_status status = SG_OK;

	catalogue_of(reader->edition, "en");
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; status == SG_OK && i < reader->n_sources;
		     i++)
			status = read_catalogue(reader, &reader->sources[i],
						pass == 0);
	return status;
}

/* --- templates ------------------------------------------------------------ */

static struct source *
own_source(struct reader *reader, const char *name)
{
	for (size_t i = 0; i < reader->n_sources; i++)
		if (reader->sources[i].own &&
		    strcmp(reader->sources[i].name, name) == 0)
			return &reader->sources[i];
	return NULL;
}

static enum sg_status
parse(struct reader *reader, const struct source *source,
      const struct page_template *known, struct page_template **template_out)
{
	struct page_edition *edition = reader->edition;
	size_t len = strlen(source->name) - strlen(".html");
	struct page_parse options = {
		.pool = edition->pool,
		.from = source->from,
		.name = pool_memdup(edition->pool, source->name, len),
		.known = known,
		.says = edition->catalogues[0],
	};

	options.is_layout = strcmp(options.name, "layout") == 0;
	return page_template_parse(&options, source->bytes, source->len,
				   template_out, reader->err);
}

/* The one that was brought says which values there are. */
static enum sg_status
read_template(struct reader *reader, const struct source *source)
{
	struct page_edition *edition = reader->edition;
	struct source *own = own_source(reader, source->name);
	struct page_template *template = NULL;
	enum sg_status status = parse(reader, source, NULL, &template);

	if (status == SG_OK && own) {
		own->used = true;
		status = parse(reader, own, template, &template);
	}
	if (status != SG_OK)
		return status;
	if (strcmp(template->name, "layout") == 0) {
		edition->layout = template;
		return SG_OK;
	}
	template->next = edition->templates;
	edition->templates = template;
	return SG_OK;
}

static enum sg_status
read_templates(struct reader *reader)
{
	enum sg_status status = SG_OK;

	for (size_t i = 0; status == SG_OK && i < reader->n_sources; i++)
		if (!reader->sources[i].own &&
		    ends_in(reader->sources[i].name, ".html"))
			status = read_template(reader, &reader->sources[i]);
	return status;
}

static enum sg_status
read_style(struct reader *reader)
{
	struct page_edition *edition = reader->edition;
	unsigned char hash[CRYPTO_SHA256_SIZE];
	const struct source *style = NULL;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < reader->n_sources; i++)
		if (strcmp(reader->sources[i].name, "style.css") == 0) {
			style = &reader->sources[i];
			reader->sources[i].used = true;
		}
	if (!style)
		return err_set(reader->err, SG_FAILED, "no style.css");
	edition->style = pool_memdup(edition->pool, style->bytes, style->len);
	if (strlen(edition->style) != style->len ||
	    strstr(edition->style, "</"))
		return err_set(reader->err, SG_REFUSED,
			       "%s: a style sheet has no </ and no NUL",
			       style->from);
	crypto_sha256(hash, style->bytes, style->len);
	buf_append_text(&text, "'sha256-");
	encode_base64(&text, hash, sizeof(hash));
	buf_append_char(&text, '\'');
	snprintf(edition->style_hash, sizeof(edition->style_hash), "%s",
		 buf_text(&text));
	buf_done(&text);
	return SG_OK;
}

/* A file that nothing asks for is a misspelt name, or a page of a plugin that
 * is not loaded. */
static enum sg_status
check_used(struct reader *reader)
{
	struct page_template *template = reader->edition->templates;
	struct buf names = BUF_INIT;
	enum sg_status status = SG_OK;

	for (size_t i = 0; status == SG_OK && i < reader->n_sources; i++) {
		if (!reader->sources[i].own || reader->sources[i].used)
			continue;
		buf_append_text(&names, "layout.html, style.css");
		for (; template; template = template->next)
			buf_printf(&names, ", %s.html", template->name);
		status = err_set(reader->err, SG_REFUSED,
				 "%s: no plugin that is loaded has such a page "
				 "(there are %s)",
				 reader->sources[i].from, buf_text(&names));
	}
	buf_done(&names);
	return status;
}

enum sg_status
page_edition_read(const struct pages *pages, const char *directory,
		  struct page_edition **edition_out, struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct reader *reader = pool_alloc(pool, sizeof(*reader));
	struct page_edition *edition = pool_alloc(pool, sizeof(*edition));
	enum sg_status status = SG_OK;

	atomic_init(&edition->users, 1);
	edition->pool = pool;
	reader->edition = edition;
	reader->err = err;
	for (size_t i = 0; i < pages->n_brought; i++)
		reader->sources[reader->n_sources++] = (struct source){
			.name = pages->brought[i].name,
			.from = pool_printf(pool, "%s of %s",
					    pages->brought[i].name,
					    pages->brought[i].whose),
			.bytes = pages->brought[i].bytes,
			.len = pages->brought[i].len};
	if (directory)
		status = read_directory(reader, directory);
	if (status == SG_OK)
		status = read_catalogues(reader);
	if (status == SG_OK)
		status = read_templates(reader);
	if (status == SG_OK)
		status = read_style(reader);
	if (status == SG_OK)
		status = check_used(reader);
	if (status == SG_OK)
		*edition_out = edition;
	else
		page_edition_release(edition);
	return status;
}
