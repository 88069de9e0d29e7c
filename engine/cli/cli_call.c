/* cli_call.c - the call to the daemon's API and what its refusals mean. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "cli/cli.h"
#include "net/net_http.h"

static enum cli_exit
exit_of(int status)
{
	switch (status) {
	case 404:
		return CLI_NOT_FOUND;
	case 503:
	case 504:
		return CLI_TRY_AGAIN;
	default:
		return status >= 500 ? CLI_FAILED : CLI_REFUSED;
	}
}

/* The answer is a problem (RFC 9457): its detail is the sentence to print. */
static enum cli_exit
print_problem(const struct cli *cli, int status, const struct buf *body)
{
	struct json *problem = NULL;
	const char *detail = NULL;
	enum cli_exit code = exit_of(status);

	if (json_parse(buf_text(body), body->len, &problem, NULL) == SG_OK) {
		if (cli_print_json(cli, problem)) {
			json_free(problem);
			return code;
		}
		detail = json_get_text(problem, "detail");
		if (!detail)
			detail = json_get_text(problem, "title");
	}
	if (detail)
		cli_fail(code, "%s", detail);
	else
		cli_fail(code, "the daemon answered with status %d", status);
	json_free(problem);
	return code;
}

static enum cli_exit
print_unreachable(const struct cli *cli, const struct sg_err *err)
{
	const char *path = cli->socket_path;

	if (err->status != SG_BUSY)
		return cli_fail(CLI_FAILED, "%s", err->text);
	if (!path)
		return cli_fail(CLI_NO_DAEMON,
				"nobody answers; is SCOREGATE_URL right, and "
				"scoregated running there? (%s)",
				err->text);
	if (access(path, W_OK) != 0 && errno == EACCES)
		return cli_fail(CLI_NO_DAEMON,
				"you may not use %s; be root or in its group",
				path);
	return cli_fail(CLI_NO_DAEMON,
			"scoregated does not answer at %s; start it with "
			"\"systemctl start scoregated\", or name its socket "
			"with --socket",
			path);
}

enum cli_exit
cli_call_raw(struct cli *cli, const struct cli_call *call,
	     struct buf *answer_out)
{
	struct net_http_response response;
	struct buf url = BUF_INIT;
	struct sg_err err;
	enum sg_status status;

	size_t len = strlen(cli->url);

	while (len && cli->url[len - 1] == '/')
		len--;
	buf_append(&url, cli->url, len);
	buf_printf(&url, "/api/v1%s", call->path);
	struct net_http_request request = {
		.method = call->method,
		.url = buf_text(&url),
		.socket_path = cli->socket_path,
		.bearer = cli->token,
		.accept = call->accept,
		.content_type = call->content_type,
		.body = call->body,
		.body_len = call->body_len,
		.sink = call->sink,
		.sink_arg = call->sink_arg,
	};
	status = net_http_call(cli->client, &request, &response, &err);
	buf_done(&url);
	if (status != SG_OK && call->sink_failed && *call->sink_failed)
		return CLI_FAILED;
	if (status != SG_OK)
		return print_unreachable(cli, &err);
	if (response.status < 200 || response.status > 299) {
		enum cli_exit code =
			print_problem(cli, response.status, &response.body);

		buf_done(&response.body);
		return code;
	}
	*answer_out = response.body;
	return CLI_DONE;
}

enum cli_exit
cli_call(struct cli *cli, const char *method, const char *path,
	 const struct json *body, struct json **answer_out)
{
	struct buf text = BUF_INIT, answer = BUF_INIT;
	struct cli_call call = {.method = method, .path = path};
	struct sg_err err;
	enum cli_exit code;

	if (body) {
		json_write(body, &text);
		call.content_type = "application/json";
		call.body = text.data;
		call.body_len = text.len;
	}
	code = cli_call_raw(cli, &call, &answer);
	buf_done(&text);
	if (code != CLI_DONE)
		return code;
	if (answer.len == 0)
		*answer_out = json_new_object();
	else if (json_parse(buf_text(&answer), answer.len, answer_out, &err) !=
		 SG_OK)
		code = cli_fail(CLI_FAILED,
				"the daemon's answer is no JSON: %s", err.text);
	else
		cli_print_warnings(*answer_out);
	buf_done(&answer);
	return code;
}

void
cli_print_warnings(const struct json *answer)
{
	const struct json *warnings = json_get(answer, "warnings");
	struct buf text = BUF_INIT;

	fflush(stdout);
	for (size_t i = 0; i < json_count(warnings); i++) {
		buf_reset(&text);
		if (!json_scalar(json_at(warnings, i), &text))
			continue;
		fputs("scoregate: warning: ", stderr);
		cli_print_lines(stderr, buf_text(&text));
		fputc('\n', stderr);
	}
	buf_done(&text);
}

const char *
cli_path(struct buf *to, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	for (; *format; format++) {
		if (format[0] == '%' && format[1] == 's') {
			escape_url(to, va_arg(args, const char *));
			format++;
		} else {
			buf_append_char(to, *format);
		}
	}
	va_end(args);
	return buf_text(to);
}

void
cli_query(struct buf *path, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(path, "%c%s=", strchr(buf_text(path), '?') ? '&' : '?',
		   name);
	escape_url(path, value);
}
