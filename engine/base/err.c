/* err.c - see err.h. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum sg_status
err_set(struct sg_err *err, enum sg_status status, const char *format, ...)
{
	va_list args;

	if (!err)
		return status;
	err->status = status;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return status;
}

enum sg_status
err_prefix(struct sg_err *err, const char *format, ...)
{
	char old[SG_ERR_TEXT_SIZE];
	va_list args;
	size_t len;

	if (!err)
		return SG_FAILED;
	memcpy(old, err->text, sizeof(old));
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", old);
	return err->status;
}

enum sg_status
err_errno(struct sg_err *err, enum sg_status status, const char *format, ...)
{
	int saved = errno;
	char reason[128];
	va_list args;
	size_t len;

	if (!err)
		return status;
	err->status = status;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	if (strerror_r(saved, reason, sizeof(reason)) != 0)
		snprintf(reason, sizeof(reason), "error %d", saved);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", reason);
	return status;
}
