/* api_score_change.c - points given, taken, set or erased by hand. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "http/api/api_call.h"

enum { BECAUSE_MOST = 1000 };

struct change {
	enum signal_kind kind;
	const char *points; /* NULL = none (erase) */
	const char *because;
};

static enum sg_status
read_points(struct api_call *call, bool negate, const char **points_out,
	    struct sg_err *err)
{
	struct buf text = BUF_INIT;
	double points;

	if (!json_get_number(call->body, "points", &points) ||
	    !isfinite(points))
		return err_set(err, SG_REFUSED,
			       "`points` is missing or not a number");
	if (fabs(points) > SCORE_POINTS_MOST)
		return err_set(err, SG_REFUSED,
			       "`points` is at most %.0f, either way",
			       SCORE_POINTS_MOST);
	text_append_number(&text, negate ? -points : points);
	*points_out = pool_strdup(call->pool, buf_text(&text));
	buf_done(&text);
	return SG_OK;
}

static enum sg_status
read_change(struct api_call *call, struct change *change, struct sg_err *err)
{
	const char *op;
	enum sg_status status = api_body_text(call, "op", true, &op, err);

	if (status == SG_OK)
		status = api_body_text(call, "because", false, &change->because,
				       err);
	if (status != SG_OK)
		return status;
	if (change->because && strlen(change->because) > BECAUSE_MOST)
		return err_set(err, SG_REFUSED,
			       "`because` has at most %d bytes", BECAUSE_MOST);
	change->points = NULL;
	if (strcmp(op, "erase") == 0) {
		change->kind = SIGNAL_SCORE_ERASE;
		return SG_OK;
	}
	if (strcmp(op, "add") != 0 && strcmp(op, "subtract") != 0 &&
	    strcmp(op, "set") != 0)
		return err_set(err, SG_REFUSED,
			       "`op` is add, subtract, set or erase, not `%s`",
			       op);
	change->kind =
		strcmp(op, "set") == 0 ? SIGNAL_SCORE_SET : SIGNAL_SCORE_ADD;
	return read_points(call, strcmp(op, "subtract") == 0, &change->points,
			   err);
}

enum sg_status
api_scores_change(struct api_call *call, struct sg_err *err)
{
	struct score_settings settings;
	struct store_record record;
	struct signal signal;
	struct change change;
	enum sg_status status =
		api_contact(call, call->args[0], &record, NULL, err);

	if (status == SG_OK)
		status = api_score(call, call->args[1], &settings, err);
	if (status == SG_OK)
		status = read_change(call, &change, err);
	if (status != SG_OK)
		return status;
	api_change(call, &signal, change.kind, record.key);
	if (change.because)
		signal.because = change.because;
	status = signal_set(&signal, "score", settings.name, err);
	if (status == SG_OK && change.points)
		status = signal_set(&signal, "points", change.points, err);
	if (status == SG_OK)
		status = api_submit(call, &signal, 1, err);
	if (status == SG_OK)
		api_score_json(call, record.id, &settings, api_answer(call));
	return status;
}
